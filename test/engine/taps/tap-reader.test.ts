import { describe, expect, it } from '@jest/globals';
import { memoryJournal } from '../../../runner/adapters/taps/memory-journal.ts';
import { queueNameOf } from '../../../runner/core/aws/resources/queue.ts';
import { ObserverError, StandstillError } from '../../../runner/core/base/errors.ts';
import type { TapDefinition } from '../../../runner/core/model/project.ts';
import { openMessage } from '../../../runner/core/taps/envelope.ts';
import { dating } from '../../../runner/core/taps/journal-record.ts';
import type { Journal, Leases, Taps } from '../../../runner/core/taps/ports.ts';
import { deadlineIn, raceAbort, Sleep, sleepUntil } from '../../../runner/engine/abort.ts';
import { TapReader } from '../../../runner/engine/taps/tap-reader.ts';
import { type FeedsOf, feedsOf } from '../../../runner/engine/taps/tap-subscriptions.ts';
import { SimulatedQueue } from '../../support/aws/simulated-queue.ts';
import { provenBy } from '../../support/probes.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10';
const MINUTE_MS = 60_000;
const OTHER = '6743a1c0f2b94e0c8d1e5a7b9c3d2f11';

function setUp(
  leases: Partial<Leases> = {},
  definitions?: readonly TapDefinition[],
  journal: Journal = memoryJournal(),
  {
    more = {},
    inspect = async () => {},
    ...kind
  }: {
    readonly isFifo?: boolean;
    readonly delaySeconds?: number;
    readonly more?: Partial<FeedsOf>;
    inspect?(): Promise<void>;
  } = {},
) {
  const clock = new ManualClock();
  const queue = new SimulatedQueue(clock, kind);
  const dropped: string[] = [];
  const taps: Taps = {
    tapOn: async () => ({
      name: 'coalmine-shop-bus-orders',
      queue,
      home: { region: 'r', account: '1' },
      inspect,
    }),
    queueAt: async (address) => {
      const name = queueNameOf(address);
      return { name, arn: `arn:aws:sqs:r:1:${name}`, queue };
    },
  };
  const feeds = feedsOf({
    taps,
    definitions: async () =>
      definitions ?? [
        { on: { bus: 'orders' }, ids: ['detail.orderId', 'detail.no'], probe: false },
        { on: { topic: 'arn:aws:sns:r:1:ships' }, ids: [], probe: false },
      ],
    journal,
    leases: {
      take: async () => ({ held: true }),
      drop: async ({ name }) => void dropped.push(name),
      ...leases,
    },
    clock,
    probe: provenBy(journal, clock),
    owner: 'me',
    ...more,
  });
  return { clock, queue, feeds, dropped };
}

/** Parts of feeds that read no taps. */
const NO_TAPS = {
  definitions: async () => [],
  leases: { take: async () => ({ held: true as const }), drop: async () => {} },
  probe: async () => 'none',
  owner: 'me',
};

const MESSAGE = { body: '', attributes: {}, sentAtMs: 0, receiveCount: 1 };

const event = (id: string, runId: string, orderId: unknown = 'o1') => ({
  id,
  detail: { orderId, metadata: { correlationId: `canary-${runId}` } },
});

