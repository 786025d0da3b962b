import type { Clock } from '../../core/base/clock.ts';
import { Standstills } from '../../core/base/standstill.ts';
import { Appointments } from './appointments.ts';

/** Sources of the machine's time. */
export interface TimeSources {
  wallMs(): number;
  monotonicMs(): number;
}

const MACHINE: TimeSources = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/**
 * The machine's time. It never runs backwards, whatever happens to the wall clock. It follows the clock forward, so that a
 * machine that slept is not behind for ever. A process that may be frozen needs a new one per invocation. Ten thousand waits
 * share one timer. While anything waits it rings at least four times a second, so that a standstill of the process is noticed.
 */
export function systemClock(time: TimeSources = MACHINE): Clock {
  const nowMs = forwardTime(time);
  const appointments = new Appointments();
  const standstills = new Standstills();
  let timer: NodeJS.Timeout | undefined;
  let timerAtMs = Number.POSITIVE_INFINITY;

  /** Takes the timer back. True if it is so late that the process must have stood still. */
  const disarm = (): boolean => {
    clearTimeout(timer);
    const stoodStill = standstills.rang(timerAtMs, nowMs());
    timerAtMs = Number.POSITIVE_INFINITY;
    return stoodStill;
  };
  const arm = (): void => {
    const { nextAtMs } = appointments;
    if (nextAtMs >= timerAtMs) return;
    disarm();
    const atMs = nowMs();
    timerAtMs = Math.max(atMs, Math.min(nextAtMs, atMs + LONGEST_TIMER_MS));
    timer = setTimeout(ring, timerAtMs - atMs);
  };
  const ring = (): void => {
    // The event loop handles pending I/O before a setImmediate callback.
    if (disarm()) setImmediate(fireDue);
    else fireDue();
  };
  const fireDue = (): void => {
    appointments.fireUpTo(nowMs());
    arm();
  };
  return {
    nowMs,
    stoodStillMs: (sinceMs) => standstills.sinceMs(sinceMs, timerAtMs, nowMs()),
    at: (whenMs, fire) => {
      const forget = appointments.add(whenMs, fire);
      arm();
      return () => {
        forget();
        if (appointments.nextAtMs === Number.POSITIVE_INFINITY) disarm();
      };
    },
  };
}

/** A timer notices neither sleep of the machine nor a stop of the process; the time is read again at this interval. */
const LONGEST_TIMER_MS = 250;

/** The wall clock is slewed by less; a machine that slept, or whose clock was set, is off by more. */
const JUMP_MS = 1_000;

function forwardTime({ wallMs, monotonicMs }: TimeSources): () => number {
  let aheadMs = wallMs() - monotonicMs();
  return () => {
    const elapsedMs = monotonicMs();
    const behindMs = wallMs() - elapsedMs - aheadMs;
    if (behindMs > JUMP_MS) aheadMs += behindMs;
    return aheadMs + elapsedMs;
  };
}
