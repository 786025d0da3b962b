import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memoryJournal } from '../../../runner/adapters/taps/memory-journal.ts';
import { openMessage } from '../../../runner/core/taps/envelope.ts';
import { dating } from '../../../runner/core/taps/journal-record.ts';
import type { Journal } from '../../../runner/core/taps/ports.ts';
import { TapReader } from '../../../runner/engine/taps/tap-reader.ts';
import { type Mishap, type Sent, SimulatedQueue } from '../../support/aws/simulated-queue.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

/** One thing that happens to a queue that is watched, so long after the watch began. */
type Happening = { readonly atMs: number } & (
  | {
      readonly group: string;
      readonly delaySeconds: number;
      readonly redriven: number;
    }
  /** Many messages at once, more than one receive can bring. */
  | { readonly burst: number }
  /** A server shows its own copy of the n-th message, as those of a standard queue may. */
  | { readonly copies: number; readonly receiveCount: number }
  /** Another reader receives, holds the messages for a while, and deletes them or is killed. */
  | { readonly holdsSeconds: number; readonly deletes: boolean }
);

/** End of one reader, and its claim. */
interface Claim {
  readonly complete: boolean;
  readonly seen: readonly string[];
}

interface Scenario {
  readonly isFifo: boolean;
  readonly mode: 'take' | 'borrow';
  readonly windowMs: number;
  readonly before: number;
  readonly happenings: readonly Happening[];
  readonly mishaps: readonly (Mishap | undefined)[];
  /** Outcomes of the next writes into the journal; they succeed if it is empty. */
  readonly writes: readonly WriteOutcome[];
}

type WriteOutcome = 'written' | 'slow' | 'failed';

const LONGEST_MS = 20_000;

const sending = (delaySeconds: fc.Arbitrary<number>) =>
  fc.record({
    atMs: fc.nat(LONGEST_MS),
    group: fc.constantFrom('a', 'b', 'c'),
    delaySeconds,
    redriven: fc.constantFrom(0, 0, 1, 5),
  });

const copying = fc.record({
  atMs: fc.nat(LONGEST_MS),
  copies: fc.nat(9),
  receiveCount: fc.constantFrom(0, 0, 1, 5),
});

const bursting = fc.record({ atMs: fc.nat(LONGEST_MS), burst: fc.integer({ min: 10, max: 120 }) });

const reading = fc.record({
  atMs: fc.nat(LONGEST_MS),
  holdsSeconds: fc.integer({ min: 1, max: 30 }),
  deletes: fc.boolean(),
});

const mishap = fc.constantFrom<(Mishap | undefined)[]>(
  undefined,
  undefined,
  'refused',
  'lost',
  'reset',
  'silent',
  'late',
  'slow',
);

const shape = {
  isFifo: fc.boolean(),
  windowMs: fc.nat(LONGEST_MS),
  before: fc.nat(4),
};

const writes = fc.array(fc.constantFrom<WriteOutcome[]>('written', 'written', 'slow', 'failed'), {
  maxLength: 20,
});

/** Events, with a limit of copies. */
const happenings = (others: fc.Arbitrary<Happening[]>, copies: number): fc.Arbitrary<Happening[]> =>
  fc.tuple(others, fc.array(copying, { maxLength: copies })).map((all) => all.flat());

const healthy: fc.Arbitrary<Scenario> = fc.record({
  ...shape,
  mode: fc.constantFrom('take', 'borrow'),
  // With the four that lie there before, nine at most are of one message group: ten are an error.
  happenings: happenings(fc.array(sending(fc.constant(0)), { maxLength: 5 }), 3),
  mishaps: fc.constant([]),
  writes: fc.constant([]),
});

/** Possible events at a tap: no other reader, and no delay of its messages. */
const tapped: fc.Arbitrary<Scenario> = fc.record({
  ...shape,
  isFifo: fc.constant(false),
  mode: fc.constant('take' as const),
  happenings: happenings(fc.array(fc.oneof(sending(fc.constant(0)), bursting), { maxLength: 8 }), 3),
  mishaps: fc.array(mishap, { maxLength: 25 }),
  writes,
});