describe('a tap', () => {
  it('hands every run its own events, by its id in any spelling and by the system’s own ids', async () => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ bus: 'arn:aws:events:r:1:event-bus/orders' });
    queue.send('m1', event('e1', RUN));
    queue.send('m2', event('e2', OTHER, 7));
    queue.send('m3', event('e3', OTHER, { not: 'a scalar' }));
    await clock.sleep(1_000);

    expect((await feed.read({ key: RUN, sinceMs: 0 })).map(({ id }) => id)).toEqual(['e1']);
    expect((await feed.read({ key: 'o1', sinceMs: 0 })).map(({ id }) => id)).toEqual(['e1']);
    expect((await feed.read({ key: '7', sinceMs: 0 })).map(({ id }) => id)).toEqual(['e2']);
    expect(await feed.read({ sinceMs: 0 })).toHaveLength(3);
    expect(queue.removed).toEqual(['m1', 'm2', 'm3']);
    await feeds.close();
  });

  it('is not complete for a time of which the journal dropped a part', async () => {
    let droppedUntilMs: number | undefined;
    const journal = { ...memoryJournal(), droppedUntilMs: () => droppedUntilMs };
    const { clock, feeds } = setUp({}, undefined, journal);
    const feed = await feeds.open({ bus: 'orders' });
    const sinceMs = clock.nowMs();

    await feed.assertComplete(sinceMs);
    droppedUntilMs = sinceMs - 1;
    await feed.assertComplete(sinceMs);
    droppedUntilMs = sinceMs;

    await expect(feed.assertComplete(sinceMs)).rejects.toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringContaining('More came on bus orders than this process keeps'),
    });
    await feeds.close();
  });

  it('wakes those who wait for a key, and no others', async () => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ topic: 'ships' });
    let mine = 0;
    let all = 0;
    const stop = feed.subscribe(RUN, () => void (mine += 1));
    feed.subscribe(undefined, () => void (all += 1));

    queue.send('m1', { x: RUN });
    await clock.sleep(500);
    queue.send('m2', { x: OTHER });
    await clock.sleep(500);
    stop();
    queue.send('m3', { x: RUN });
    await clock.sleep(500);

    expect({ mine, all }).toEqual({ mine: 1, all: 3 });
    await feed.close();
    await feeds.close();
  });

  it('is read by one tap reader, however many watch, and its lease is given back in the end', async () => {
    let taken = 0;
    const { feeds, dropped, clock } = setUp({ take: async () => ({ held: ++taken > 0 }) as never });

    await Promise.all([feeds.open({ bus: 'orders' }), feeds.open({ bus: 'orders' })]);

    expect(taken).toBe(1);
    await clock.sleep(25_000);
    expect(taken).toBe(3);
    await feeds.close();
    expect(dropped).toEqual(['coalmine-shop-bus-orders']);
    expect(clock.open).toBe(0);
  });

  it('is given back after a renewal that was in flight when all was closed, and is not taken again', async () => {
    const log: string[] = [];
    const { feeds, clock } = setUp({
      take: async () => {
        if (log.length > 0) await clock.sleep(5_000);
        log.push('taken');
        return { held: true };
      },
      drop: async () => void log.push('given back'),
    });
    await feeds.open({ bus: 'orders' });
    await clock.sleep(11_000);

    await feeds.close();
    await clock.sleep(MINUTE_MS);

    expect(log).toEqual(['taken', 'taken', 'given back']);
    expect(clock.open).toBe(0);
  });

  it('refuses a second reader, and names the first', async () => {
    const { feeds } = setUp({ take: async () => ({ held: false, by: 'anna@laptop' }) });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow('read by anna@laptop already');
    await feeds.close();
  });

  it('says when the lease of the first reader ends', async () => {
    const untilMs = new ManualClock().nowMs() + 27_000;
    const { feeds } = setUp({ take: async () => ({ held: false, by: 'anna@laptop', untilMs }) });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow(
      "two readers would take each other's messages. Its lease ends in 27 s, unless that process still runs and renews it. Wait",
    );
    await feeds.close();
  });

  it('says how to free a lease that a clock ahead took', async () => {
    const untilMs = Date.UTC(2099, 0, 1);
    const { feeds } = setUp({ take: async () => ({ held: false, by: 'anna@laptop', untilMs }) });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow(
      "A clock that was ahead took its lease until 2099-01-01 00:00 UTC. If that process has ended, make the taps anew: 'coalmine tap --remove', then 'coalmine tap'. For taps of your own, choose another name for '--as': to remove them keeps the leases. ",
    );
    await feeds.close();
  });

  it('is read after another reader has ended, if its caller waits', async () => {
    let attempts = 0;
    const take: Leases['take'] = async () => {
      attempts += 1;
      return attempts > 3 ? { held: true } : { held: false, by: 'anna@laptop' };
    };
    const waits: string[] = [];
    const more = { waiting: (...of: readonly string[]) => void waits.push(of.join(': ')) };
    const { feeds, dropped } = setUp({ take }, undefined, memoryJournal(), { more });

    await feeds.open({ bus: 'orders' });

    expect(attempts).toBe(5);
    expect(waits).toEqual(['bus orders: anna@laptop']);
    await feeds.close();
    expect(dropped).toEqual(['coalmine-shop-bus-orders']);
  });

  it('is not waited for any more once all is closed', async () => {
    const take: Leases['take'] = async () => ({ held: false, by: 'anna@laptop' });
    const closing = Promise.withResolvers<void>();
    const { feeds, clock } = setUp({ take }, undefined, memoryJournal(), {
      more: { waiting: () => closing.resolve() },
    });
    const opened = feeds.open({ bus: 'orders' });
    await closing.promise;

    await Promise.all([expect(opened).rejects.toThrow('aborted'), feeds.close()]);

    expect(clock.open).toBe(0);
  });

  it('gives a lease that was waited for back if the path is not there', async () => {
    const inspect = async (): Promise<never> => {
      throw new ObserverError('There is no rule.');
    };
    const { feeds, dropped } = setUp({}, undefined, memoryJournal(), {
      inspect,
      more: { waiting: () => {} },
    });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow('There is no rule.');

    expect(dropped).toEqual(['coalmine-shop-bus-orders']);
    await feeds.close();
  });

  it('waits for no probe once it is refused as a second reader', async () => {
    const held: Leases['take'] = async () => ({ held: false, by: 'anna@laptop' });
    const more = { probe: async () => 'lost' };
    const { feeds, clock } = setUp({ take: held }, undefined, memoryJournal(), { more });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow('read by anna@laptop already');
    await new Promise(setImmediate);

    expect(clock.open).toBe(0);
    await feeds.close();
  });

  it.each([
    { address: { bus: 'other' }, line: "Add '- bus: other'" },
    { address: { topic: 'arn:aws:sns:r:1:other' }, line: "Add '- topic: other'" },
  ])('must be in the project file: $line', async ({ address, line }) => {
    const { feeds } = setUp();

    await expect(feeds.open(address)).rejects.toThrow(line);
    await feeds.close();
  });

  it('is complete after a receive that came back empty', async () => {
    const { queue, feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    queue.send('m1', event('e1', RUN));

    await Promise.all([feed.assertComplete(clock.nowMs()), feed.assertComplete(clock.nowMs())]);

    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });

  it('is complete only when what another receive brought is written, too', async () => {
    const journal = memoryJournal();
    const writing = Promise.withResolvers<void>();
    const { queue, feeds, clock } = setUp({}, undefined, {
      ...journal,
      append: async (entries) => writing.promise.then(async () => journal.append(entries)),
    });
    const feed = await feeds.open({ bus: 'orders' });
    queue.send('m1', event('e1', RUN));
    await clock.sleep(500);
    let complete = false;
    const asserted = feed.assertComplete(0).then(() => {
      complete = true;
    });
    await clock.sleep(5_000);
    expect(complete).toBe(false);

    writing.resolve();
    await asserted;

    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });

  it('writes what could not be written with what comes next, since its message stays hidden', async () => {
    const journal = memoryJournal();
    let broken = true;
    const { queue, feeds, clock } = setUp({}, undefined, {
      ...journal,
      append: async (entries) => (broken ? Promise.reject(new Error('away')) : journal.append(entries)),
    });
    const feed = await feeds.open({ bus: 'orders' });
    queue.send('m1', event('e1', RUN));
    await clock.sleep(1_000);
    expect(queue.removed).toEqual([]);
    broken = false;

    await feed.assertComplete(clock.nowMs());

    expect((await feed.read({ key: RUN, sinceMs: 0 })).map(({ id }) => id)).toEqual(['e1']);
    await feeds.close();
  });

  it('is not complete for a time in which it could not read for more than five seconds', async () => {
    const { queue, feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    const sinceMs = clock.nowMs();
    queue.fault = new Error('throttled');
    await clock.sleep(9_000);
    queue.fault = undefined;
    await clock.sleep(15_000);
    const laterMs = clock.nowMs();

    await expect(feed.assertComplete(sinceMs)).rejects.toThrow(
      /bus orders could not be read for .* s, so what came then cannot be known/,
    );
    await expect(feed.assertComplete(laterMs)).resolves.toBeUndefined();
    await feeds.close();
  });

  it('is complete for a time with a short trouble in it, once it is over', async () => {
    const { queue, feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    queue.fault = new Error('throttled');
    const asserted = feed.assertComplete(clock.nowMs());
    await clock.sleep(3_000);
    queue.fault = undefined;

    await expect(asserted).resolves.toBeUndefined();
    await feeds.close();
  });

  it('is not complete while a trouble lasts', async () => {
    const { queue, feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    queue.fault = new Error('throttled');

    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow('throttled');
    await feeds.close();
  });

  it('that cannot be read is an error before anything is done', async () => {
    const { queue, feeds, clock } = setUp();
    queue.fault = new Error('denied');

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow('denied');
    queue.fault = undefined;
    await expect(feeds.open({ bus: 'orders' })).resolves.toBeDefined();
    await feeds.close();
    expect(clock.open).toBe(0);
  });

  it('has delivered all that arrived before it was opened', async () => {
    const { queue, feeds } = setUp();
    queue.send('m1', event('e1', RUN));

    const feed = await feeds.open({ bus: 'orders' });

    expect(await feed.read({ sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });

  it('ends when its last receive has come back, and keeps what that brings', async () => {
    const journal = memoryJournal();
    const { queue, feeds, clock } = setUp({}, undefined, journal);
    await feeds.open({ bus: 'orders' });
    await clock.sleep(100);
    const closing = feeds.close();
    await clock.sleep(100);
    queue.send('m1', event('e1', RUN));

    await closing;

    expect(queue.removed).toEqual(['m1']);
    expect(await journal.read({ feed: 'bus orders', key: RUN, sinceMs: 0 })).toHaveLength(1);
  });

  it.each([
    { title: 'another reader took it', fault: undefined, untilMs: 11_000 },
    { title: 'it could not be renewed for too long', fault: new Error('away'), untilMs: 45_000 },
  ])('is not trusted once its lease is lost: $title', async ({ fault, untilMs }) => {
    let taken = 0;
    const { feeds, clock } = setUp({
      take: async () => {
        taken += 1;
        if (taken === 1) return { held: true };
        if (fault !== undefined) throw fault;
        return { held: false, by: 'bob' };
      },
    });
    const feed = await feeds.open({ bus: 'orders' });
    await clock.sleep(untilMs);

    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow('could not be held');
    await feeds.close();
  });

  it('is not complete for a time in which its reader stood still for longer than its lease lasts', async () => {
    const { feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    await clock.sleep(1_000);
    const sinceMs = clock.nowMs();
    clock.standStill(sinceMs + 1_000, 40_000);
    await clock.sleep(41_000);

    for (const laterMs of [0, 30_000]) {
      await clock.sleep(laterMs);
      const asserted = feed.assertComplete(sinceMs);
      await expect(asserted).rejects.toThrow(StandstillError);
      await expect(asserted).rejects.toThrow(/^The runner stood still for 40 s, .* was not renewed for 4\d/);
    }
    await expect(feed.assertComplete(clock.nowMs() - 20_000)).resolves.toBeUndefined();
    await feeds.close();
  });

  it('is complete for a time in which its reader stood still for less', async () => {
    const { feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    const sinceMs = clock.nowMs();
    clock.standStill(sinceMs + 1_000, 15_000);
    await clock.sleep(17_000);

    await expect(feed.assertComplete(sinceMs)).resolves.toBeUndefined();
    await feeds.close();
  });

  it('leaves to its new reader what comes after its lease was lost, and is taken again by the next run', async () => {
    let holder: string | undefined;
    const { queue, feeds, clock } = setUp({
      take: async () => (holder === undefined ? { held: true } : { held: false, by: holder }),
    });
    const feed = await feeds.open({ bus: 'orders' });
    holder = 'bob';
    await clock.sleep(9_990);
    const asked = feed.assertComplete(clock.nowMs()).catch((thrown: unknown) => thrown);
    expect(await asked).toMatchObject({ message: expect.stringContaining('could not be held') as unknown });
    queue.send('m1', event('e1', RUN));
    await clock.sleep(3_000);
    expect(queue).toMatchObject({ removed: [], hidden: [] });
    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow('read by bob already');
    holder = undefined;

    const again = await feeds.open({ bus: 'orders' });

    expect(await again.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feed.close();
    await again.close();
    await feeds.close();
  });

  it('is asked for again after it could not be opened', async () => {
    let tries = 0;
    const { feeds } = setUp({
      take: async () => (++tries === 1 ? { held: false, by: 'x' } : { held: true }),
    });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow();
    await Promise.resolve();
    await expect(feeds.open({ bus: 'orders' })).resolves.toBeDefined();
    await feeds.close();
  });
});

describe('a tap reader', () => {
  function readerOf(mode: 'take' | 'borrow', of: { isFifo?: boolean; delaySeconds?: number } = {}) {
    const clock = new ManualClock();
    const queue = new SimulatedQueue(clock, of);
    const journal = memoryJournal();
    const begin = () =>
      new TapReader({ feed: 'queue q', queue, journal, clock, mode, ids: [], open: dating(openMessage) });
    const seen = async () => (await journal.read({ feed: 'queue q', sinceMs: 0 })).map(({ id }) => id);
    return { clock, queue, journal, begin, reader: begin(), seen };
  }

  it.each(['take', 'borrow'] as const)(
    'that means to %s polls for a second, and hides for ten what it reads',
    async (mode) => {
      const { reader, queue } = readerOf(mode);

      await reader.assertComplete(0);
      await reader.stop();

      expect(new Set(queue.asks.map((ask) => JSON.stringify(ask)))).toEqual(
        new Set(['{"waitSeconds":1,"hideSeconds":10}']),
      );
    },
  );

  it('reads on, before it is complete, until a receive comes back empty', async () => {
    const { reader, queue, seen } = readerOf('take');
    for (let n = 0; n < 25; n += 1) queue.send(`m${n}`, {});

    await reader.assertComplete(0);

    expect(await seen()).toHaveLength(25);
    await reader.stop();
  });

  it('receives several times at once while receives come back full, and waits for no deletion', async () => {
    const { reader, queue, clock, seen } = readerOf('take');
    const deleting = Promise.withResolvers<void>();
    const { remove } = queue;
    queue.remove = async (messages) => deleting.promise.then(async () => remove.call(queue, messages));
    for (let n = 0; n < 240; n += 1) queue.send(`m${n}`, {});
    queue.mishaps.push(...Array.from({ length: 8 }, () => 'slow' as const));
    const startedAtMs = clock.nowMs();

    const drained = reader.drained();
    await clock.sleep(700);
    const early = await seen();
    deleting.resolve();
    await drained;
    await reader.stop();

    expect(early.length).toBeGreaterThanOrEqual(80); // one after the other would take eight times 300 ms
    expect(early.length).toBeLessThan(240); // eight deletions at once are the most
    expect(clock.nowMs() - startedAtMs).toBeLessThan(3_000);
    expect(queue.removed).toHaveLength(240);
  });

  it('is complete only when what each of several receives brought is written', async () => {
    const { reader, queue, journal, seen } = readerOf('take');
    const { append } = journal;
    let writes = 0;
    journal.append = async (entries) => {
      writes += 1;
      if (writes === 2) throw new Error('not written');
      await append(entries);
    };
    for (let n = 0; n < 20; n += 1) queue.send(`m${n}`, {});
    queue.mishaps.push(undefined, 'late'); // the second ten arrive after the receive that finds nothing more

    await reader.assertComplete(0);

    const written = await seen();
    await reader.stop();
    expect(new Set(written).size).toBe(20);
  });

  it('reads a message again if it was not deleted, as the same entry', async () => {
    const { reader, queue, clock, seen } = readerOf('take');
    const { remove } = queue;
    let attempts = 0;
    queue.remove = async (messages) => {
      attempts += 1;
      if (attempts === 1) throw new Error('not deleted');
      await remove.call(queue, messages);
    };
    queue.send('m1', {});

    await reader.assertComplete(0);
    await clock.sleep(15_000);
    await reader.stop();

    expect(new Set(await seen())).toEqual(new Set(['m1']));
    expect(queue.removed).toEqual(['m1']);
  });

  it('is complete though messages never cease to come', async () => {
    const { reader, queue, clock, seen } = readerOf('take');
    queue.send('first', {});
    let count = 0;
    const send = (): void => {
      queue.send(`m${(count += 1)}`, {});
      if (count < 200) clock.at(clock.nowMs() + 300, send);
    };
    send();
    const startedAtMs = clock.nowMs();

    await reader.assertComplete(0);

    expect(clock.nowMs() - startedAtMs).toBeLessThan(4_000);
    expect(await seen()).toContain('first');
    await reader.stop();
  });

  it('answers those who ask while it reads by a later drain, which they share', async () => {
    const { reader, queue, clock } = readerOf('take');
    await reader.drained();
    await clock.sleep(500);
    const before = queue.asks.length;

    await Promise.all([reader.assertComplete(0), reader.assertComplete(0), reader.drained()]);
    const after = queue.asks.length;
    await reader.stop();

    expect(after - before).toBeLessThanOrEqual(2); // the one that is shared, and perhaps the next
  });

  it('could not read from its first failure to the beginning of the receive that worked, that moment included', async () => {
    const { reader, queue, clock } = readerOf('take');
    await reader.drained();
    queue.fault = new Error('away');
    await clock.sleep(9_000);
    queue.fault = undefined;
    await reader.drained();
    const laterMs = clock.nowMs();

    await expect(reader.assertComplete(laterMs - 5_000)).rejects.toThrow(
      /^queue q could not be read for 9 s/,
    );
    await expect(reader.assertComplete(laterMs)).resolves.toBeUndefined();
    await reader.stop();
  });

  it('starts to count anew after each receive that worked', async () => {
    const { reader, queue, clock } = readerOf('take');
    for (let n = 0; n < 4; n += 1) {
      queue.fault = new Error('away');
      await clock.sleep(3_000);
      queue.fault = undefined;
      await clock.sleep(3_000);
    }

    await expect(reader.assertComplete(0)).resolves.toBeUndefined();
    await reader.stop();
  });

  it('keeps to the first reason not to be trusted, and says that it is over', async () => {
    const { reader } = readerOf('take');
    const asked = reader.assertComplete(0).catch((thrown: unknown) => thrown);
    reader.distrust(new ObserverError('first'));
    reader.distrust(new ObserverError('second'));

    expect(await asked).toMatchObject({ message: 'first' });
    await expect(reader.assertComplete(0)).rejects.toThrow('first');
    expect(reader.isOver).toBe(true);
    await reader.stop();
  });

  it('answers, when it stops, those that wait for the receive under way, and no others', async () => {
    const { reader, clock } = readerOf('take');
    const first = reader.assertComplete(0);
    await clock.sleep(500);
    const second = reader.assertComplete(0).catch((thrown: unknown) => thrown);

    await reader.stop();

    await expect(first).resolves.toBeUndefined();
    expect(await second).toMatchObject({ message: 'queue q is not read any more.' });
    await expect(reader.assertComplete(0)).rejects.toThrow('is not read any more');
  });

  describe('whose receive was lost', () => {
    it.each([
      { mode: 'take', mishap: 'lost' },
      { mode: 'borrow', mishap: 'lost' },
      { mode: 'take', mishap: 'reset' },
      { mode: 'borrow', mishap: 'reset' },
      { mode: 'take', mishap: 'silent' },
    ] as const)(
      'in order to $mode ($mishap) is complete when what it may have hidden is seen',
      async ({ mode, mishap }) => {
        const { reader, queue, seen } = readerOf(mode);
        await reader.drained();
        queue.mishaps.push(undefined, mishap);
        const { clock } = queue;
        await clock.sleep(1_200);
        queue.send('m1', {});
        await clock.sleep(100);
        expect(queue.hidden).toEqual(['m1']);

        await reader.assertComplete(clock.nowMs());

        expect(await seen()).toEqual(['m1']);
        await reader.stop();
      },
    );

    it('by the queue’s own refusal has lost nothing, so it need not wait', async () => {
      const { reader, queue, clock } = readerOf('take');
      queue.mishaps.push('refused');
      const startedAtMs = clock.nowMs();

      await reader.assertComplete(0);

      expect(clock.nowMs() - startedAtMs).toBeLessThan(3_000);
      await reader.stop();
    });

    it('again and again is an error in the end, which is no fault of the system', async () => {
      const { reader, queue, clock } = readerOf('borrow');
      await reader.drained();
      queue.mishaps.push(
        ...Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? 'lost' : undefined) as 'lost'),
      );
      const startedAtMs = clock.nowMs();

      await expect(reader.assertComplete(startedAtMs)).rejects.toThrow(
        'Answers of queue q were lost on their way again and again, or late, and may have hidden messages.',
      );

      expect(clock.nowMs() - startedAtMs).toBeGreaterThan(30_000);
      await reader.stop();
    });

    it('takes the receive that it counts for its own', async () => {
      const { reader, queue, clock } = readerOf('borrow');
      queue.send('m1', {});
      await reader.drained();
      queue.hideFault = new Error('away'); // so that its time runs out
      await clock.sleep(10_000);
      queue.hideFault = undefined;
      queue.mishaps.push('lost');
      await clock.sleep(20_000);

      await expect(reader.assertComplete(clock.nowMs())).resolves.toBeUndefined();
      await reader.stop();
    });
  });
});

describe('a watched queue', () => {
  it('is read without removing anything, and given back when no run watches any more', async () => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'https://sqs/1/dlq' });
    const other = await feeds.open({ queue: 'dlq' });
    queue.send('m1', { x: RUN });
    await clock.sleep(30_000);

    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    expect(queue.hidden).toEqual(['m1']);
    await feed.close();
    await clock.sleep(5_000);
    expect(queue.hidden).toEqual(['m1']);
    await other.close();
    await clock.sleep(1_000);
    expect(queue).toMatchObject({ removed: [], hidden: [], holds: ['m1'] });
    await feeds.close();
    expect(clock.open).toBe(0);
  });

  it('is opened again once what was held is given back', async () => {
    const { queue, feeds } = setUp();
    queue.send('m1', { x: RUN });
    const first = await feeds.open({ queue: 'dlq' });
    await first.close();

    const second = await feeds.open({ queue: 'dlq' });
    await second.assertComplete(0);

    expect(queue.hidden).toEqual(['m1']);
    await feeds.close();
    expect(queue.hidden).toEqual([]);
  });

  it('gives back what its last receive brings', async () => {
    const { clock, queue, feeds } = setUp();
    await feeds.open({ queue: 'dlq' });
    await clock.sleep(100);
    const closing = feeds.close();
    await clock.sleep(100);
    queue.send('m1', {});

    await closing;

    expect(queue).toMatchObject({ holds: ['m1'], hidden: [] });
  });

  it('is visible again by itself where it could not be given back', async () => {
    const { clock, queue, feeds } = setUp();
    queue.send('m1', {});
    await feeds.open({ queue: 'dlq' });
    queue.hideFault = new Error('away');
    await feeds.close();
    expect(queue.hidden).toEqual(['m1']);

    await clock.sleep(10_000);

    expect(queue.hidden).toEqual([]);
  });

  it('is not trusted when another process receives what was received here', async () => {
    const { clock, queue, feeds } = setUp();
    queue.send('m1', {});
    const feed = await feeds.open({ queue: 'dlq' });
    queue.hideFault = new Error('away'); // so that its time runs out
    await clock.sleep(8_000);
    queue.mishaps.push('refused', 'refused', 'refused'); // so that the other reader is the first
    await clock.sleep(1_900);
    expect(await queue.receive({ waitSeconds: 1, hideSeconds: 1, by: 'another' })).toHaveLength(1);
    queue.hideFault = undefined;
    await clock.sleep(5_000);

    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow(
      'queue dlq is read by another process too, so some of its messages may never be seen here.',
    );
    await feeds.close();
  });

  it.each([
    { title: 'redriven with the count that it had before', more: { receiveCount: 4 } },
    { title: 'redriven with its old date', more: { receiveCount: 3, sentAtMs: 1 } },
  ])('takes a message for no second reader that was $title', async ({ more }) => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'dlq' });
    queue.send('m1', { x: RUN }, more);
    await clock.sleep(12_000);

    await expect(feed.assertComplete(clock.nowMs())).resolves.toBeUndefined();
    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });

  it.each([
    { count: 100, trusted: true },
    { count: 101, trusted: false },
  ])('of $count messages is trusted: $trusted', async ({ count, trusted }) => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'dlq' });
    for (let n = 0; n < count; n += 1) queue.send(`m${n}`, {});

    const asserted = feed.assertComplete(clock.nowMs());

    if (trusted) await expect(asserted).resolves.toBeUndefined();
    else await expect(asserted).rejects.toThrow('holds more than 100 messages');
    await feeds.close();
    expect(queue.hidden).toEqual([]);
  });

  it('that could not be trusted is read anew for the next run', async () => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'dlq' });
    for (let n = 0; n < 101; n += 1) queue.send(`m${n}`, {});
    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow('holds more than 100 messages');
    await feed.close();
    await clock.sleep(1_000);
    await queue.remove(await queue.receive({ waitSeconds: 1, hideSeconds: 1 }));

    const again = await feeds.open({ queue: 'dlq' });

    await expect(again.assertComplete(clock.nowMs())).resolves.toBeUndefined();
    await feeds.close();
  });

  describe('of which SQS delivers a copy', () => {
    it.each([
      { title: 'in the same receive', afterMs: 0, receiveCount: 0 },
      { title: 'while it is held', afterMs: 3_000, receiveCount: 0 },
      { title: 'that was received more often', afterMs: 3_000, receiveCount: 5 },
    ])(
      '$title reports it once, accuses no other reader, and gives both back',
      async ({ afterMs, receiveCount }) => {
        const { clock, queue, feeds } = setUp();
        queue.send('m1', { x: RUN });
        clock.at(clock.nowMs() + afterMs, () => queue.copy('m1', { receiveCount }));
        const feed = await feeds.open({ queue: 'dlq' });
        await clock.sleep(30_000);

        await expect(feed.assertComplete(clock.nowMs())).resolves.toBeUndefined();

        expect(await feed.read({ sinceMs: 0 })).toHaveLength(1);
        expect(queue.hidden).toEqual(['m1', 'm1']);
        await feeds.close();
        expect(queue).toMatchObject({ removed: [], hidden: [], holds: ['m1', 'm1'] });
      },
    );

    it('accuses no other reader after both were visible again', async () => {
      const { clock, queue, feeds } = setUp();
      queue.send('m1', {}, { receiveCount: 4 });
      queue.copy('m1');
      const feed = await feeds.open({ queue: 'dlq' });
      queue.hideFault = new Error('away'); // so that their time runs out
      await clock.sleep(12_000);
      queue.hideFault = undefined;
      await clock.sleep(5_000);

      await expect(feed.assertComplete(clock.nowMs())).resolves.toBeUndefined();
      expect(queue.hidden).toEqual(['m1', 'm1']);
      await feeds.close();
    });

    it('does not hide a message that another reader hides', async () => {
      const { clock, queue, feeds } = setUp();
      queue.send('m2', {});
      await queue.receive({ waitSeconds: 1, hideSeconds: 60, by: 'another' });
      queue.send('m1', {});
      queue.copy('m1');
      const feed = await feeds.open({ queue: 'dlq' });

      await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow(
        'holds 1 message that cannot be seen here',
      );
      await feeds.close();
    });

    it.each([
      { messages: 100, trusted: true },
      { messages: 101, trusted: false },
    ])('counts once among $messages: trusted: $trusted', async ({ messages, trusted }) => {
      const { clock, queue, feeds } = setUp();
      for (let n = 0; n < messages; n += 1) queue.send(`m${n}`, {});
      for (let n = 0; n < 20; n += 1) queue.copy(`m${n}`);
      const asserted = feeds.open({ queue: 'dlq' }).then((feed) => feed.assertComplete(clock.nowMs()));

      if (trusted) await expect(asserted).resolves.toBeUndefined();
      else await expect(asserted).rejects.toThrow('holds more than 100 messages');
      await feeds.close();
      expect(queue.hidden).toEqual([]);
    });
  });

  it('is not complete before a message is seen whose delay ends at whatever moment of its last reading', async () => {
    for (let delaySeconds = 2; delaySeconds < 3.6; delaySeconds += 0.05) {
      const { clock, queue, feeds } = setUp();
      queue.countTakesMs = 100;
      queue.send('m1', {}, { delaySeconds });
      const feed = await feeds.open({ queue: 'dlq' });

      await feed.assertComplete(clock.nowMs());

      expect(await feed.read({ sinceMs: 0 })).toHaveLength(1);
      await feeds.close();
    }
  });

  it('whose answers are late is not complete before a message is seen that another reader gave back meanwhile', async () => {
    const { clock, queue, feeds } = setUp();
    const startedAtMs = clock.nowMs();
    queue.mishaps.push('late', 'late', 'late');
    const reads = (atMs: number, hideSeconds: number): void => {
      clock.at(startedAtMs + atMs, () => void queue.receive({ waitSeconds: 0, hideSeconds, by: 'another' }));
    };
    clock.at(startedAtMs + 1_001, () => queue.send('m1', {}));
    reads(1_001, 10);
    reads(13_001, 8);
    const feed = await feeds.open({ queue: 'dlq' });

    await feed.assertComplete(clock.nowMs());

    expect(await feed.read({ sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });

  it('whose answers go on to be late is an error: what is hidden in it cannot be known', async () => {
    const { clock, queue, feeds } = setUp();
    queue.send('m2', {});
    await queue.receive({ waitSeconds: 1, hideSeconds: 600, by: 'another' });
    queue.send('m1', {});
    const feed = await feeds.open({ queue: 'dlq' });
    queue.mishaps.push(...Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? 'late' : undefined)));

    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow('Answers of queue dlq were lost');
    await feeds.close();
  });

  it('in which another reader goes on to hide a message between our polls is an error', async () => {
    const { clock, queue, feeds } = setUp();
    let asked = 0;
    queue.count = async () => {
      asked += 1;
      return { visible: 0, inFlight: asked % 2 === 0 ? 1 : 0, delayed: 0, delaySeconds: 0 };
    };
    const feed = await feeds.open({ queue: 'dlq' });
    const sinceMs = clock.nowMs();

    await expect(feed.assertComplete(sinceMs)).rejects.toThrow('holds 1 message that cannot be seen here');
    expect(clock.nowMs() - sinceMs).toBeGreaterThan(30_000);
    await feeds.close();
  });

  it.each([
    {
      title: 'another reader hides some of them',
      happens: (queue: SimulatedQueue) => {
        queue.send('m1', {});
        void queue.receive({ waitSeconds: 1, hideSeconds: 60 });
      },
      says: 'queue dlq holds 1 message that cannot be seen here: another reader hides them.',
    },
    {
      title: 'some are delayed',
      happens: (queue: SimulatedQueue) => {
        queue.send('m1', {}, { delaySeconds: 60 });
        queue.send('m2', {}, { delaySeconds: 60 });
      },
      says: 'queue dlq holds 2 messages whose delay is not over',
    },
  ])('is not complete while $title', async ({ happens, says }) => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'dlq' });
    await clock.sleep(50); // the receive under way would get them
    queue.fault = undefined;
    await feed.close();
    await clock.sleep(2_000);
    happens(queue);
    const again = await feeds.open({ queue: 'dlq' });

    await expect(again.assertComplete(clock.nowMs())).rejects.toThrow(says);
    await feeds.close();
  });

  it('is complete when what another reader hid is visible again', async () => {
    const { clock, queue, feeds } = setUp();
    queue.send('m1', { x: RUN });
    await queue.receive({ waitSeconds: 1, hideSeconds: 10 });
    const feed = await feeds.open({ queue: 'dlq' });

    await feed.assertComplete(clock.nowMs());

    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });

  it('counts what was deleted meanwhile as no reader’s', async () => {
    const { clock, queue, feeds } = setUp();
    queue.send('m1', {});
    const feed = await feeds.open({ queue: 'dlq' });
    await queue.remove([{ ...MESSAGE, messageId: 'm1', receipt: 'm1-1' }]);
    await clock.sleep(10_000);
    queue.staleCounts = { inFlight: 1 };

    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow('another reader hides them');
    await feeds.close();
  });

  it.each([
    { title: 'a standard queue', kind: {} },
    { title: 'a FIFO queue', kind: { isFifo: true } },
  ])('is not trusted if another process deletes what was seen in it: $title', async ({ kind }) => {
    const { clock, queue, feeds } = setUp({}, undefined, undefined, kind);
    queue.send('m1', {});
    queue.send('m2', {}, { groupId: 'other' });
    const feed = await feeds.open({ queue: 'dlq' });
    await clock.sleep(20_000);
    await feed.assertComplete(clock.nowMs());
    queue.deletes('m1');
    await clock.sleep(10_000);

    await expect(feed.assertComplete(clock.nowMs())).rejects.toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringContaining(
        'no longer holds 1 message that it showed before: another process takes',
      ),
    });
    await feed.close();
    await expect((await feeds.open({ queue: 'dlq' })).assertComplete(clock.nowMs())).resolves.toBeUndefined();
    await feeds.close();
  });

  it('that delays its messages is polled for longer than that, or is not complete', async () => {
    const { clock, feeds } = setUp({}, undefined, undefined, { delaySeconds: 60 });
    const feed = await feeds.open({ queue: 'dlq' });
    const sinceMs = clock.nowMs();
    await clock.sleep(4_000);

    await expect(feed.assertComplete(sinceMs)).rejects.toThrow(
      'queue dlq delays by 60 s (DelaySeconds) and was looked at for 4 s, so what was sent in that time cannot be seen yet.',
    );
    await clock.sleep(56_000);
    await expect(feed.assertComplete(sinceMs)).resolves.toBeUndefined();
    await feeds.close();
  });
});

