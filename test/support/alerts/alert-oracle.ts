import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import { HOUR_MS } from './alerts.ts';

/** Slots from which to which an incident was open; without an end if it still is. */
export interface Period {
  readonly from: number;
  readonly to?: number;
}

/** One slot of a history: its outcome, and the moment of its event. */
export interface Slot {
  readonly letter: string;
  readonly atMs: number;
}

/**
 * Periods with an open incident, computed from the whole history at once and not step by step: without states, rings and streaks.
 * `F` and `P` are evidence about the target; `E` and the rest about the observer.
 */
export function periodsOf(
  history: readonly Slot[],
  stream: 'target' | 'observer',
  policy: AlertPolicy,
): Period[] {
  const bad = stream === 'target' ? 'F' : 'E';
  const { failures: k, of: n } = stream === 'target' ? policy.after : { failures: 3, of: 3 };
  const m = stream === 'target' ? policy.recover : 2;
  const known = history
    .map((slot, index) => ({ ...slot, index }))
    .filter(({ letter }) => stream === 'observer' || letter !== 'E');
  const isBad = (at: number): boolean => known[at]?.letter === bad;
  const timeOf = (at: number): number => known[at]?.atMs ?? Number.NaN;
  const range = (from: number, to: number): number[] =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  const positions = range(0, known.length - 1);

  const periods: Period[] = [];
  const openings: number[] = [];
  const flaps: boolean[] = [];
  let floor = 0;
  for (;;) {
    const opens = positions.find(
      (at) => at >= floor && isBad(at) && range(Math.max(floor, at - n + 1), at).filter(isBad).length >= k,
    );
    if (opens === undefined) return periods;
    openings.push(timeOf(opens));
    flaps.push(isFlap(openings, flaps));
    const holdMs = holdOf(openings, flaps);
    const closes = positions.find((at) => {
      if (at <= opens || range(at - m + 1, at).some((one) => one < floor || isBad(one))) return false;
      const lastBad = range(opens, at).findLast(isBad) ?? opens;
      return timeOf(at) - timeOf(lastBad) >= holdMs;
    });
    const from = known[opens]?.index ?? -1;
    if (closes === undefined) return [...periods, { from }];
    periods.push({ from, to: known[closes]?.index ?? -1 });
    floor = closes + 1;
  }
}

/**
 * True if the newest opening is a flap. Either the one before was, in the same day, or it is the third in two hours or fourth in
 * a day.
 */
function isFlap(openings: readonly number[], flaps: readonly boolean[]): boolean {
  const now = openings.at(-1) ?? 0;
  const before = openings.at(-2);
  if (before !== undefined && now - before <= 24 * HOUR_MS && flaps.at(-1) === true) return true;
  const inHours = (hours: number): number => openings.filter((at) => now - at <= hours * HOUR_MS).length;
  return inHours(2) >= 3 || inHours(24) >= 4;
}

/** Hold of the newest opening: an hour for the first of a row of flaps, doubled with each, eight hours at most. */
function holdOf(openings: readonly number[], flaps: readonly boolean[]): number {
  if (flaps.at(-1) !== true) return 0;
  let row = 1;
  for (let at = openings.length - 1; at > 0; at -= 1) {
    const gap = (openings[at] ?? 0) - (openings[at - 1] ?? 0);
    if (gap > 24 * HOUR_MS || flaps[at - 1] !== true) break;
    row += 1;
  }
  return Math.min(2 ** (row - 1), 8) * HOUR_MS;
}
