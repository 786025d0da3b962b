import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../../runner/core/taps/ports.ts';
import { watchFeed } from '../../../runner/kinds/aws/feed-watch.ts';
import { runIdOf } from '../../support/run/builders.ts';
import { watchContext } from '../../support/run/kind-contexts.ts';

const OTHER: JournalEntry = {
  feed: 'bus orders',
  id: 'e1',
  keys: [runIdOf(7)],
  receivedAtMs: 10,
  happenedAtMs: 10,
  data: {},
};

describe('a watch of a feed with an event of another run', () => {
  it.each([
    { explains: true, others: 1, reads: 2 },
    { explains: undefined, others: 1, reads: 2 },
    { explains: false, others: undefined, reads: 1 },
  ])(
    'reads all that came only if it explains what was not selected: $explains',
    async ({ reads, others, explains }) => {
      let count = 0;
      const feed = {
        read: async ({ key }: { readonly key?: string }) => {
          count += 1;
          return key === undefined ? [OTHER] : [];
        },
        subscribe: () => () => {},
        assertComplete: async () => {},
        close: async () => {},
      };
      const watch = watchFeed({
        kind: 'event',
        feed,
        context: watchContext(),
        valueStands: 'at ids',
        missedBy: () => undefined,
        called: 'event',
      });

      const asked = { sinceMs: 0, last: false, ...(explains === undefined ? {} : { explains }) };
      const { others: found, nearby } = await watch.poll(asked);

      expect({ found, reads: count }).toEqual({ found: others, reads });
      expect(nearby).toEqual(others === 1 ? ['1 event with another id arrived in the same time'] : []);
    },
  );
});

describe('an event that was selected by a value of the system', () => {
  const ours = runIdOf(1);
  const unread = [{ path: 'body', why: 'its body lies elsewhere', absent: true }];

  it.each<{ name: string; entry: Partial<JournalEntry>; carriesId: boolean | undefined }>([
    { name: 'with the id', entry: { keys: ['ord_1', ours] }, carriesId: true },
    { name: 'without it', entry: { keys: ['ord_1'] }, carriesId: false },
    { name: 'with the id, and an unread part', entry: { keys: [ours], unread }, carriesId: true },
    {
      name: 'without it, and an unread part that may hold it',
      entry: { keys: [], unread },
      carriesId: undefined,
    },
  ])('shows that it came $name', async ({ entry, carriesId }) => {
    const watch = watchFeed({
      kind: 'event',
      feed: {
        read: async () => [{ ...OTHER, ...entry }],
        subscribe: () => () => {},
        assertComplete: async () => {},
        close: async () => {},
      },
      context: { ...watchContext(), runId: ours, correlate: 'ord_1' },
      valueStands: 'at ids',
      missedBy: () => undefined,
      called: 'event',
    });

    const { selected } = await watch.poll({ sinceMs: 0, last: false });

    expect(selected.map((one) => one.carriesId)).toEqual([carriesId]);
  });
});
