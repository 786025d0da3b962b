import { describe, expect, it } from '@jest/globals';
import { memoryJournal } from '../../runner/adapters/memory-journal.ts';
import { ObserverError, StandstillError } from '../../runner/core/errors.ts';
import type { Journal, Leases, TapMessage, TapQueue, Taps } from '../../runner/core/ports.ts';
import type { TapDefinition } from '../../runner/core/project.ts';
import { openMessage } from '../../runner/core/tap-message.ts';
import { feedsOf } from '../../runner/engine/feeds.ts';
import { startProbe } from '../../runner/engine/probe.ts';
import { limitedTo, Nap, orAborted } from '../../runner/engine/wait.ts';
import { Witness } from '../../runner/engine/witness.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ScriptedQueue } from '../support/scripted-queue.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10';
const OTHER = '6743a1c0f2b94e0c8d1e5a7b9c3d2f11';

function setUp(
  leases: Partial<Leases> = {},
  definitions?: readonly TapDefinition[],
  journal: Journal = memoryJournal(),
) {
  const clock = new ManualClock();
  const queue = new ScriptedQueue(clock);
  const dropped: string[] = [];
  const probed: string[] = [];
  const taps: Taps = {
    tapOn: async () => ({ name: 'coalmine-shop-bus-orders', queue }),
    queueAt: async () => ({ name: 'dlq', queue }),
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
    probe: async (bus) => {
      probed.push(bus);
      return OTHER;
    },
    owner: 'me',
  });
  return { clock, queue, feeds, dropped, probed };
}

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

  it('wakes those who wait for a key, and nobody else', async () => {
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

  it('is read by one witness, however many watch, and its lease is given back in the end', async () => {
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

  it('refuses a second reader, and names the first', async () => {
    const { feeds } = setUp({ take: async () => ({ held: false, by: 'anna@laptop' }) });

    await expect(feeds.open({ bus: 'orders' })).rejects.toThrow('read by anna@laptop already');
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

  it('vouches after a receive that came back empty', async () => {
    const { queue, feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    queue.send('m1', event('e1', RUN));

    await Promise.all([feed.vouch(clock.nowMs()), feed.vouch(clock.nowMs())]);

    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
  });

  it('vouches only when what another receive brought is written, too', async () => {
    const journal = memoryJournal();
    const writing = Promise.withResolvers<void>();
    const { queue, feeds, clock } = setUp({}, undefined, {
      ...journal,
      append: async (entries) => writing.promise.then(async () => journal.append(entries)),
    });
    const feed = await feeds.open({ bus: 'orders' });
    queue.send('m1', event('e1', RUN));
    await clock.sleep(500);
    let vouched = false;
    const vouching = feed.vouch(0).then(() => {
      vouched = true;
    });
    await clock.sleep(5_000);
    expect(vouched).toBe(false);

    writing.resolve();
    await vouching;

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
    await expect(feed.vouch(0)).rejects.toThrow('away');
    expect(queue.removed).toEqual([]);
    broken = false;

    await feed.vouch(0);

    expect((await feed.read({ key: RUN, sinceMs: 0 })).map(({ id }) => id)).toEqual(['e1']);
    await feeds.close();
  });

  it('cannot vouch for a time in which it could not read for more than five seconds', async () => {
    const { queue, feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    const sinceMs = clock.nowMs();
    queue.fault = new Error('throttled');
    await clock.sleep(9_000);
    queue.fault = undefined;
    await clock.sleep(25_000);
    const laterMs = clock.nowMs();

    await expect(feed.vouch(sinceMs)).rejects.toThrow(
      /bus orders could not be read for .* s, so what came then cannot be known/,
    );
    await expect(feed.vouch(laterMs)).resolves.toBeUndefined();
    await feeds.close();
  });

  it('vouches for a time with a short trouble in it, and not while it lasts', async () => {
    const { queue, feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    const sinceMs = clock.nowMs();
    queue.fault = new Error('throttled');
    await clock.sleep(2_000);
    await expect(feed.vouch(sinceMs)).rejects.toThrow('throttled');
    queue.fault = undefined;

    await expect(feed.vouch(sinceMs)).resolves.toBeUndefined();
    await feeds.close();
  });

  it.each([
    { title: 'somebody else took it', fault: undefined, untilMs: 11_000 },
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

    await expect(feed.vouch(clock.nowMs())).rejects.toThrow('could not be held');
    await feeds.close();
  });

  it('vouches for no time in which its reader stood still for longer than its lease lasts', async () => {
    const { feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    await clock.sleep(1_000);
    const sinceMs = clock.nowMs();
    clock.standStill(sinceMs + 1_000, 40_000);
    await clock.sleep(41_000);

    for (const laterMs of [0, 30_000]) {
      await clock.sleep(laterMs);
      const vouched = feed.vouch(sinceMs);
      await expect(vouched).rejects.toThrow(StandstillError);
      await expect(vouched).rejects.toThrow(/^The runner stood still for 40 s, .* was not renewed for 4\d/);
    }
    await expect(feed.vouch(clock.nowMs() - 20_000)).resolves.toBeUndefined();
    await feeds.close();
  });

  it('vouches for a time in which its reader stood still for less', async () => {
    const { feeds, clock } = setUp();
    const feed = await feeds.open({ bus: 'orders' });
    const sinceMs = clock.nowMs();
    clock.standStill(sinceMs + 1_000, 15_000);
    await clock.sleep(17_000);

    await expect(feed.vouch(sinceMs)).resolves.toBeUndefined();
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

describe('a witness', () => {
  /** A witness whose receives are written down: each answers as the script says, and then waits its time. */
  function witnessOf(
    mode: 'take' | 'borrow',
    answers: readonly (readonly TapMessage[] | Error)[],
    tookMs: readonly number[] = [],
  ) {
    const clock = new ManualClock();
    const asks: { readonly waitSeconds: number; readonly hideSeconds: number }[] = [];
    const released: string[][] = [];
    let count = 0;
    const queue: TapQueue = {
      receive: async ({ waitSeconds, hideSeconds, signal }) => {
        const index = count++;
        asks.push({ waitSeconds, hideSeconds });
        const answer = answers[index] ?? [];
        await new Nap(clock, signal).until(clock.nowMs() + (tookMs[index] ?? waitSeconds * 1_000));
        signal.throwIfAborted();
        if (answer instanceof Error) throw answer;
        return answer;
      },
      remove: async () => {},
      release: async (messages) => void released.push(messages.map(({ messageId }) => messageId)),
    };
    const journal = memoryJournal();
    const witness = new Witness({ feed: 'queue q', queue, journal, clock, mode, ids: [], open: openMessage });
    return { clock, asks, released, witness, journal };
  }
  const message = (messageId: string, more: Partial<TapMessage> = {}): TapMessage => ({
    messageId,
    receipt: messageId,
    body: '{}',
    attributes: {},
    sentAtMs: 1_700_000_000_001,
    receiveCount: 1,
    ...more,
  });

  it.each([
    { mode: 'take', hideSeconds: 30 },
    { mode: 'borrow', hideSeconds: 900 },
  ] as const)('that means to $mode hides what it reads for $hideSeconds s', async ({ mode, hideSeconds }) => {
    const { witness, asks } = witnessOf(mode, []);

    witness.start();
    witness.start();
    await witness.vouch(0);
    await witness.stop();

    expect(asks).toEqual([
      { waitSeconds: 20, hideSeconds },
      { waitSeconds: 1, hideSeconds },
    ]);
  });

  it('reads on, before it vouches, until a receive comes back empty', async () => {
    const { witness, asks, journal } = witnessOf('take', [[message('a')], [message('b')], []]);

    await witness.vouch(0);

    expect(asks).toHaveLength(3);
    expect((await journal.read({ feed: 'queue q', sinceMs: 0 })).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('answers those who ask while it reads by a later receive', async () => {
    const { witness, asks, clock } = witnessOf('take', []);

    const first = witness.vouch(0);
    await clock.sleep(500);
    const second = witness.vouch(0);
    await clock.sleep(400);
    expect(asks).toHaveLength(1);
    await Promise.all([first, second]);

    expect(asks).toHaveLength(2);
  });

  it('answers the next who asks, even where it could not answer the one before', async () => {
    const { witness } = witnessOf('take', [new Error('away'), []]);

    const both = await Promise.allSettled([witness.vouch(0), witness.vouch(0)]);

    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it.each([
    { tookMs: 5_000, trusted: true },
    { tookMs: 5_001, trusted: false },
  ])('that could not read for $tookMs ms is trusted: $trusted', async ({ tookMs, trusted }) => {
    // The second answer begins so long after the first failed.
    const { witness, clock } = witnessOf('take', [new Error('away'), [], []], [0, 0, 0]);
    await expect(witness.vouch(0)).rejects.toThrow('away');
    const failedAtMs = clock.nowMs();
    await clock.sleep(tookMs);

    const vouched = await witness.vouch(failedAtMs).then(
      () => true,
      () => false,
    );

    expect(vouched).toBe(trusted);
  });

  it('was blind from its first failure to the beginning of the receive that worked, that moment included', async () => {
    const { witness, clock } = witnessOf('take', [new Error('away'), new Error('away'), []], [0, 0, 3_000]);
    await expect(witness.vouch(0)).rejects.toThrow('away');
    await clock.sleep(4_000);
    await expect(witness.vouch(0)).rejects.toThrow('away');
    await clock.sleep(2_000);
    const sawAgainMs = clock.nowMs();

    await expect(witness.vouch(sawAgainMs)).rejects.toThrow('queue q could not be read for 6 s');
    await expect(witness.vouch(sawAgainMs + 1)).resolves.toBeUndefined();
  });

  it('starts to count anew after each receive that worked', async () => {
    const { witness, clock } = witnessOf(
      'take',
      [new Error('away'), [], new Error('away'), []],
      [0, 0, 0, 0],
    );
    for (const works of [false, true, false, true]) {
      const vouching = witness.vouch(0);
      if (works) await expect(vouching).resolves.toBeUndefined();
      else await expect(vouching).rejects.toThrow('away');
      await clock.sleep(3_000);
    }
    await expect(witness.vouch(0)).resolves.toBeUndefined();
  });

  it('keeps to the first reason not to be trusted', async () => {
    const { witness } = witnessOf('take', []);
    witness.distrust(new ObserverError('first'));
    witness.distrust(new ObserverError('second'));

    await expect(witness.vouch(0)).rejects.toThrow('first');
  });

  it('gives back what it borrowed, once', async () => {
    const { witness, released } = witnessOf('borrow', [[message('a'), message('b')]]);
    await witness.vouch(0);

    await witness.stop();
    await witness.stop();

    expect(released).toEqual([['a', 'b']]);
  });

  it('takes its own second sight of a message for no second reader', async () => {
    const again = message('a', { receiveCount: 2 });
    const { witness } = witnessOf('borrow', [[message('a')], [again], []]);

    await expect(witness.vouch(0)).resolves.toBeUndefined();
  });

  it.each([
    { receiveCount: 2, sentAtMs: 1_700_000_000_001, trusted: false },
    { receiveCount: 2, sentAtMs: 1_700_000_000_000, trusted: true },
    { receiveCount: 1, sentAtMs: 1_700_000_000_001, trusted: true },
  ])(
    'sees a second reader by what was sent after it began and was read by somebody else: $trusted',
    async ({ trusted, ...more }) => {
      const { witness } = witnessOf('borrow', [[message('a', more)], []]);

      const vouched = await witness.vouch(0).then(
        () => true,
        () => false,
      );

      expect(vouched).toBe(trusted);
    },
  );

  it.each([
    { count: 100, trusted: true },
    { count: 101, trusted: false },
  ])('watches a queue of $count messages: $trusted', async ({ count, trusted }) => {
    const { witness } = witnessOf('borrow', [Array.from({ length: count }, (_, n) => message(`m${n}`)), []]);

    const vouched = await witness.vouch(0).then(
      () => true,
      () => false,
    );

    expect(vouched).toBe(trusted);
  });
});

describe('a watched queue', () => {
  it('is read without taking anything away', async () => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'https://sqs/1/dlq' });
    queue.send('m1', { x: RUN });
    await clock.sleep(500);

    expect(await feed.read({ key: RUN, sinceMs: 0 })).toHaveLength(1);
    await feeds.close();
    expect(queue).toMatchObject({ removed: [], released: ['m1'] });
  });

  it('is not trusted when a second reader shows', async () => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'dlq' });
    await clock.sleep(500);
    queue.send('m1', {}, { receiveCount: 2 });
    await clock.sleep(500);
    queue.send('m1', {}, { receiveCount: 3 });
    await clock.sleep(500);

    await expect(feed.vouch(0)).rejects.toThrow('has a second reader');
    await feeds.close();
  });

  it('takes what was read in earlier runs for no second reader', async () => {
    const { clock, queue, feeds } = setUp();
    queue.send('old', {}, { receiveCount: 5, sentAtMs: 1 });
    const feed = await feeds.open({ queue: 'dlq' });
    await clock.sleep(500);

    await expect(feed.vouch(0)).resolves.toBeUndefined();
    await feeds.close();
  });

  it('is not trusted with more than a hundred messages', async () => {
    const { clock, queue, feeds } = setUp();
    const feed = await feeds.open({ queue: 'dlq' });
    for (let n = 0; n <= 100; n += 1) queue.send(`m${n}`, {});
    await clock.sleep(500);

    await expect(feed.vouch(0)).rejects.toThrow('more than 100 messages');
    await feeds.close();
  });
});

describe('control events', () => {
  const probing = (on: TapDefinition['on']): readonly TapDefinition[] => [{ on, ids: [], probe: true }];

  it('are sent each minute, and must come back before the tap is trusted', async () => {
    const { clock, queue, feeds, probed } = setUp({}, probing({ bus: 'orders' }));
    const feed = await feeds.open({ bus: 'orders' });
    await expect(feed.vouch(clock.nowMs())).resolves.toBeUndefined();
    await clock.sleep(15_000);
    await expect(feed.vouch(clock.nowMs())).rejects.toThrow('did not bring back its control event');
    queue.send('m1', event('e1', OTHER));
    await clock.sleep(1_000);
    await expect(feed.vouch(clock.nowMs())).resolves.toBeUndefined();
    await clock.sleep(60_000);
    expect(probed).toEqual(['orders', 'orders']);
    await feeds.close();
    expect(clock.open).toBe(0);
  });

  it('that could not be sent say nothing of the tap, and topics have none', async () => {
    const clock = new ManualClock();
    const probe = startProbe({
      feed: 'bus x',
      journal: memoryJournal(),
      clock,
      send: async () => Promise.reject(new Error('denied')),
    });
    await clock.sleep(20_000);
    await expect(probe.check()).resolves.toBeUndefined();
    probe.stop();

    const { feeds, probed } = setUp({}, probing({ topic: 'ships' }));
    await feeds.open({ topic: 'ships' });
    expect(probed).toEqual([]);
    await feeds.close();
  });
});

describe('waiting', () => {
  it('is over at once where the signal was aborted before', async () => {
    const clock = new ManualClock();
    const aborted = AbortSignal.abort(new Error('over'));

    await expect(orAborted(new Promise(() => {}), aborted)).rejects.toThrow('over');
    await new Nap(clock, aborted).until(Number.POSITIVE_INFINITY);
    const limit = limitedTo(1_000, aborted, clock, () => new Error('late'));
    expect(limit.signal.reason).toMatchObject({ message: 'over' });
    limit.end();
    expect(clock.open).toBe(0);
  });

  it('keeps the first reason of a limit, and tells the platform’s own signal', () => {
    const clock = new ManualClock();
    const outside = new AbortController();
    const limit = limitedTo(1_000, outside.signal, clock, () => new Error('late'));
    const inner = limitedTo(2_000, limit, clock, () => new Error('later'));
    const { signal } = inner;
    const heard: unknown[] = [];
    const listener = () => void heard.push(inner.reason);
    inner.addEventListener('abort', listener);
    inner.addEventListener('abort', () => void heard.push('second'));
    const stranger = () => void heard.push('stranger');
    inner.removeEventListener('abort', stranger);

    outside.abort(new Error('over'));
    limit.end();
    inner.end();

    expect(signal.reason).toMatchObject({ message: 'over' });
    expect(heard).toEqual([expect.objectContaining({ message: 'over' }), 'second']);
    expect(clock.open).toBe(0);
  });

  it('is over once: what ends after a limit’s own time changes nothing', async () => {
    const clock = new ManualClock();
    const outside = new AbortController();
    const limit = limitedTo(1_000, outside.signal, clock, () => new Error('late'));

    await clock.sleep(2_000);
    outside.abort(new Error('over'));

    expect(limit.reason).toMatchObject({ message: 'late' });
  });

  it('gives what the work came to, where nothing ends it', async () => {
    const { signal } = new AbortController();

    await expect(orAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(orAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
  });

  it('is not slept through by what came before, nor again by what was seen to', async () => {
    const clock = new ManualClock();
    const nap = new Nap(clock, new AbortController().signal);
    nap.wake();
    await nap.until(Number.POSITIVE_INFINITY);
    nap.wake();
    nap.settle();
    const startedAtMs = clock.nowMs();
    await nap.until(startedAtMs + 500);

    expect(clock.nowMs()).toBe(startedAtMs + 500);
  });
});