describe('a watched FIFO queue', () => {
  const fifo = () => setUp({}, undefined, undefined, { isFifo: true });

  it('shows what comes behind an older message of its group, in the first run and in each later one', async () => {
    const { clock, queue, feeds } = fifo();
    queue.send('old', {}, { groupId: 'g' });
    for (let run = 1; run <= 3; run += 1) {
      const feed = await feeds.open({ queue: 'dlq.fifo' });
      const sinceMs = clock.nowMs();
      queue.send(`new${run}`, { x: RUN }, { groupId: 'g' });
      await clock.sleep(3_000);

      await feed.assertComplete(sinceMs);

      const seen = await feed.read({ key: RUN, sinceMs });
      expect(seen.map(({ id }) => id)).toEqual([`new${run}`]);
      await feed.close();
    }
    await feeds.close();
    expect(queue).toMatchObject({ holds: ['old', 'new1', 'new2', 'new3'], hidden: [] });
  });

  it('delivers each message once, however often it was received', async () => {
    const { clock, queue, feeds } = fifo();
    const feed = await feeds.open({ queue: 'dlq.fifo' });
    queue.send('m1', {}, { groupId: 'g' });
    queue.send('m2', {}, { groupId: 'g' });
    await clock.sleep(15_000);

    expect(await feed.read({ sinceMs: 0 })).toHaveLength(2);
    await expect(feed.assertComplete(clock.nowMs())).resolves.toBeUndefined();
    await feeds.close();
  });

  it('shows all of many groups, those that a full receive cuts off too', async () => {
    const { queue, feeds } = fifo();
    for (let n = 0; n < 9; n += 1)
      for (const group of ['a', 'b', 'c']) queue.send(`${group}${n}`, {}, { groupId: group });

    const feed = await feeds.open({ queue: 'dlq.fifo' });
    await feed.assertComplete(0);

    expect(await feed.read({ sinceMs: 0 })).toHaveLength(27);
    await feeds.close();
    expect(queue.hidden).toEqual([]);
  });

  it('with more of one group than can be seen is an error', async () => {
    const { queue, feeds } = fifo();
    for (let n = 0; n < 10; n += 1) queue.send(`m${n}`, {}, { groupId: 'g' });

    await expect(feeds.open({ queue: 'dlq.fifo' })).rejects.toThrow(
      'queue dlq.fifo holds 10 messages or more of one message group, and no more of a group can be seen. Redrive or purge it.',
    );
    await feeds.close();
    expect(queue.hidden).toEqual([]);
  });

  it('whose counts give more than it shows is an error', async () => {
    const { clock, queue, feeds } = fifo();
    queue.send('m1', {}, { groupId: 'g' });
    const feed = await feeds.open({ queue: 'dlq.fifo' });
    queue.staleCounts = { visible: 2 };

    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow(
      'queue dlq.fifo holds 2 messages that cannot be seen here: another reader hides them, or they wait behind others of their message group.',
    );
    await feeds.close();
  });

  it('is read again when what could not be given back is visible', async () => {
    const { clock, queue, feeds } = fifo();
    queue.send('old', {}, { groupId: 'g' });
    const feed = await feeds.open({ queue: 'dlq.fifo' });
    queue.hideFault = new Error('away');
    await clock.sleep(3_000);
    queue.hideFault = undefined;
    const sinceMs = clock.nowMs();
    queue.send('new', { x: RUN }, { groupId: 'g' });

    await feed.assertComplete(sinceMs);

    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });
});

