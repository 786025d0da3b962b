import { decideClaim, decideCommit, decideExpiry } from '../../runner/core/store/slot-transitions.ts';
import type { SlotRecord } from '../../runner/core/store/slots.ts';
import { resultOf, runIdOf } from '../support/run/builders.ts';

/**
 * State of a worker. It claims, runs and commits. After a refused claim it reads the owner, after a refused commit the slot's
 * end. An answer may be lost though the write was done: then it writes again.
 */
type Place =
  | 'idle'
  | 'claiming'
  | 'asking'
  | 'taking'
  | 'running'
  | 'committing'
  | 'checking'
  | 'ended'
  | 'crashed';

interface Worker {
  readonly at: Place;
  /** Time of its decision to claim; the same for all its attempts. */
  readonly askedAtMs: number;
  readonly fence: number;
  readonly accepted?: boolean;
}

/** Whole state: one slot, its claimants, the time, and the remaining faults. */
interface ModelState {
  readonly record?: SlotRecord;
  readonly workers: readonly Worker[];
  readonly nowMs: number;
  readonly executions: number;
  readonly crashesLeft: number;
  readonly lostAnswersLeft: number;
}

/** The protocol, and ways to get it wrong. */
export type Variant = 'spec' | 'naiveAck' | 'unfenced' | 'takeover' | 'unswept';

export interface Bounds {
  readonly workers: number;
  readonly crashes: number;
  readonly lostAnswers: number;
}

/** Result of the exploration of every order of events. */
export interface Explored {
  readonly states: number;
  /** The first promise that was found broken, and the shortest way to it. */
  readonly broken?: { readonly promise: string; readonly trace: readonly string[] };
}

interface Step {
  readonly does: string;
  readonly state: ModelState;
}

const SLOT = { canary: 'a', slotAtMs: 0 };
const LEASE_MS = 1;
const LAST_START_MS = 1;
const LAST_MS = 3; // every claim of the protocol has expired by then

/** Goes through every order of events, breadth first, until a promise is broken or nothing is left. */
export function explore(variant: Variant, { workers, crashes, lostAnswers }: Bounds): Explored {
  const first: ModelState = {
    workers: Array.from({ length: workers }, () => ({ at: 'idle', askedAtMs: 0, fence: 0 })),
    nowMs: 0,
    executions: 0,
    crashesLeft: crashes,
    lostAnswersLeft: lostAnswers,
  };
  const cameFrom = new Map<string, { readonly key: string; readonly does: string } | undefined>();
  cameFrom.set(JSON.stringify(first), undefined);
  const queue = [first];
  for (const state of queue) {
    const key = JSON.stringify(state);
    const steps = stepsOf(state, variant);
    if (steps.length === 0 && !isFinal(state))
      return {
        states: cameFrom.size,
        broken: { promise: 'C3: a slot becomes final', trace: traceTo(key, cameFrom) },
      };
    for (const step of steps) {
      const promise = brokenBy(state, step.state);
      if (promise !== undefined)
        return { states: cameFrom.size, broken: { promise, trace: [...traceTo(key, cameFrom), step.does] } };
      const nextKey = JSON.stringify(step.state);
      if (cameFrom.has(nextKey)) continue;
      cameFrom.set(nextKey, { key, does: step.does });
      queue.push(step.state);
    }
  }
  return { states: cameFrom.size };
}

/** The promise that a step breaks, if it breaks one. */
function brokenBy(before: ModelState, after: ModelState): string | undefined {
  const { record, workers, executions } = after;
  if (before.record !== undefined && before.record.state !== 'running' && !isSame(before.record, record))
    return 'C1: a final record never changes';
  if (executions > 1) return 'C2: a slot is executed once at most';
  if (after.nowMs === 0 && record?.state !== 'done' && workers.every(({ at }) => at === 'ended'))
    return 'C4: a slot whose workers were neither slow nor stopped is run';
  const accepted = workers.findIndex((worker) => worker.accepted === true);
  if (accepted !== -1 && record?.run?.runId !== runIdOf(accepted))
    return 'C5: the result that was accepted stands in the record';
  return undefined;
}

/** True if the slot is final, in a state without further events; an unclaimed one need not be. */
function isFinal({ record, workers }: ModelState): boolean {
  if (record === undefined) return workers.every(({ at }) => at === 'idle' || at === 'crashed');
  return record.state !== 'running';
}

function stepsOf(state: ModelState, variant: Variant): readonly Step[] {
  const { workers, nowMs, record, crashesLeft } = state;
  const steps: Step[] = workers.flatMap((worker, index) => {
    const own = workerSteps(state, index, variant);
    if (crashesLeft === 0 || worker.at === 'ended' || worker.at === 'crashed') return own;
    const crashed = { ...moved(state, index, { at: 'crashed' }), crashesLeft: crashesLeft - 1 };
    return [...own, { does: `worker ${index} crashes`, state: crashed }];
  });
  if (nowMs < LAST_MS) steps.push({ does: 'time passes', state: { ...state, nowMs: nowMs + 1 } });
  const swept =
    record === undefined || variant === 'unswept'
      ? undefined
      : decideExpiry(record, { expiredBeforeMs: nowMs, nowMs: 0 }).write;
  if (swept !== undefined) steps.push({ does: 'a sweep', state: { ...state, record: swept } });
  return steps;
}

