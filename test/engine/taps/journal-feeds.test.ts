import { describe, expect, it } from '@jest/globals';
import { memoryJournal } from '../../../runner/adapters/taps/memory-journal.ts';
import { feedNameOf } from '../../../runner/core/aws/feed.ts';
import type { AwsLocation } from '../../../runner/core/aws/location.ts';
import { ObserverError, StandstillError } from '../../../runner/core/base/errors.ts';
import type { Feed } from '../../../runner/core/taps/feeds.ts';
import type { JournalEntry } from '../../../runner/core/taps/ports.ts';
import { markOf } from '../../../runner/core/taps/unwritten.ts';
import { journalFeeds, type LocatedTap } from '../../../runner/engine/taps/journal-feeds.ts';
import { probeEntry } from '../../support/probes.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

const HERE = { region: 'eu-west-1', account: '123456789012' };
const SHIPS = { topic: 'arn:aws:sns:eu-west-1:123456789012:ships' };

const TAPS: readonly LocatedTap[] = [
  { on: { bus: 'orders' }, ids: [], probe: false, place: HERE },
  { on: SHIPS, ids: [], probe: false, place: HERE },
];

interface RunHarness {
  /** After how long a control message is in the journal. @default at once */
  readonly controlMs?: number;
  /** After how long a probe is in the journal. @default at once */
  readonly probeMs?: number;
  readonly home?: AwsLocation;
  mayProbe?(): boolean;
  inspect?(): void;
}

/** Feeds whose tap reader brings control messages and probes back after some time, or never. */
function feedsWith({ controlMs = 0, probeMs = 0, home = HERE, mayProbe, inspect }: RunHarness = {}) {
  const clock = new ManualClock();
  const journal = memoryJournal();
  const own: Feed = {
    read: async () => [],
    subscribe: () => () => {},
    assertComplete: async () => {},
    close: async () => {},
  };
  const asked: unknown[] = [];
  const sent = { controls: 0, probes: 0, inspections: 0 };
  const later = (entry: JournalEntry, afterMs: number): void => {
    const write = async () => journal.append([{ ...entry, receivedAtMs: clock.nowMs() }]);
    if (afterMs === 0) void write();
    else if (Number.isFinite(afterMs)) clock.at(clock.nowMs() + afterMs, () => void write());
  };
  const feeds = journalFeeds({
    journal,
    clock,
    home,
    definitions: async () => TAPS,
    control: async ({ on }) => {
      sent.controls += 1;
      const id = `control-${sent.controls}`;
      const entry = { feed: feedNameOf(on), id, keys: [id], receivedAtMs: 0, happenedAtMs: 0, data: {} };
      later(entry, controlMs);
      return id;
    },
    probe: async ({ on }) => {
      sent.probes += 1;
      later(probeEntry(feedNameOf(on), 0), probeMs);
      return 'probe';
    },
    mayProbe: async () => mayProbe?.() ?? true,
    inspect: async () => {
      sent.inspections += 1;
      inspect?.();
    },
    openQueue: async (address) => {
      asked.push(address);
      return own;
    },
  });
  return { clock, journal, feeds, own, asked, sent };
}