describe('what distinguishes namesakes', () => {
  it.each([
    {
      title: 'another region',
      bus: 'arn:aws:events:eu-central-1:1:event-bus/orders',
      says: 'eu-central-1, account 1',
    },
    { title: 'another account', bus: 'arn:aws:events:r:2:event-bus/orders', says: 'r, account 2' },
  ])('refuses a bus of $title, while the tap is read for others', async ({ bus, says }) => {
    const { feeds } = setUp();
    await feeds.open({ bus: 'orders' });

    await expect(feeds.open({ bus })).rejects.toThrow(
      `The tap on bus orders listens in r, account 1, and the check names a bus of that name in ${says}`,
    );
    await feeds.close();
  });

  it('reads a queue once, by whatever address, and its namesake in another region apart', async () => {
    const clock = new ManualClock();
    const queues = new Map<string, SimulatedQueue>();
    const journal = memoryJournal();
    const feeds = feedsOf({
      ...NO_TAPS,
      journal,
      clock,
      taps: {
        tapOn: async () => Promise.reject(new Error('no taps')),
        queueAt: async (address) => {
          const region = address.includes('eu-central-1') ? 'eu-central-1' : 'eu-west-1';
          const arn = `arn:aws:sqs:${region}:1:dlq`;
          const queue = queues.get(arn) ?? new SimulatedQueue(clock);
          queues.set(arn, queue);
          return { name: 'dlq', arn, queue };
        },
      },
    });
    const near = await feeds.open({ queue: 'dlq' });
    const alike = await feeds.open({ queue: 'arn:aws:sqs:eu-west-1:1:dlq' });
    const far = await feeds.open({ queue: 'arn:aws:sqs:eu-central-1:1:dlq' });
    queues.get('arn:aws:sqs:eu-west-1:1:dlq')?.send('m1', { here: true });
    await clock.sleep(1_000);

    expect(
      await Promise.all([near, alike, far].map(async (feed) => (await feed.read({ sinceMs: 0 })).length)),
    ).toEqual([1, 1, 0]);
    await feeds.close();
    expect(clock.open).toBe(0);
  });

  it('asks again for a queue that was not there', async () => {
    let asked = 0;
    const feeds = feedsOf({
      ...NO_TAPS,
      journal: memoryJournal(),
      clock: new ManualClock(),
      taps: {
        tapOn: async () => Promise.reject(new Error('no taps')),
        queueAt: async () => Promise.reject(new Error(`asked ${(asked += 1)} times`)),
      },
    });

    await expect(feeds.open({ queue: 'dlq' })).rejects.toThrow('asked 1 times');
    await expect(feeds.open({ queue: 'dlq' })).rejects.toThrow('asked 2 times');
  });
});