function workerSteps(state: ModelState, index: number, variant: Variant): readonly Step[] {
  const { record, nowMs, executions } = state;
  const worker = state.workers[index] as Worker;
  const step = (does: string, to: Partial<Worker>, more: Partial<ModelState> = {}): Step => ({
    does: `worker ${index} ${does}`,
    state: { ...moved(state, index, to), ...more },
  });
  const claim = {
    ...SLOT,
    owner: `w${index}`,
    nowMs: worker.askedAtMs,
    leaseUntilMs: worker.askedAtMs + LEASE_MS,
  };
  switch (worker.at) {
    case 'idle':
      return nowMs > LAST_START_MS ? [] : [step('begins', { at: 'claiming', askedAtMs: nowMs })];
    case 'claiming': {
      const { write, answer } = decideClaim(undefined, claim);
      if (record !== undefined) return orLost(state, step('is refused', { at: 'asking' }), worker);
      const fence = answer.held ? answer.fence : 0;
      return orLost(state, step('claims', { at: 'running', fence }, { record: write as SlotRecord }), worker);
    }
    case 'asking': {
      const { answer } = decideClaim(record, claim);
      if (answer.held && variant !== 'naiveAck')
        return [step('finds that it has it', { at: 'running', fence: answer.fence })];
      if (variant === 'takeover' && record?.state === 'running' && record.leaseUntilMs < nowMs)
        return [step('finds that it has expired', { at: 'taking', fence: record.fence + 1 })];
      return [step('finds that another has it', { at: 'ended' })];
    }
    case 'taking': {
      const { write } = decideClaim(undefined, { ...claim, nowMs, leaseUntilMs: nowMs + LEASE_MS });
      return [
        step(
          'takes it over',
          { at: 'running' },
          { record: { ...(write as SlotRecord), fence: worker.fence } },
        ),
      ];
    }
    case 'running':
      return [step('executes', { at: 'committing' }, { executions: executions + 1 })];
    case 'committing':
    case 'checking':
      return commitSteps(state, index, { variant, step });
    case 'ended':
    case 'crashed':
      return [];
  }
}

interface Committing {
  readonly variant: Variant;
  step(does: string, to: Partial<Worker>, more?: Partial<ModelState>): Step;
}

function commitSteps(state: ModelState, index: number, { variant, step }: Committing): readonly Step[] {
  const worker = state.workers[index] as Worker;
  const { record } = state;
  const result = resultOf({ runId: runIdOf(index) });
  // Without a fence every commit finds the record as if it were still the committer's.
  const own = { state: 'running', owner: `w${index}`, fence: worker.fence } as const;
  const found = variant === 'unfenced' && record !== undefined ? { ...record, ...own } : record;
  const { write, answer } = decideCommit(found, {
    ...SLOT,
    owner: `w${index}`,
    fence: worker.fence,
    nowMs: 0,
    result,
  });
  if (worker.at === 'checking')
    return [
      step(answer === 'late' ? 'finds it too late' : 'finds it committed', {
        at: 'ended',
        accepted: answer !== 'late',
      }),
    ];
  if (write === undefined) return orLost(state, step('is refused', { at: 'checking' }), worker);
  return orLost(state, step('commits', { at: 'ended', accepted: true }, { record: write }), worker);
}

/** A step, and the same with a lost answer: the write stays, and the worker does not know. */
function orLost(state: ModelState, step: Step, { at, fence }: Worker): readonly Step[] {
  const { lostAnswersLeft } = state;
  if (lostAnswersLeft === 0) return [step];
  const index = step.state.workers.findIndex((worker, n) => worker !== state.workers[n]);
  const { askedAtMs } = step.state.workers[index] as Worker;
  const workers = step.state.workers.with(index, { at, askedAtMs, fence });
  return [
    step,
    {
      does: `${step.does}, and the answer is lost`,
      state: { ...step.state, workers, lostAnswersLeft: lostAnswersLeft - 1 },
    },
  ];
}

function moved(state: ModelState, index: number, to: Partial<Worker>): ModelState {
  return { ...state, workers: state.workers.with(index, { ...(state.workers[index] as Worker), ...to }) };
}

function traceTo(
  key: string,
  cameFrom: ReadonlyMap<string, { readonly key: string; readonly does: string } | undefined>,
): readonly string[] {
  const step = cameFrom.get(key);
  return step === undefined ? [] : [...traceTo(step.key, cameFrom), step.does];
}

function isSame(a: SlotRecord, b: SlotRecord | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
