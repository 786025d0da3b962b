import { expect, it } from '@jest/globals';
import type { AwsClients } from '../../../runner/adapters/aws/clients.ts';
import { readSources } from '../../../runner/cli/tracing/read-sources.ts';
import { NO_SECRETS } from '../../../runner/core/redaction/redact.ts';
import type { Journal, JournalEntry } from '../../../runner/core/taps/ports.ts';
import { markOf } from '../../../runner/core/taps/unwritten.ts';
import { subjectOf } from '../../../runner/core/trace/subject.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);
const FEED = 'bus orders';
const entryOf = (more: Partial<JournalEntry>): JournalEntry => ({
  feed: FEED,
  id: 'e1',
  keys: ['ord_1'],
  receivedAtMs: NOW_MS,
  happenedAtMs: NOW_MS,
  data: {},
  ...more,
});

/** The reading of the journal of one feed. */
async function reading(read: Journal['read']) {
  const clients: AwsClients = { clientOf: () => ({}) as never, close: () => {} };
  const journal: Journal = { read, append: async () => {}, subscribe: () => () => {} };
  const [first] = await readSources({
    clients,
    redactor: NO_SECRETS,
    journal,
    resources: { logGroups: [], stateMachines: [], feeds: [FEED], unknown: [] },
    query: { subject: subjectOf('ord_1'), fromMs: NOW_MS - 60_000, toMs: NOW_MS },
    nowMs: NOW_MS,
    longestMs: 50,
  });
  return first;
}

const answering = (entries: readonly JournalEntry[]): Journal['read'] => {
  return async ({ key }) => entries.filter(({ keys }) => keys.includes(key as string));
};

it('a journal whose entries were read in full is read', async () => {
  const written = [false, true].map((isWritten) =>
    markOf({ feed: FEED, messageId: 'm1', atMs: NOW_MS }, isWritten),
  );

  const { entries, unread } = (await reading(answering([entryOf({}), ...written]))) ?? {};

  expect(entries).toHaveLength(1);
  expect(unread).toBeUndefined();
});

it('an entry of which a part could not be read is named', async () => {
  const why = 'its body lies in s3://bucket/key, which is not read';

  const { entries, unread } =
    (await reading(answering([entryOf({ unread: [{ path: 'body', why }] })]))) ?? {};

  expect(entries).toHaveLength(1);
  expect(unread).toBe(`Of 1 of its entries not all could be read: ${why}.`);
});

it('a message that was received and could not be written is named', async () => {
  const mark = markOf({ feed: FEED, messageId: 'm1', atMs: NOW_MS }, false);

  const { unread } = (await reading(answering([mark]))) ?? {};

  expect(unread).toBe('Messages that were received and could not be written to it: 1.');
});

it('a journal that does not answer is left after the time limit of a source', async () => {
  const { entries, unread } = (await reading(async () => new Promise(() => {}))) ?? {};

  expect(entries).toEqual([]);
  expect(unread).toBe('AWS did not answer in time.');
});

it.each([
  { name: 'AccessDeniedException', right: 'dynamodb:Query' },
  { name: 'ResourceNotFoundException', right: undefined },
  { name: 'InternalServerError', right: undefined },
])('the right that reading needs is named only if AWS denied it: $name', async ({ name, right }) => {
  const fault = Object.assign(new Error('no'), { name, $fault: 'client', iamAction: 'dynamodb:Query' });

  const found = await reading(async () => Promise.reject(fault));

  expect(found?.unread).toContain(name);
  expect(found?.right).toBe(right);
});