describe('the path into a tap', () => {
  const BUS = { on: { bus: 'orders' }, ids: [], probe: false } as const;

  it('is proven by a probe that is an event of no run', async () => {
    const { clock, feeds } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    await clock.sleep(1_000);

    await expect(feed.assertComplete(clock.nowMs())).resolves.toBeUndefined();
    expect(await feed.read({ sinceMs: 0 })).toEqual([]);
    await feeds.close();
  });

  it('is not proven by a probe that does not arrive, and ends at once when reading does', async () => {
    const { clock, feeds } = setUp({}, [BUS], memoryJournal(), { more: { probe: async () => 'lost' } });
    const feed = await feeds.open({ bus: 'orders' });
    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow(
      'did not come out of its tap within 15 s',
    );
    await feeds.close();

    const again = setUp({}, [BUS], memoryJournal(), { more: { probe: async () => 'lost' } });
    await again.feeds.open({ bus: 'orders' });
    await again.feeds.close();
    expect(again.clock.open).toBe(0);
  });

  it('is not proven if the probe could not be sent, and the next check sends another', async () => {
    let tries = 0;
    const journal = memoryJournal();
    const probe: FeedsOf['probe'] = async (on) => {
      tries += 1;
      if (tries < 3) throw new ObserverError('denied');
      return provenBy(journal, clock)(on);
    };
    const { clock, feeds } = setUp({}, [BUS], journal, { more: { probe } });
    const feed = await feeds.open({ bus: 'orders' });
    await clock.sleep(1_000);

    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow('denied');
    await expect(feed.assertComplete(clock.nowMs())).resolves.toBeUndefined();
    await feeds.close();
  });

  it('of a topic is only read, unless the project lets a probe be sent', async () => {
    const on = { topic: 'arn:aws:sns:r:1:ships' };
    const probed: unknown[] = [];
    const probe = async (to: unknown) => {
      probed.push(to);
      return 'lost';
    };
    const silent = setUp({}, [{ on, ids: [], probe: false }], memoryJournal(), { more: { probe } });
    const feed = await silent.feeds.open({ topic: 'ships' });
    await expect(feed.assertComplete(silent.clock.nowMs())).resolves.toBeUndefined();
    expect(feed.caveat).toContain('path not proven');
    await silent.feeds.close();
    expect(probed).toEqual([]);

    const asked = setUp({}, [{ on, ids: [], probe: true }], memoryJournal(), { more: { probe } });
    const other = await asked.feeds.open(on);
    await expect(other.assertComplete(asked.clock.nowMs())).rejects.toThrow('did not come out of its tap');
    expect(other.caveat).toBeUndefined();
    expect(probed).toEqual([on]);
    await asked.feeds.close();
  });

  it('that is not in place is an error before anything is acted, and whenever it is found out', async () => {
    let broken = true;
    const inspect = async (): Promise<void> => {
      if (broken) throw new ObserverError('its queue lets nobody in', { permanent: true });
    };
    const { clock, feeds } = setUp({}, [BUS], memoryJournal(), { inspect });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow('its queue lets nobody in');
    broken = false;
    const feed = await feeds.open({ bus: 'orders' });
    broken = true;
    await clock.sleep(60_000);
    await expect(feed.assertComplete(clock.nowMs())).rejects.toThrow('its queue lets nobody in');
    await feeds.close();
  });
});

