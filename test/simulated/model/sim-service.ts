import { Type } from 'typebox';
import { durationText } from '../../../runner/core/base/duration.ts';
import { ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import type { QueuedSlot } from '../../../runner/core/store/run-queue.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import type { ActContext, Noun, PollResult, Verb } from '../../../runner/kinds/kind.ts';
import type { Finds } from '../checks/event-log.ts';
import type { Simulation } from '../simulation.ts';
import type { SimRunner } from './sim-runner.ts';

/** Message of an injected bug, which distinguishes it from a real one. */
export const BROKEN = 'a bug that this simulation put there';

const SECOND_MS = 1_000;
/** The longest delay of an effect: well within every canary's deadline. */
const LONGEST_EFFECT_MS = 1_500;

/** The watched service for the runs of one slot: it answers `send`, and its effect can be polled. */
export function serviceFor(
  simulation: Simulation,
  runner: SimRunner,
  slot: QueuedSlot,
): Pick<Engine, 'verbs' | 'nouns'> {
  /** Time of each run's effect, in the simulation's time. */
  const effects = new Map<string, number>();
  return {
    verbs: { send: verbFor(async (context) => act(simulation, runner, { slot, context, effects })) },
    nouns: { effect: nounFor(async (runId) => poll(simulation, runner, { slot, runId, effects })) },
  };
}

function verbFor(asks: (context: ActContext) => ReturnType<Verb['act']>): Verb {
  return {
    name: 'send',
    summary: 'asks',
    primaryInput: 'to',
    blameOnTimeout: 'system',
    input: Type.Object({}),
    view: {},
    permissions: () => [],
    hop: () => 'the service',
    example: '',
    act: async (_, context) => asks(context),
  };
}

function nounFor(polls: (runId: string) => Promise<PollResult>): Noun {
  return {
    name: 'effect',
    summary: 'what the service did',
    selects: 'address',
    consistency: '',
    reads: 'all',
    pauseMs: { first: 400, longest: 2_000 },
    input: Type.Object({}),
    view: {},
    permissions: () => [],
    hop: () => 'the effect',
    example: '',
    open: async (_, { runId }) => ({ poll: async () => polls(runId), close: async () => {} }),
  };
}

interface Asked {
  readonly slot: QueuedSlot;
  readonly effects: Map<string, number>;
}

async function act(
  simulation: Simulation,
  runner: SimRunner,
  { slot, context, effects }: Asked & { readonly context: ActContext },
): Promise<Awaited<ReturnType<Verb['act']>>> {
  const { prng, time } = simulation;
  const { canary: name, slotAtMs } = slot;
  const { runId } = context;
  const canary = simulation.canaryNamed(name);
  const answersInMs = simulation.actMs(name);
  const isBlind =
    simulation.isChaotic && prng.isLucky(simulation.blindness) && answersInMs < stepTimeoutMs(canary);
  const finds = isBlind ? 'nothing' : whatIsThere(simulation, canary, answersInMs);
  const isLooked = canary.steps.some(({ mode }) => mode === 'expect');
  const isMute = finds === 'down' && isLooked && prng.isLucky(0.5);
  const effectInMs = answersInMs + prng.between(20, LONGEST_EFFECT_MS);
  simulation.note({
    what: 'acted',
    runner: runner.name,
    canary: name,
    slotAtMs,
    runId,
    finds,
    overlap: simulation.overlapOf(name),
  });
  if (isBlind) simulation.recordFault('run error', runner, name);
  if (finds !== 'down') effects.set(runId, time.nowMs() + effectInMs);
  standStillWithin(simulation, runner, { canary, spanMs: answersInMs });
  const sinceMs = runner.clock.nowMs();
  await runner.hear(answersInMs);
  simulation.note({ what: 'rested', runner: runner.name, canary: name, slotAtMs });
  if ((finds === 'down' && !isMute) || (isBlind && simulation.variant === 'error counts'))
    throw new TargetError('it is down');
  if (isBlind) throw prng.isLucky(0.8) ? new ObserverError('access denied') : new Error(BROKEN);
  return answerTimed(runner, sinceMs);
}

function whatIsThere(simulation: Simulation, canary: Canary, answersInMs: number): Exclude<Finds, 'nothing'> {
  if (simulation.faults.isDown(canary, simulation.time.nowMs())) return 'down';
  return answersInMs < stepTimeoutMs(canary) ? 'up' : 'slow';
}

/** An answer whose `time` the runner measured by its own clock, as that of an HTTP request is. */
function answerTimed({ clock }: SimRunner, sinceMs: number) {
  const takenAtMs = clock.nowMs();
  const stoodStillMs = clock.stoodStillMs(sinceMs);
  return {
    kind: 'send',
    id: 'a',
    takenAtMs,
    data: { time: durationText(takenAtMs - sinceMs) },
    ...(stoodStillMs === 0 ? {} : { overlong: { paths: ['time'], stoodStillMs } }),
  };
}

async function poll(
  simulation: Simulation,
  runner: SimRunner,
  { slot, runId, effects }: Asked & { readonly runId: string },
): Promise<PollResult> {
  const canary = simulation.canaryNamed(slot.canary);
  standStillWithin(simulation, runner, { canary, spanMs: 2 * SECOND_MS });
  const isThere = await runner.call(
    'observe',
    async () => simulation.time.nowMs() >= (effects.get(runId) ?? Number.POSITIVE_INFINITY),
  );
  const evidence = { kind: 'effect', id: runId, takenAtMs: runner.clock.nowMs(), data: {} };
  return { selected: isThere ? [evidence] : [], nearby: [] };
}

/** Now and then the runner stands still within some time: for about as long as a step may take, or as a slot's lease lasts. */
function standStillWithin(
  simulation: Simulation,
  runner: SimRunner,
  { canary, spanMs }: { readonly canary: Canary; readonly spanMs: number },
): void {
  const { prng, time } = simulation;
  if (!simulation.isChaotic || !prng.isLucky(simulation.standstillShare)) return;
  const stepMs = stepTimeoutMs(canary);
  const leaseMs = canary.timeoutMs + 60 * SECOND_MS;
  const forMs = prng.isLucky(0.8)
    ? prng.between(Math.ceil(stepMs / 4), Math.ceil(1.5 * stepMs))
    : prng.between(leaseMs, leaseMs + 60 * SECOND_MS);
  time.at(time.nowMs() + prng.between(0, spanMs), () => runner.standStill('standstill', canary.name, forMs));
}

function stepTimeoutMs({ steps }: Canary): number {
  const [first] = steps;
  return first?.mode === 'act' ? first.timeoutMs : 0;
}
