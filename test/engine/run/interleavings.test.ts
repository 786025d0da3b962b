import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memoryJournal } from '../../../runner/adapters/taps/memory-journal.ts';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import type { Json } from '../../../runner/core/base/json.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { Journal, TapQueue } from '../../../runner/core/taps/ports.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { feedsOf } from '../../../runner/engine/taps/tap-subscriptions.ts';
import type { Noun, Watch } from '../../../runner/kinds/kind.ts';
import { event } from '../../../runner/kinds/nouns/messages/event.ts';
import { SimulatedQueue } from '../../support/aws/simulated-queue.ts';
import { sampleSize } from '../../support/effort.ts';
import { PROBE_EVENT } from '../../support/probes.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** Turns that each answer of a port takes, in a cycle. */
type Turns = readonly number[];

const turns = fc.array(fc.nat(25), { minLength: 1, maxLength: 40 });

/** A harness with a bus, each of whose ports answers after so many turns: in another order, at the same moment of its clock. */
class ShuffledHarness extends RunHarness {
  readonly journal: Journal = memoryJournal();
  readonly queue = new SimulatedQueue(this.clock);
  readonly #turns: Turns;
  #asked = 0;
  #made = 0;

  constructor(order: Turns) {
    super();
    this.#turns = order;
  }