describe('feeds over a journal that a tap reader elsewhere fills', () => {
  it.each([{ bus: 'orders' }, SHIPS])(
    'are complete for $bus$topic once a control message has come back',
    async (on) => {
      const { feeds, clock, sent } = feedsWith({ controlMs: 1_000 });
      const feed = await feeds.open(on);
      const startedAtMs = clock.nowMs();

      await feed.assertComplete(startedAtMs);
      await feed.close();

      expect(sent.controls).toBe(2); // at its opening, and now
      expect(clock.nowMs() - startedAtMs).toBeGreaterThanOrEqual(1_000);
    },
  );

  it('do not blame the tap reader if the runner stood still while they asked it', async () => {
    const { feeds, clock } = feedsWith({ controlMs: 60_000 });
    clock.standStill(clock.nowMs() + 1_000, 12_000);

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow(StandstillError);
  });

  it('are not opened, so that nothing is done, if the tap reader is silent', async () => {
    const { feeds } = feedsWith({ controlMs: 60_000 });

    const opened = feeds.open({ bus: 'orders' });

    await expect(opened).rejects.toThrow(ObserverError);
    await expect(opened).rejects.toThrow('did not bring back a control message on bus orders');
  });

  it('share a control message with all who ask before it is sent', async () => {
    const { feeds, clock, sent } = feedsWith({ controlMs: 1_000 });
    const all = await Promise.all([1, 2, 3].map(async () => feeds.open({ bus: 'orders' })));
    expect(sent.controls).toBe(1);
    const [first, second, third] = all.map(async (feed) => feed.assertComplete(clock.nowMs()));
    await clock.sleep(500);
    const fourth = all[0]?.assertComplete(clock.nowMs());

    await Promise.all([first, second, third, fourth]);
    expect(sent.controls).toBe(3); // for the opening, for the first three, and for the late one
  });

  it('are not complete while the tap reader holds what it could not write', async () => {
    const { feeds, clock, journal } = feedsWith();
    const feed = await feeds.open({ bus: 'orders' });
    const received = { feed: 'bus orders', messageId: 'm', atMs: clock.nowMs() };
    await journal.append([markOf(received, false)]);

    await expect(feed.assertComplete(0)).rejects.toThrow(
      'The tap reader received 1 message of bus orders that it could not write into the journal',
    );
    await journal.append([markOf({ ...received, messageId: 'n' }, false)]);
    await expect(feed.assertComplete(0)).rejects.toThrow('The tap reader received 2 messages of bus orders');
    const asserted = feed.assertComplete(0);
    await clock.sleep(5_000);
    await journal.append(['m', 'n'].map((messageId) => markOf({ ...received, messageId }, true)));

    await expect(asserted).resolves.toBeUndefined();
    expect(await feed.read({ sinceMs: 0 })).toEqual([]);
  });

  it('send one probe over a bus for all checks of more than five minutes, and none over a topic', async () => {
    const { feeds, clock, sent } = feedsWith();
    for (let minute = 0; minute < 12; minute += 1) {
      for (const on of [{ bus: 'orders' }, SHIPS]) await (await feeds.open(on)).assertComplete(clock.nowMs());
      await clock.sleep(60_000);
    }

    expect(sent.probes).toBe(2);
  });

  it('are not complete if a probe over the bus is lost, and send the next one five minutes later', async () => {
    const { feeds, clock, sent } = feedsWith({ probeMs: Number.POSITIVE_INFINITY });
    const feed = await feeds.open({ bus: 'orders' });

    for (let minute = 0; minute < 7; minute += 1) {
      await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow(
        'A probe that was sent over bus orders did not come out of its tap within 15 s',
      );
      await clock.sleep(60_000);
    }

    expect(sent).toMatchObject({ probes: 2, controls: 1 });
  });

  it('leave it to another process to send the probe, and wait for what comes of it', async () => {
    const { feeds, clock, journal, sent } = feedsWith({ mayProbe: () => false });
    const feed = await feeds.open({ bus: 'orders' });
    const asserted = feed.assertComplete(clock.nowMs());
    await clock.sleep(2_000);
    await journal.append([probeEntry('bus orders', clock.nowMs())]);

    await expect(asserted).resolves.toBeUndefined();
    expect(sent.probes).toBe(0);
  });

  it('ask nothing more once they rest, and begin again when they are opened again', async () => {
    const { feeds, clock, sent } = feedsWith({ probeMs: Number.POSITIVE_INFINITY });
    await feeds.open({ bus: 'orders' });
    await clock.sleep(400);
    feeds.rest();
    await clock.sleep(400);
    expect(clock.open).toBe(0);

    await feeds.open({ bus: 'orders' });
    expect(sent.inspections).toBe(2);
    feeds.rest();
  });

  it('say of a topic over which nothing may be sent that its path is not proven', async () => {
    const { feeds } = feedsWith();

    expect((await feeds.open(SHIPS)).caveat).toContain('The tap on topic ships: path not proven');
    expect((await feeds.open({ bus: 'orders' })).caveat).toBeUndefined();
  });

  it('are not complete if something on the way is not in place any more', async () => {
    let gone = false;
    const inspect = (): void => {
      if (gone) throw new ObserverError('its rule has no target', { permanent: true });
    };
    const { feeds, clock } = feedsWith({ inspect });
    const [bus, topic] = [await feeds.open({ bus: 'orders' }), await feeds.open(SHIPS)];
    await Promise.all([bus.assertComplete(clock.nowMs()), topic.assertComplete(clock.nowMs())]);
    gone = true;
    await clock.sleep(60_000);

    await expect(bus.assertComplete(clock.nowMs())).rejects.toThrow('its rule has no target');
    await expect(topic.assertComplete(clock.nowMs())).rejects.toThrow('its rule has no target');
  });

  it('read what is on the way once for all checks that ask at about the same time', async () => {
    const { feeds, clock, sent } = feedsWith();
    const topic = await feeds.open(SHIPS);

    await Promise.all([topic.assertComplete(clock.nowMs()), topic.assertComplete(clock.nowMs())]);
    await topic.assertComplete(clock.nowMs());

    expect(sent.inspections).toBe(1);
  });

  it.each([
    {
      where: 'account',
      home: { region: 'eu-west-1', account: '999999999999' },
      says: 'eu-west-1, account 999999999999',
    },
    { where: 'region', home: { region: 'eu-central-1' }, says: 'eu-central-1' },
  ])('refuse a bus of another $where, of which they would only read the namesake', async ({ home, says }) => {
    const { feeds } = feedsWith({ home });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow(
      `The tap on bus orders listens in eu-west-1, account 123456789012, and the check names a bus of that name in ${says}`,
    );
    await expect(feeds.open(SHIPS)).resolves.toBeDefined();
  });

  it('deliver what was written under a run, and wake those who wait for it', async () => {
    const { feeds, journal, clock } = feedsWith();
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

  it('keep control messages from a watch of everything', async () => {
    const { feeds, journal, clock } = feedsWith();
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
    const { feeds, own, asked } = feedsWith();

    expect(await feeds.open({ queue: 'dlq' })).toBe(own);
    expect(asked).toEqual([{ queue: 'dlq' }]);
  });

  it('name what no tap of the stack listens to', async () => {
    await expect(feedsWith().feeds.open({ bus: 'other' })).rejects.toThrow(
      "No deployed tap listens to bus other, so nothing of it can be seen. Add it to the stack's Buses or Topics.",
    );
  });
});
