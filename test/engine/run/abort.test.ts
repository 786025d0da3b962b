import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { memoryJournal } from '../../../runner/adapters/taps/memory-journal.ts';
import { TargetError } from '../../../runner/core/base/errors.ts';
import { CLEANUP_MS } from '../../../runner/core/cleanup/pending-cleanups.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { Journal, Taps } from '../../../runner/core/taps/ports.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { Interrupted } from '../../../runner/engine/steps/classify-error.ts';
import { feedsOf } from '../../../runner/engine/taps/tap-subscriptions.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';
import { event } from '../../../runner/kinds/nouns/messages/event.ts';
import { SimulatedQueue } from '../../support/aws/simulated-queue.ts';
import { PROBE_EVENT } from '../../support/probes.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { eventReporters } from '../../support/run/reporting.ts';
import { RunHarness } from '../../support/run/run-harness.ts';
import { CrashPoints } from '../../support/store/crash-points.ts';

/** Number of acts of the canary's own steps: two acts, and one of them twice. */
const ACTS = 3;

/** One of everything: a value from outside, acts with a retry, polled, pushed and absent things, saved values. */
const CANARY: Canary = canaryOf(
  { timeoutMs: 8_000, cleanup: [actStep('undo'), actStep('undo more', { input: { id: '${id}' } })] },
  actStep('place', { input: { to: '${env:A}' }, save: { id: 'response.id' } }),
  expectStep('stored', { has: { n: 1 } }),
  expectStep('told', {
    kind: 'event',
    input: { bus: 'orders' },
    count: { atLeast: 1, atMost: 1 },
    forMs: 500,
  }),
  neverStep('refused', { forMs: 700, input: { never: true } }),
  actStep('ship', { retry: { times: 2, waitMs: 100 } }),
  expectStep('pushed', { kind: 'news', input: { id: '${id}' }, save: { seen: 'news.n' } }),
  expectStep('after that', { input: { id: '${seen}' }, correlate: '${id}' }),
);

interface Outcome {
  readonly result: RunResult;
  readonly points: CrashPoints;
  readonly harness: RunHarness;
  readonly left: Readonly<Record<string, number>>;
  readonly begunBefore: readonly string[];
}

/** Runs the canary; aborts the run at the n-th moment, or lets the n-th call of a port never give back. */
async function outcomeOf(events: { readonly at?: number; readonly stuck?: number }): Promise<Outcome> {
  const harness = new RunHarness();
  const ending = new AbortController();
  let begunBefore: readonly string[] = [];
  const points = new CrashPoints({
    ...events,
    happens: () => {
      begunBefore = begun(harness.log);
      ending.abort(new Interrupted('The run was interrupted.'));
    },
  });
  const clock = points.clock(harness.clock);
  harness.env = { A: 'a' };
  const queue = new SimulatedQueue(harness.clock);
  harness.act = async (_, { stepId, runId }, tried) => {
    if (stepId === 'place') queue.send('m1', { id: 'e1', detail: { runId } });
    if (stepId === 'ship' && tried === 2) throw new TargetError('away', { retryable: true });
    return { data: { id: 'o1' } };
  };
  harness.poll = (afterMs, _, input) => {
    if (input['never'] === true) return [];
    return afterMs < 300 ? [] : [{ data: { n: 1 }, final: true }];
  };
  const journal = counted(memoryJournal(), points);
  const feeds = feedsOf({
    taps: {
      tapOn: points.around('tapOn', async () => ({
        name: 'tap',
        queue: queue as never,
        home: {},
        inspect: async () => {},
      })),
      queueAt: async () => Promise.reject(new Error('no queues in this harness')),
    } satisfies Taps,
    definitions: async () => [{ on: { bus: 'orders' }, ids: [], probe: false }],
    journal,
    leases: { take: points.around('take', async () => ({ held: true as const })), drop: async () => {} },
    clock: harness.clock,
    probe: async () => {
      queue.send('p1', PROBE_EVENT);
      return '';
    },
    owner: 'me',
  });
  const { references, verbs, nouns } = harness.engine;
  const engine: Partial<Engine> = {
    clock,
    feeds,
    references: { read: points.around('read', (name) => references.read(name)) },
    verbs: Object.fromEntries(
      Object.entries(verbs).map(([name, verb]) => [name, { ...verb, act: points.around('act', verb.act) }]),
    ),
    nouns: Object.fromEntries(
      Object.entries({ ...nouns, event: event as unknown as Noun }).map(([name, noun]) => [
        name,
        watching(noun, points, harness),
      ]),
    ),
    reporters: eventReporters((one) =>
      points.pass(one.event === 'onStepStart' ? `${one.event} ${one.value.step.kind}` : one.event),
    ),
  };
  const result = await harness.run(CANARY, { signal: ending.signal, engine });
  points.pass('the run ended');
  const left = {
    listeners: getEventListeners(ending.signal, 'abort').length,
    subscriptions: harness.waiting + journal.subscribed(),
    watches:
      harness.log.filter((one) => one === 'opened').length -
      harness.log.filter((one) => one === 'closed').length,
  };
  // A call that hangs cannot be waited for; only the tap's own appointments stay.
  const closing = feeds.close();
  if (events.stuck === undefined) await closing;
  const appointments = events.stuck === undefined ? harness.clock.open : points.open;
  return { result, points, harness, begunBefore, left: { ...left, appointments } };
}