/** Floods of a tap: its reader receives several times at once. */
const flooded: fc.Arbitrary<Scenario> = fc.record({
  ...shape,
  isFifo: fc.constant(false),
  windowMs: fc.nat(3_000),
  mode: fc.constant('take' as const),
  happenings: fc.array(fc.record({ atMs: fc.nat(3_000), burst: fc.integer({ min: 10, max: 120 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  mishaps: fc.array(
    fc.constantFrom(undefined, 'slow' as const, 'slow' as const, 'refused' as const, 'late' as const),
    {
      minLength: 10,
      maxLength: 60,
    },
  ),
  writes,
});

/** Possible events at a watched queue. */
const watched: fc.Arbitrary<Scenario> = fc.record({
  ...shape,
  mode: fc.constant('borrow' as const),
  happenings: happenings(
    fc.array(fc.oneof(sending(fc.constantFrom(0, 0, 3, 15, 60)), reading), { maxLength: 8 }),
    3,
  ),
  mishaps: fc.array(mishap, { maxLength: 25 }),
  writes,
});

class RunHarness {
  readonly clock = new ManualClock();
  readonly queue: SimulatedQueue;
  readonly journal: Journal;
  readonly scenario: Scenario;
  /** The ids of all messages that were sent. */
  readonly sent: string[] = [];
  /** Messages deleted by another reader, which cannot be detected. */
  readonly deleted = new Set<string>();

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.queue = new SimulatedQueue(this.clock, scenario);
    this.queue.countTakesMs = 100;
    this.journal = unreliable(this.clock, scenario.writes);
    for (let n = 0; n < scenario.before; n += 1) this.#send({ groupId: 'a' });
  }

  reader(feed = 'queue q'): TapReader {
    const { queue, journal, clock, scenario } = this;
    return new TapReader({
      feed,
      queue,
      journal,
      clock,
      mode: scenario.mode,
      ids: [],
      open: dating(openMessage),
    });
  }

  begin(): void {
    for (const happening of this.scenario.happenings)
      this.clock.at(this.clock.nowMs() + happening.atMs, () => void this.#happen(happening));
  }

  /**
   * Watches for the window, and asserts that it is complete: every message in the queue at its end must be seen then. With `isOwn`, the
   * watcher knows which messages were sent.
   */
  async tell(
    feed?: string,
    isOwn = false,
  ): Promise<Claim & { readonly lay: readonly string[]; readonly sent: readonly string[] }> {
    const reader = this.reader(feed);
    const sinceMs = this.clock.nowMs();
    const opened = await settled(reader.drained());
    await this.clock.sleep(this.scenario.windowMs);
    const lay = [...this.queue.holds, ...this.queue.removed];
    const sent = isOwn ? [...this.sent] : [];
    const complete = await settled(reader.assertComplete(sinceMs, sent));
    await reader.stop();
    const entries = await this.journal.read({ feed: feed ?? 'queue q', sinceMs: 0 });
    return { complete: opened && complete, seen: entries.map(({ id }) => id), lay, sent };
  }

  /** Several watchers of one reader, which ask at moments of their own: each gets what lay unseen there, or undefined if it was not complete. */
  async tellEach(askedAfterMs: readonly number[]): Promise<readonly (readonly string[] | undefined)[]> {
    const reader = this.reader();
    const watch = async (afterMs: number): Promise<readonly string[] | undefined> => {
      const sinceMs = this.clock.nowMs();
      const opened = await settled(reader.drained());
      await this.clock.sleep(afterMs);
      const lay = [...this.queue.holds, ...this.queue.removed];
      const complete = await settled(reader.assertComplete(sinceMs));
      if (!opened || !complete) return undefined;
      const entries = await this.journal.read({ feed: 'queue q', sinceMs: 0 });
      return unseen({ lay, seen: entries.map(({ id }) => id) }, this);
    };
    const missed = await Promise.all(askedAfterMs.map(watch));
    await reader.stop();
    return missed;
  }

  #send(more: Sent): void {
    const messageId = `m${this.sent.length}`;
    this.sent.push(messageId);
    this.queue.send(messageId, {}, more);
  }

  async #happen(happening: Happening): Promise<void> {
    if ('group' in happening) {
      const { group: groupId, delaySeconds, redriven: receiveCount } = happening;
      return this.#send({ groupId, delaySeconds, receiveCount });
    }
    if ('burst' in happening) {
      for (let n = 0; n < happening.burst; n += 1) this.#send({});
      return;
    }
    if ('copies' in happening) {
      const { copies, receiveCount } = happening;
      const messageId = this.sent[copies];
      if (messageId !== undefined && !this.scenario.isFifo) this.queue.copy(messageId, { receiveCount });
      return;
    }
    const { holdsSeconds: hideSeconds, deletes } = happening;
    const messages = await this.queue.receive({ waitSeconds: 0, hideSeconds, by: 'another' });
    if (!deletes) return;
    for (const { messageId } of messages) this.deleted.add(messageId);
    await this.queue.remove(messages);
  }
}

/** A journal whose first writes go as listed: a slow one takes 200 ms, and a failed one writes nothing. */
function unreliable(clock: ManualClock, listed: readonly WriteOutcome[]): Journal {
  const journal = memoryJournal();
  const outcomes = [...listed];
  return {
    ...journal,
    append: async (entries) => {
      const outcome = outcomes.shift();
      if (outcome === 'slow') await clock.sleep(200);
      if (outcome === 'failed') throw new Error('not written');
      await journal.append(entries);
    },
  };
}

async function settled(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Messages in the queue at the end of the window that were not seen. */
function unseen(
  { lay, seen }: { readonly lay: readonly string[]; readonly seen: readonly string[] },
  harness: RunHarness,
) {
  return lay.filter((id) => !seen.includes(id) && !harness.deleted.has(id));
}

describe('completeness', () => {
  it.each([
    { title: 'a tap', scenarios: tapped },
    { title: 'a flooded tap', scenarios: flooded },
    { title: 'a watched queue', scenarios: watched },
  ])(
    'is never reported over what lay unseen in $title, whatever is lost, delayed, redriven or held',
    async ({ scenarios }) => {
      let completes = 0;
      await fc.assert(
        fc.asyncProperty(scenarios, async (scenario) => {
          const harness = new RunHarness(scenario);
          harness.queue.mishaps.push(...scenario.mishaps);
          harness.begin();

          const claim = await harness.tell();

          if (!claim.complete) return;
          completes += 1;
          expect(unseen(claim, harness)).toEqual([]);
        }),
        { numRuns: 300 },
      );
      expect(completes).toBeGreaterThan(50);
    },
  );

  it.each([
    { title: 'a tap', scenarios: tapped },
    { title: 'a flooded tap', scenarios: flooded },
    { title: 'a watched queue', scenarios: watched },
  ])(
    'is never reported too soon to one of many that ask at their own moments in $title',
    async ({ scenarios }) => {
      const asks = fc.array(fc.nat(5_000), { minLength: 2, maxLength: 12 });
      let completes = 0;
      await fc.assert(
        fc.asyncProperty(scenarios, asks, async (scenario, askedAfterMs) => {
          const harness = new RunHarness(scenario);
          harness.queue.mishaps.push(...scenario.mishaps);
          harness.begin();

          const missed = await harness.tellEach(askedAfterMs);

          completes += missed.filter((one) => one !== undefined).length;
          expect(missed.flatMap((one) => one ?? [])).toEqual([]);
        }),
        { numRuns: 150 },
      );
      expect(completes).toBeGreaterThan(150);
    },
  );

  it('is never reported over an unseen message of the watcher, whichever reader takes it first', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(watched, async (scenario) => {
        const harness = new RunHarness(scenario);
        harness.queue.mishaps.push(...scenario.mishaps);
        harness.begin();

        const { complete, seen, sent } = await harness.tell(undefined, true);

        const unseenOnes = sent.filter((id) => !seen.includes(id));
        if (unseenOnes.some((id) => harness.deleted.has(id))) taken += 1;
        if (complete) expect(unseenOnes).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(5);
  });

  it('is reported for a healthy queue, without anything that was not sent', async () => {
    await fc.assert(
      fc.asyncProperty(healthy, async (scenario) => {
        const harness = new RunHarness(scenario);
        harness.begin();

        const claim = await harness.tell();

        expect(claim.complete).toBe(true);
        expect(unseen(claim, harness)).toEqual([]);
        expect(harness.sent).toEqual(expect.arrayContaining([...claim.seen]));
        if (scenario.mode === 'borrow') expect(new Set(claim.seen).size).toBe(claim.seen.length);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves a watched queue as it was, all visible, for the next reader, who sees all of it', async () => {
    await fc.assert(
      fc.asyncProperty(healthy, async (scenario) => {
        const harness = new RunHarness({ ...scenario, mode: 'borrow' });
        harness.begin();

        const [first, second] = [await harness.tell(), await harness.tell('queue q, again')];

        expect(first.complete && second.complete).toBe(true);
        expect(unseen(second, harness)).toEqual([]);
        expect(harness.queue.hidden).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
