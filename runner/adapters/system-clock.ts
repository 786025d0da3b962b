import type { Clock } from '../core/ports.ts';

interface Appointment {
  readonly atMs: number;
  fire: (() => void) | undefined;
}

/** Where the machine's time is read. */
export interface TimeSources {
  wallMs(): number;
  monotonicMs(): number;
}

const MACHINE: TimeSources = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/**
 * The machine's time: it never runs backwards, whatever is done to the wall clock, and follows it forward, so that a machine
 * that slept is not behind for ever. Make a new one per invocation where the process may be frozen. Ten thousand waits share
 * one timer.
 */
export function systemClock(time: TimeSources = MACHINE): Clock {
  const nowMs = forwardTime(time);
  const heap: Appointment[] = [];
  let timer: NodeJS.Timeout | undefined;
  let timerAtMs = Number.POSITIVE_INFINITY;
  let forgotten = 0;

  const arm = (): void => {
    const next = heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
    if (next >= timerAtMs) return;
    clearTimeout(timer);
    timerAtMs = next;
    timer = setTimeout(ring, Math.min(Math.max(0, next - nowMs()), LONGEST_TIMER_MS));
  };
  const ring = (): void => {
    timerAtMs = Number.POSITIVE_INFINITY;
    timer = undefined;
    const upToMs = nowMs();
    for (let first = dueIn(heap, upToMs); first !== undefined; first = dueIn(heap, upToMs)) {
      pop(heap);
      if (first.fire === undefined) forgotten -= 1;
      const { fire } = first;
      first.fire = undefined;
      fire?.();
    }
    arm();
  };
  return {
    nowMs,
    at: (whenMs, fire) => {
      const appointment: Appointment = { atMs: whenMs, fire };
      push(heap, appointment);
      arm();
      return () => {
        if (appointment.fire === undefined) return;
        appointment.fire = undefined;
        forgotten += 1;
        if (forgotten > heap.length / 2) {
          keepLive(heap);
          forgotten = 0;
        }
        if (heap.length === 0) {
          clearTimeout(timer);
          timerAtMs = Number.POSITIVE_INFINITY;
        }
      };
    },
  };
}

/** A timer does not notice that the machine slept; so often the time is looked at again. */
const LONGEST_TIMER_MS = 10_000;

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

/** The first appointment, if it is due or was taken back. */
function dueIn([first]: readonly Appointment[], upToMs: number): Appointment | undefined {
  return first !== undefined && (first.atMs <= upToMs || first.fire === undefined) ? first : undefined;
}

/** Most appointments are taken back long before they are due: they must not pile up until then. */
function keepLive(heap: Appointment[]): void {
  const live = heap.filter(({ fire }) => fire !== undefined).toSorted((a, b) => a.atMs - b.atMs);
  heap.length = 0;
  for (const one of live) heap.push(one); // a sorted list is a heap
}

/** A binary heap, the earliest appointment first. */
function push(heap: Appointment[], added: Appointment): void {
  let index = heap.push(added) - 1;
  while (index > 0) {
    const above = (index - 1) >> 1;
    if (at(heap, above).atMs <= added.atMs) break;
    heap[index] = at(heap, above);
    index = above;
  }
  heap[index] = added;
}

function pop(heap: Appointment[]): void {
  const moved = heap.pop();
  if (moved === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && at(heap, right).atMs < at(heap, left).atMs ? right : left;
    if (at(heap, child).atMs >= moved.atMs) break;
    heap[index] = at(heap, child);
    index = child;
  }
  heap[index] = moved;
}

function at(heap: readonly Appointment[], index: number): Appointment {
  return heap[index] as Appointment;
}
