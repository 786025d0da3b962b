import { describe, expect, it } from '@jest/globals';
import { memoryJournal } from '../../runner/adapters/memory-journal.ts';
import { ObserverError, StandstillError } from '../../runner/core/errors.ts';
import type { TapDefinition } from '../../runner/core/project.ts';
import { markOf } from '../../runner/core/unwritten.ts';
import { journalFeeds } from '../../runner/engine/journal-feeds.ts';
import type { Feed } from '../../runner/kinds/kind.ts';
import { ManualClock } from '../support/manual-clock.ts';

const TAPS: readonly TapDefinition[] = [
  { on: { bus: 'orders' }, ids: [], probe: false },
  { on: { topic: 'arn:aws:sns:eu-west-1:123456789012:ships' }, ids: [], probe: false },
];

/** Feeds whose witness brings a control message back after some time, or never. */
function feedsWith(wayMs: number) {
  const clock = new ManualClock();
  const journal = memoryJournal();
  const own: Feed = {
    read: async () => [],
    subscribe: () => () => {},
    vouch: async () => {},
    close: async () => {},
  };
  const asked: unknown[] = [];
  let controls = 0;
  const feeds = journalFeeds({
    journal,
    clock,
    definitions: async () => TAPS,
    control: async (on) => {
      controls += 1;
      const id = `control-${controls}`;
      const feed = 'bus' in on ? 'bus orders' : 'topic ships';
      const write = async () =>
        journal.append([
          { feed, id, keys: [id], receivedAtMs: clock.nowMs(), happenedAtMs: clock.nowMs(), data: {} },
        ]);
      clock.at(clock.nowMs() + wayMs, () => void write());
      return id;
    },
    openQueue: async (address) => {
      asked.push(address);
      return own;
    },
  });
  return { clock, journal, feeds, own, asked, controls: () => controls };
}

describe('feeds over a journal that a witness elsewhere fills', () => {
  it.each([{ bus: 'orders' }, { topic: 'arn:aws:sns:eu-west-1:123456789012:ships' }])(
    'vouch for $bus$topic once a control message has come back',
    async (on) => {
      const { feeds, clock, controls } = feedsWith(1_000);
      const feed = await feeds.open(on);
      const startedAtMs = clock.nowMs();

      await feed.vouch(startedAtMs);
      await feed.close();

      expect(controls()).toBe(2); // when it was opened, and now
      expect(clock.nowMs() - startedAtMs).toBeGreaterThanOrEqual(1_000);
    },
  );

  it('do not blame the witness if the runner stood still while they asked it', async () => {
    const { feeds, clock } = feedsWith(60_000);
    clock.standStill(clock.nowMs() + 1_000, 12_000);

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow(StandstillError);
  });

  it('are not opened, so that nothing is done, if the witness is silent', async () => {
    const { feeds } = feedsWith(60_000);

    const opened = feeds.open({ bus: 'orders' });

    await expect(opened).rejects.toThrow(ObserverError);
    await expect(opened).rejects.toThrow('did not bring back a control message on bus orders');
  });

  it('share a control message with all who ask before it is sent', async () => {
    const { feeds, clock, controls } = feedsWith(1_000);
    const all = await Promise.all([1, 2, 3].map(async () => feeds.open({ bus: 'orders' })));
    expect(controls()).toBe(1);
    const [first, second, third] = all.map(async (feed) => feed.vouch(clock.nowMs()));
    await clock.sleep(500);
    const fourth = all[0]?.vouch(clock.nowMs());

    await Promise.all([first, second, third, fourth]);
    expect(controls()).toBe(3); // for the opening, for the first three, and for the one who came late
  });

  it('do not vouch while the witness holds what it could not write', async () => {
    const { feeds, clock, journal } = feedsWith(0);
    const feed = await feeds.open({ bus: 'orders' });
    const received = { feed: 'bus orders', messageId: 'm', atMs: clock.nowMs() };
    await journal.append([markOf(received, false)]);

    await expect(feed.vouch(0)).rejects.toThrow(
      'The witness received 1 message of bus orders that it could not write into the journal',
    );
    await journal.append([markOf({ ...received, messageId: 'n' }, false)]);
    await expect(feed.vouch(0)).rejects.toThrow('The witness received 2 messages of bus orders');
    const vouching = feed.vouch(0);
    await clock.sleep(5_000);
    await journal.append(['m', 'n'].map((messageId) => markOf({ ...received, messageId }, true)));

    await expect(vouching).resolves.toBeUndefined();
    expect(await feed.read({ sinceMs: 0 })).toEqual([]);
  });

  it('tell what was written under a run, and wake whoever waits for it', async () => {
    const { feeds, journal, clock } = feedsWith(0);
    const feed = await feeds.open({ bus: 'orders' });
    let woken = 0;
    const forget = feed.subscribe('run-1', () => (woken += 1));
    const all = feed.subscribe(undefined, () => (woken += 10));

    const entry = {
      feed: 'bus orders',
      id: 'e',
      keys: ['run-1'],
      receivedAtMs: clock.nowMs(),
      happenedAtMs: clock.nowMs(),
      data: 1,
    };
    await journal.append([entry]);
    forget();
    all();
    await journal.append([entry]);

    expect(woken).toBe(11);
    expect(await feed.read({ key: 'run-1', sinceMs: 0 })).toHaveLength(2);
    expect(await feed.read({ key: 'run-2', sinceMs: 0 })).toEqual([]);
  });

  it('keep control messages from whoever watches everything', async () => {
    const { feeds, journal, clock } = feedsWith(0);
    const feed = await feeds.open({ bus: 'orders' });
    const entry = {
      feed: 'bus orders',
      keys: [],
      receivedAtMs: clock.nowMs(),
      happenedAtMs: clock.nowMs(),
      data: {},
    };

    await journal.append([
      { ...entry, id: 'control-1' },
      { ...entry, id: 'e1' },
    ]);

    expect((await feed.read({ sinceMs: 0 })).map(({ id }) => id)).toEqual(['e1']);
  });

  it('leave queues to this process', async () => {
    const { feeds, own, asked } = feedsWith(0);

    expect(await feeds.open({ queue: 'dlq' })).toBe(own);
    expect(asked).toEqual([{ queue: 'dlq' }]);
  });

  it('name what no tap of the stack listens to', async () => {
    await expect(feedsWith(0).feeds.open({ bus: 'other' })).rejects.toThrow(
      "No deployed tap listens to bus other, so nothing of it can be seen. Add it to the stack's Buses or Topics.",
    );
  });
});