/** A noun with a crash point at each call, and counts of opened and closed watches. */
function watching(noun: Noun, points: CrashPoints, harness: RunHarness): Noun {
  return {
    ...noun,
    pauseMs: { first: 200, longest: 2_000 },
    open: points.around('open', async (input, context) => {
      const watch = await noun.open(input, context);
      harness.log.push('opened');
      return {
        ...watch,
        poll: points.around('poll', (ask) => watch.poll(ask)),
        close: points.around('close', async () => {
          harness.log.push('closed');
          return watch.close();
        }),
      };
    }),
  };
}

function counted(journal: Journal, points: CrashPoints): Journal & { subscribed(): number } {
  let subscribed = 0;
  return {
    append: points.around('append', (entries) => journal.append(entries)),
    read: points.around('journal read', (ask) => journal.read(ask)),
    subscribe: (ask, wake) => {
      subscribed += 1;
      const end = journal.subscribe(ask, wake);
      return () => {
        subscribed -= 1;
        end();
      };
    },
    subscribed: () => subscribed,
  };
}

/** The acts that the canary itself began, cleanup not counted. */
function begun(log: readonly string[]): readonly string[] {
  return log.filter((one) => one.startsWith('act ') && !one.includes('undo'));
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

/** The faults of a run that was aborted at a crash point. */
function faultsOf(
  { result, harness, left, begunBefore, points }: Outcome,
  moment: string,
): readonly string[] {
  const reported = points.passed.includes('onStepStart send');
  const cleaned = harness.log.includes('act undo');
  // The act whose call was just beginning counts as earlier.
  const late = begun(harness.log).length - begunBefore.length - (moment === 'act begins' ? 1 : 0);
  return [
    ...(reported === cleaned ? [] : [`acts begun: ${reported}, cleanup: ${cleaned}`]),
    ...(late > 0 ? [`${late} acts after the abort`] : []),
    ...(result.verdict === 'error' && result.interrupted && result.reason === 'The run was interrupted.'
      ? []
      : [`${result.verdict}, interrupted: ${result.interrupted}, ${result.reason}`]),
    ...(isDeeplyFrozen(result) ? [] : ['not frozen']),
    ...leftovers(left),
  ];
}

/** The faults of a run with a port that never answers. */
function faultsUnder({ result, harness, left, points }: Outcome, call: number): readonly string[] {
  const reported = points.passed.includes('onStepStart send');
  const name = points.calls[call - 1] as string;
  // By then all was decided: a call that hangs in cleanup or at the end changes nothing but the time it takes.
  const judged = name === 'close' || points.calls.slice(0, call).filter((one) => one === 'act').length > ACTS;
  const longestMs = CANARY.timeoutMs + 2 * CLEANUP_MS;
  return [
    ...(judged === (result.verdict === 'degraded') && (judged || result.verdict === 'error')
      ? []
      : [`${result.verdict}: ${result.reason}`]),
    ...(reported === harness.log.some((one) => one.startsWith('act undo')) || judged
      ? []
      : [`acts begun: ${reported}, no cleanup`]),
    ...(result.durationMs <= longestMs ? [] : [`took ${result.durationMs} ms`]),
    ...(isDeeplyFrozen(result) ? [] : ['not frozen']),
    ...leftovers({
      ...left,
      watches: name === 'close' ? (left['watches'] as number) - 1 : (left['watches'] as number),
    }),
  ];
}

function leftovers(left: Outcome['left']): readonly string[] {
  return Object.entries(left).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} left`]));
}

describe('a run in which all goes well', () => {
  it('passes every sort of moment, and leaves nothing behind', async () => {
    const { result, points, left } = await outcomeOf({});

    expect(result).toHaveVerdict('degraded', { at: 'ship', reason: 'only on try 2' });
    expect(result.steps.map(({ verdict }) => verdict).toSorted()).toEqual([
      'degraded',
      ...Array.from({ length: 6 }, () => 'passed'),
    ]);
    expect(new Set(points.calls)).toEqual(
      new Set(['read', 'open', 'tapOn', 'take', 'act', 'poll', 'append', 'journal read', 'close']),
    );
    expect(points.passed.length).toBeGreaterThan(130);
    expect(leftovers(left)).toEqual([]);
  });
});

describe('a run that is aborted', () => {
  it('at whatever moment, does nothing more, cleans up if it had begun, leaves nothing behind, and never passes', async () => {
    const { points } = await outcomeOf({});
    const faults: Record<string, readonly string[]> = {};

    // The last moment is that of its end.
    for (const [n, moment] of points.passed.slice(0, -1).entries()) {
      const found = faultsOf(await outcomeOf({ at: n + 1 }), moment);
      if (found.length > 0) faults[`${n + 1}: ${moment}`] = found;
    }

    expect(faults).toEqual({});
  });

  it('has passed once it has ended', async () => {
    const { points } = await outcomeOf({});

    const { result } = await outcomeOf({ at: points.passed.length });

    expect(points.passed.at(-1)).toBe('the run ended');
    expect(result).toMatchObject({ verdict: 'degraded', interrupted: false });
  });
});

describe('a run that a port keeps waiting for ever', () => {
  it('ends all the same, whichever call it is, and cleans up', async () => {
    const { points } = await outcomeOf({});
    const faults: Record<string, readonly string[]> = {};

    for (const [n, name] of points.calls.entries()) {
      const found = faultsUnder(await outcomeOf({ stuck: n + 1 }), n + 1);
      if (found.length > 0) faults[`${n + 1}: ${name}`] = found;
    }

    expect(faults).toEqual({});
  });
});
