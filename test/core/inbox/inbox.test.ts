import { describe, expect, it } from '@jest/globals';
import { answerFor, DEFAULT_ANSWER } from '../../../runner/core/inbox/answers.ts';
import { mentionsInbox } from '../../../runner/core/inbox/mentions-inbox.ts';
import { digestOf, inboxUrl, newToken, splitTarget } from '../../../runner/core/inbox/token.ts';
import { canaryOf, expectStep } from '../../support/run/builders.ts';

const RANDOM = { bytes: (count: number) => Uint8Array.from({ length: count }, (_, n) => 255 - n) };

describe('the token of an inbox', () => {
  it('is 43 characters that stand in a path as they are', () => {
    const token = newToken(RANDOM);

    expect(token).toMatch(/^[\w-]{43}$/);
    expect(splitTarget(new URL(inboxUrl('https://a.example', token)).pathname)?.token).toBe(token);
  });

  it('is found by a digest that does not show it', () => {
    const token = newToken(RANDOM);

    expect(digestOf(token)).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(token)).not.toBe(digestOf(`${token.slice(1)}A`));
  });

  it.each([
    ['', '/', ''],
    ['/', '/', ''],
    ['/paid', '/paid', ''],
    ['/a/b?c=d&e', '/a/b', 'c=d&e'],
    ['?c=d', '/', 'c=d'],
    ['/a%2Fb?', '/a%2Fb', ''],
  ])('stands before the path and the query of a request: %s', (rest, path, query) => {
    const token = newToken(RANDOM);

    expect(splitTarget(`/prefix/inbox/${token}${rest}`)).toEqual({ token, path, query });
  });

  it.each(['/', '/inbox', '/inbox/short', `/inbox/${'a'.repeat(44)}`, `/other/${'a'.repeat(43)}`])(
    'is not in %s',
    (target) => {
      expect(splitTarget(target)).toBeUndefined();
    },
  );

  it('follows a base with or without a slash at its end', () => {
    expect(inboxUrl('https://a.example/x/', 'T')).toBe('https://a.example/x/inbox/T');
    expect(inboxUrl('https://a.example/x', 'T')).toBe('https://a.example/x/inbox/T');
  });
});

describe('the answer to a request', () => {
  const answerOf = (status: number) => ({ status, headers: {}, body: '' });
  const RULES = [
    { answer: answerOf(201) },
    { method: 'POST', answer: answerOf(202) },
    { path: '/paid', answer: answerOf(203) },
    { method: 'POST', path: '/paid', answer: answerOf(207) },
    { method: 'POST', path: '/paid', answer: answerOf(500) },
  ];

  it.each([
    ['POST', '/paid', 207],
    ['PUT', '/paid', 203],
    ['POST', '/', 202],
    ['GET', '/', 201],
  ])('is that of the step that says most of it: %s %s', (method, path, status) => {
    expect(answerFor(RULES, { method, path }).status).toBe(status);
  });

  it('is an empty one of status 200 if no step says one', () => {
    expect(answerFor([{ path: '/paid', answer: answerOf(500) }], { method: 'GET', path: '/' })).toBe(
      DEFAULT_ANSWER,
    );
  });
});

describe('a canary with an inbox', () => {
  const step = expectStep('it', { input: { url: '${hook}' } });

  it('mentions it in a step, also by a var of its own or of the environment', () => {
    expect(mentionsInbox(canaryOf({ vars: { hook: '${run.inbox}/x' } }, step), { vars: {} })).toBe(true);
    expect(mentionsInbox(canaryOf({}, step), { vars: { hook: '${run.inbox}' } })).toBe(true);
  });

  it('is none that mentions another name of the run, or mentions it in a var that no step uses', () => {
    expect(
      mentionsInbox(canaryOf({ vars: { hook: '${run.id}', unused: '${run.inbox}' } }, step), { vars: {} }),
    ).toBe(false);
  });
});
