import { createHash } from 'node:crypto';
import type { Schedule } from '../model/canary.ts';
import { shortestMatchGapMs } from './calendar.ts';
import { cronOf } from './cron.ts';
import { countCron, nextCronMs } from './slots.ts';

/**
 * The first slot of a checked schedule after a moment, or undefined if there is none within fifty years; both are epoch milliseconds. A
 * pure function, so that any two machines agree.
 */
export function nextSlotMs(schedule: Schedule, canary: string, afterMs: number): number | undefined {
  if (!('everyMs' in schedule)) return later(nextCronMs(schedule, afterMs), afterMs);
  const { everyMs } = schedule;
  const phaseMs = phaseOf(canary, everyMs);
  return later((Math.floor((afterMs - phaseMs) / everyMs) + 1) * everyMs + phaseMs, afterMs);
}

/**
 * Returns the slot, which must be later than a moment: otherwise a loop over slots would never end.
 * @throws if it is not.
 */
export function later(slotAtMs: number | undefined, afterMs: number): number | undefined {
  if (slotAtMs === undefined || slotAtMs > afterMs) return slotAtMs;
  throw new Error(
    `The schedule gave ${slotAtMs} as its first slot after ${afterMs}, which would repeat it for ever.`,
  );
}

/** The slots of a checked schedule after one moment and up to another, as many as there are. */
export function slotsBetween(
  schedule: Schedule,
  canary: string,
  afterMs: number,
  untilMs: number,
): readonly number[] {
  const slots: number[] = [];
  let next = nextSlotMs(schedule, canary, afterMs);
  while (next !== undefined && next <= untilMs) {
    slots.push(next);
    next = nextSlotMs(schedule, canary, next);
  }
  return slots;
}

/** The number of those slots, without enumerating them. */
export function countSlots(schedule: Schedule, canary: string, afterMs: number, untilMs: number): number {
  if (untilMs <= afterMs) return 0;
  if (!('everyMs' in schedule)) return countCron(schedule, afterMs, untilMs);
  const phaseMs = phaseOf(canary, schedule.everyMs);
  const upTo = (atMs: number): number => Math.floor((atMs - phaseMs) / schedule.everyMs);
  return upTo(untilMs) - upTo(afterMs);
}

/**
 * The earliest start of a slot's run. It is the slot plus the canary's share of `jitter`, a constant that is less than the time
 * between two slots. The slot identifies the run.
 */
export function notBeforeMs(schedule: Schedule, canary: string, slotAtMs: number): number {
  const { jitterMs } = schedule;
  if (jitterMs === 0) return slotAtMs;
  return slotAtMs + (hashOf(canary).jitter % Math.min(jitterMs, shortestGapMs(schedule)));
}

/** A slot, and the earliest start of its run; epoch milliseconds. */
export interface Turn {
  readonly slotAtMs: number;
  readonly notBeforeMs: number;
}

/** The next slots whose turn comes after a moment, at most so many. */
export function turnsAfter(schedule: Schedule, canary: string, nowMs: number, most: number): readonly Turn[] {
  const turns: Turn[] = [];
  let slotAtMs = nextSlotMs(schedule, canary, nowMs - notBeforeMs(schedule, canary, 0));
  while (slotAtMs !== undefined && turns.length < most) {
    turns.push({ slotAtMs, notBeforeMs: notBeforeMs(schedule, canary, slotAtMs) });
    slotAtMs = nextSlotMs(schedule, canary, slotAtMs);
  }
  return turns;
}

/**
 * The shortest time between two slots of a checked schedule by the calendar, in milliseconds. A clock change may bring two slots closer,
 * once; `overlap` decides the consequence for a run.
 */
export function shortestGapMs(schedule: Schedule): number {
  return 'everyMs' in schedule ? schedule.everyMs : shortestCronGapMs(schedule.cron);
}

/** The shortest time between two slots of a checked cron by the calendar, in milliseconds. */
export function shortestCronGapMs(cron: string): number {
  const known = gaps.get(cron) ?? shortestMatchGapMs(cronOf(cron));
  gaps.set(cron, known);
  return known;
}

/** Cached by cron expression. */
const gaps = new Map<string, number>();

/** Offset of a canary's slots in their interval: the same on every machine, and different from its neighbours'. */
function phaseOf(canary: string, everyMs: number): number {
  return hashOf(canary).phase % everyMs;
}

/** Numbers of 48 bits that depend on a canary's name alone. */
interface NameHash {
  readonly phase: number;
  readonly jitter: number;
}

/** Cached by canary. */
const hashes = new Map<string, NameHash>();

function hashOf(canary: string): NameHash {
  const known = hashes.get(canary);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(canary).digest();
  const hash = { phase: digest.readUIntBE(0, 6), jitter: digest.readUIntBE(6, 6) };
  hashes.set(canary, hash);
  return hash;
}