describe('waiting', () => {
  it('is over at once where the signal was aborted before', async () => {
    const clock = new ManualClock();
    const aborted = AbortSignal.abort(new Error('over'));

    await expect(raceAbort(new Promise(() => {}), aborted)).rejects.toThrow('over');
    await sleepUntil(Number.POSITIVE_INFINITY, clock, aborted);
    const limit = deadlineIn(1_000, aborted, clock, () => new Error('late'));
    expect(limit.signal.reason).toMatchObject({ message: 'over' });
    limit.end();
    expect(clock.open).toBe(0);
  });

  it('keeps the first reason of a limit, and aborts the signal of the platform', () => {
    const clock = new ManualClock();
    const outside = new AbortController();
    const limit = deadlineIn(1_000, outside.signal, clock, () => new Error('late'));
    const inner = deadlineIn(2_000, limit.signal, clock, () => new Error('later'));
    const { signal } = inner;
    const received: unknown[] = [];
    const listener = () => void received.push(signal.reason);
    signal.addEventListener('abort', listener);
    signal.addEventListener('abort', () => void received.push('second'));
    const stranger = () => void received.push('stranger');
    signal.removeEventListener('abort', stranger);

    outside.abort(new Error('over'));
    limit.end();
    inner.end();

    expect(signal.reason).toMatchObject({ message: 'over' });
    expect(received).toEqual([expect.objectContaining({ message: 'over' }), 'second']);
    expect(clock.open).toBe(0);
  });

  it('is over once: what ends after a limit’s own time changes nothing', async () => {
    const clock = new ManualClock();
    const outside = new AbortController();
    const limit = deadlineIn(1_000, outside.signal, clock, () => new Error('late'));

    await clock.sleep(2_000);
    outside.abort(new Error('over'));

    expect(limit.signal.reason).toMatchObject({ message: 'late' });
  });

  it('gives what the work came to, where nothing ends it', async () => {
    const { signal } = new AbortController();

    await expect(raceAbort(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(raceAbort(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
  });

  it('is not slept through by what came before, nor again by what was seen to', async () => {
    const clock = new ManualClock();
    const sleep = new Sleep(clock, new AbortController().signal);
    sleep.wake();
    await sleep.until(Number.POSITIVE_INFINITY);
    sleep.wake();
    sleep.reset();
    const startedAtMs = clock.nowMs();
    await sleep.until(startedAtMs + 500);

    expect(clock.nowMs()).toBe(startedAtMs + 500);
  });
});
