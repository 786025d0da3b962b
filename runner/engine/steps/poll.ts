import { CanaryError, ObserverError } from '../../core/base/errors.ts';
import type { PollResult } from '../../kinds/kind.ts';
import { raceAbort, Sleep } from '../abort.ts';
import type { CheckContext } from './check-step.ts';

/** Outcome of one poll: a result, or a fault. */
export interface Observation {
  readonly result?: PollResult;
  /** Unreachable system or failed observation. Neither ends the polling, unless it is permanent. */
  readonly fault?: CanaryError;
  /** Begin and end of the poll. */
  readonly beganAtMs: number;
  readonly atMs: number;
  /** Number of polls, this one included. */
  readonly count: number;
  /** True for the poll that ends the window. */
  readonly last: boolean;
}

/** One watch, polled until its step is decided. */
export interface Poll<Decision> {
  readonly context: CheckContext;
  /** End of the window, as far as it is known by now; it may move. */
  endsAtMs(): number;
  /** The decision, or undefined to go on. It must decide on the last poll. */
  decide(observation: Observation): Decision | undefined;
  /** Given the function that ends a pause early, for windows that end by something else than time. */
  onSleep?(wake: () => void): void;
}

/**
 * Polls repeatedly: a tap's delivery wakes it, anything else is polled with a pause of a quarter of the elapsed time (performance figures,
 * C). There is always one last poll when the window ends.
 * @throws errors of the watch that no further poll can fix, and the reason of a cancellation.
 */
export async function poll<Decision>(options: Poll<Decision>): Promise<Decision> {
  const { watch, run } = options.context;
  const { clock } = run.engine;
  const startedAtMs = clock.nowMs();
  const sleep = new Sleep(clock, run.signal);
  options.onSleep?.(sleep.wake);
  const unsubscribe = watch.subscribe?.(sleep.wake);
  let decision: Decision | undefined;
  try {
    for (let count = 1; ; count += 1) {
      sleep.reset();
      const last = clock.nowMs() >= options.endsAtMs();
      decision = options.decide(await observe(options.context, { count, last }));
      if (decision !== undefined) break;
      await sleep.until(nextPollAtMs(options, startedAtMs));
      run.signal.throwIfAborted();
    }
  } finally {
    unsubscribe?.();
  }
  return decision;
}

function nextPollAtMs<Decision>({ context, endsAtMs }: Poll<Decision>, startedAtMs: number): number {
  const { watch, noun, run } = context;
  if (watch.subscribe !== undefined) return endsAtMs();
  const nowMs = run.engine.clock.nowMs();
  const { first, longest } = noun.pauseMs;
  const pause = Math.min(Math.max((nowMs - startedAtMs) / 4, first), longest);
  return Math.min(nowMs + pause, endsAtMs());
}

interface ObserveOptions {
  readonly count: number;
  readonly last: boolean;
  /** True for the second read of an unreadable answer. */
  readonly again?: boolean;
}

async function observe(
  context: CheckContext,
  { count, last, again = false }: ObserveOptions,
): Promise<Observation> {
  const { run, watch, sinceMs } = context;
  const { clock, classifyAwsError } = run.engine;
  const beganAtMs = clock.nowMs();
  try {
    // Between the first poll and the last only a display asks for near misses.
    const explains = last || run.engine.reporters?.has('onStepPoll') === true;
    const result = await raceAbort(watch.poll({ sinceMs, last, sent: run.sent, explains }), run.signal);
    return { result: result, beganAtMs, atMs: clock.nowMs(), count, last };
  } catch (thrown) {
    run.signal.throwIfAborted();
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError) || fault.permanent) throw thrown;
    if (fault instanceof ObserverError && fault.again && !again)
      return observe(context, { count, last, again: true });
    return { fault, beganAtMs, atMs: clock.nowMs(), count, last };
  }
}