  readonly feeds = feedsOf({
    taps: {
      tapOn: this.#late(async () => ({
        name: 'tap',
        queue: this.#lateQueue(),
        home: {},
        inspect: async () => {},
      })),
      queueAt: async () => Promise.reject(new Error('no queues in this harness')),
    },
    definitions: async () => [{ on: { bus: 'orders' }, ids: ['detail.orderId'], probe: false }],
    journal: {
      append: this.#late(async (entries) => this.journal.append(entries)),
      read: this.#late(async (ask) => this.journal.read(ask)),
      subscribe: (ask, wake) => this.journal.subscribe(ask, wake),
    },
    leases: { take: this.#late(async () => ({ held: true as const })), drop: async () => {} },
    clock: this.clock,
    probe: async () => {
      this.queue.send('p1', PROBE_EVENT);
      return '';
    },
    owner: 'me',
  });

  /** An engine whose ports answer late, and whose runs have ids of their own. */
  shuffled(): Partial<Engine> {
    const { references, verbs, nouns } = this.engine;
    const all = Object.entries({ ...nouns, event: event as unknown as Noun });
    return {
      feeds: this.feeds,
      random: { bytes: (count) => new Uint8Array(count).fill((this.#made += 1)) },
      references: { read: this.#late((name) => references.read(name)) },
      verbs: Object.fromEntries(
        Object.entries(verbs).map(([name, verb]) => [name, { ...verb, act: this.#late(verb.act) }]),
      ),
      nouns: Object.fromEntries(all.map(([name, noun]) => [name, this.#lateNoun(noun)])),
    };
  }

  /** An event on the bus, with a run id in it. */
  put(id: string, runId: string, orderId: string): void {
    this.queue.send(`m-${id}`, { id, 'detail-type': 'OrderPlaced', detail: { runId, orderId } });
  }

  #lateQueue(): TapQueue {
    const { queue } = this;
    return {
      receive: this.#late((ask) => queue.receive(ask)),
      remove: this.#late((messages) => queue.remove(messages)),
      isFifo: queue.isFifo,
      isRefusal: (thrown) => queue.isRefusal(thrown),
      hide: (messages, seconds) => queue.hide(messages, seconds),
      count: () => queue.count(),
    };
  }

  #lateNoun(noun: Noun): Noun {
    const open = async (...[input, context]: Parameters<Noun['open']>): Promise<Watch> => {
      const watch = await noun.open(input, context);
      return { ...watch, poll: this.#late((ask) => watch.poll(ask)), close: this.#late(() => watch.close()) };
    };
    return { ...noun, open: this.#late(open) };
  }

  #late<Args extends readonly unknown[], Result>(port: (...args: Args) => Promise<Result>) {
    return async (...args: Args): Promise<Result> => {
      await this.#wait();
      const answer = await port(...args);
      await this.#wait();
      return answer;
    };
  }

  async #wait(): Promise<void> {
    const count = this.#turns[(this.#asked += 1) % this.#turns.length] as number;
    for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
  }
}

/** Concurrent checks of every kind, one of which needs a sibling's saved value. */
const CANARY: Canary = canaryOf(
  { cleanup: [actStep('undo')] },
  actStep('place', { input: { to: '${env:A}' }, save: { id: 'response.id' } }),
  expectStep('stored', { input: { is: 'stored' }, has: { n: 1 }, save: { n: 'thing.n' }, withinMs: 2_000 }),
  expectStep('then', { input: { is: 'stored', n: '${n}' }, withinMs: 2_000 }),
  expectStep('told', {
    kind: 'event',
    input: { bus: 'orders' },
    count: { atLeast: 1, atMost: 1 },
    forMs: 300,
    withinMs: 2_000,
  }),
  expectStep('by its own id', {
    kind: 'event',
    input: { bus: 'orders' },
    correlate: '${id}',
    withinMs: 2_000,
  }),
  expectStep('pushed', { kind: 'news', input: { is: 'pushed' }, withinMs: 2_000 }),
  neverStep('refused', { input: { is: 'refused' }, forMs: 500 }),
  actStep('ship'),
  expectStep('shipped', { input: { is: 'shipped' }, withinMs: 1_000 }),
);

interface Scenario {
  readonly events: number;
  readonly sight: (what: unknown, afterMs: number) => readonly { readonly data: Json }[] | Error;
}

const seenAt = (untilMs: number, afterMs: number) => (afterMs < untilMs ? [] : [{ data: { n: 1 } }]);

const STORIES: Readonly<Record<string, Scenario>> = {
  'all is well': { events: 1, sight: (what, ms) => (what === 'refused' ? [] : seenAt(200, ms)) },
  'an event comes twice': { events: 2, sight: (what, ms) => (what === 'refused' ? [] : seenAt(200, ms)) },
  'no event comes': { events: 0, sight: (what, ms) => (what === 'refused' ? [] : seenAt(200, ms)) },
  'nothing is stored': { events: 1, sight: (what, ms) => (what === 'pushed' ? seenAt(200, ms) : []) },
  'it differs': {
    events: 1,
    sight: (what, ms) => (what === 'stored' ? [{ data: { n: 2 } }] : what === 'refused' ? [] : seenAt(0, ms)),
  },
  'what should never come comes': {
    events: 1,
    sight: (what, ms) => seenAt(what === 'refused' ? 400 : 0, ms),
  },
  'it cannot be looked at': {
    events: 1,
    sight: (what, ms) => (what === 'refused' ? new ObserverError('throttled') : seenAt(0, ms)),
  },
};

async function runUnder(order: Turns, { events, sight }: Scenario) {
  const harness = new ShuffledHarness(order);
  harness.env = { A: 'a' };
  harness.act = async (_, { stepId, runId }) => {
    const count = stepId === 'place' ? events : 0;
    for (let n = 0; n < count; n += 1) harness.put(`e${n}`, runId, 'o1');
    return { data: { id: 'o1' } };
  };
  harness.poll = (afterMs, _, input) => sight(input['is'], afterMs);
  harness.after(250, () => harness.wake());
  const result = await harness.run(CANARY, { engine: harness.shuffled() });
  await harness.feeds.close();
  return { result, left: harness.clock.open + harness.waiting };
}

/** The part of a result that must not depend on the order of answers: outcome and reason of each step; the times may. */
function judged({ verdict, blame, steps, cleanup }: RunResult) {
  const all = [...steps, ...cleanup];
  return {
    verdict,
    blame,
    steps: all.map((one) => [one.name, one.verdict, one.blame, one.reason.replace(/[\d.]+ m?s/g, 'a time')]),
  };
}

describe('the order in which ports answer', () => {
  it.each(Object.keys(STORIES))('changes no verdict: %s', async (name) => {
    const scenario = STORIES[name] as Scenario;
    const { result: expected } = await runUnder([0], scenario);

    await fc.assert(
      fc.asyncProperty(turns, async (order) => {
        const { result, left } = await runUnder(order, scenario);

        expect(judged(result)).toEqual(judged(expected));
        expect(left).toBe(0);
      }),
      { numRuns: sampleSize({ small: 8, full: 25 }) },
    );
  });

  it('gives every verdict by what was seen', async () => {
    const verdicts = await Promise.all(
      Object.values(STORIES).map(async (scenario) => (await runUnder([0], scenario)).result.verdict),
    );

    expect(verdicts).toEqual(['passed', 'failed', 'failed', 'failed', 'failed', 'failed', 'error']);
  });
});

describe('two runs on one journal', () => {
  const canary = (name: string, orderId: string): Canary =>
    canaryOf(
      { name },
      actStep('place', { input: { orderId } }),
      expectStep('told', {
        kind: 'event',
        input: { bus: 'orders' },
        has: { detail: { orderId } },
        count: { atLeast: 1, atMost: 1 },
        forMs: 500,
        withinMs: 2_000,
      }),
    );

  /** Runs both at once; each puts an event under its own id, with its own order or with that of the other. */
  async function both(order: Turns, delaysMs: readonly [number, number], swapped: boolean) {
    const harness = new ShuffledHarness(order);
    const ids: string[] = [];
    harness.act = async ({ orderId }, { runId }) => {
      ids.push(runId);
      const other = orderId === 'A' ? 'B' : 'A';
      const delayMs = delaysMs[orderId === 'A' ? 0 : 1];
      harness.after(harness.afterMs + delayMs, () =>
        harness.put(`e${String(orderId)}`, runId, swapped ? other : String(orderId)),
      );
      return {};
    };
    const engine = harness.shuffled();
    const results = await Promise.all(
      ['A', 'B'].map(async (one) => harness.run(canary(one, one), { engine })),
    );
    await harness.feeds.close();
    expect(new Set(ids).size).toBe(2);
    return results;
  }

  const delays = fc.tuple(fc.nat(1_500), fc.nat(1_500));

  it.each([
    { swapped: false, verdict: 'passed' },
    { swapped: true, verdict: 'failed' },
  ] as const)(
    'see their own evidence alone: $verdict when what they carry is swapped: $swapped',
    async ({ swapped, verdict }) => {
      await fc.assert(
        fc.asyncProperty(turns, delays, async (order, delaysMs) => {
          const results = await both(order, delaysMs, swapped);

          for (const result of results) {
            expect(result).toHaveVerdict(verdict, { at: 'told' });
            const seen = result.steps
              .flatMap(({ evidence }) => evidence)
              .filter(({ kind }) => kind === 'event');
            expect(seen).toMatchObject([{ data: { detail: { runId: result.runId } } }]);
          }
        }),
        { numRuns: sampleSize({ small: 12, full: 40 }) },
      );
    },
  );

  it('see nothing of an earlier run, not even where no id selects', async () => {
    const harness = new ShuffledHarness([0]);
    harness.put('old', '6743a1c0f2b94e0c8d1e5a7b9c3d2f10', 'A');
    await harness.feeds.open({ bus: 'orders' });
    await harness.clock.sleep(1_000);
    const old = expectStep('told', {
      kind: 'event',
      input: { bus: 'orders' },
      correlate: false,
      withinMs: 1_000,
    });

    const result = await harness.run(canaryOf({}, actStep('place'), old), { engine: harness.shuffled() });
    const first = await harness.run(canaryOf({}, old), { engine: harness.shuffled() });

    expect([result, first].map(({ verdict }) => verdict)).toEqual(['failed', 'failed']);
    expect(result).toHaveVerdict('failed', { at: 'told', reason: 'no event was seen' });
    expect(result.steps[1]?.nearby).toEqual([
      expect.stringMatching(/^1 earlier, not counted: event, .* before the step above began$/),
    ]);
    await harness.feeds.close();
  });
});
