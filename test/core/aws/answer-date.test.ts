import { describe, expect, it } from '@jest/globals';
import { answerDate } from '../../../runner/core/aws/answer-date.ts';

type Send = (sent: unknown) => Promise<unknown>;

/** The date that a command has after an answer with such headers. */
async function dateOf(headers: Readonly<Record<string, string>> | undefined): Promise<number | undefined> {
  let middleware: (next: Send) => Send = (next) => next;
  const date = answerDate({
    middlewareStack: { add: (added: typeof middleware) => void (middleware = added) },
  });
  expect(date()).toBeUndefined();
  const answer = { response: { headers } };
  expect(await middleware(async () => answer)({})).toBe(answer);
  return date();
}

describe('the date of an answer', () => {
  it.each([
    { headers: { date: 'Sun, 29 Nov 2026 17:00:00 GMT' }, atMs: Date.UTC(2026, 10, 29, 17) },
    { headers: { date: 'yesterday' }, atMs: undefined },
    { headers: {}, atMs: undefined },
    { headers: undefined, atMs: undefined },
  ])('with $headers is $atMs', async ({ headers, atMs }) => {
    expect(await dateOf(headers)).toBe(atMs);
  });
});
