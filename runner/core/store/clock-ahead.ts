import type { CanaryState, PendingNotice } from '../alert/alert-state.ts';
import { MAX_QUIET_MS } from '../alert/operator-actions.ts';
import { formatMinute } from '../base/format.ts';
import type { CleanupEntry } from '../cleanup/pending-cleanups.ts';
import { isMoment, LAST_MS } from './damaged.ts';
import { parsePlannedBy } from './planned-by.ts';
import type { HistoryEntry, SlotRecord, Watermark } from './slots.ts';

/** Difference of two right clocks, at most. */
export const CLOCK_TOLERANCE_MS: number = 5 * 60_000;

/** No lease and no wait for another try is longer. */
const LONGEST_WAIT_MS = 3_600_000;

/** A record that waits for a moment that is long to come, because the clock of its writer was ahead. */
export interface AheadRecord {
  readonly kind: 'watermark' | 'slot' | 'alerts' | 'cleanup';
  /** The canary, or the run of a cleanup. */
  readonly name: string;
  /** The latest of its moments, epoch milliseconds. */
  readonly atMs: number;
}

/** The change of a record that lies ahead. */
export interface Reset<T> {
  readonly atMs: number;
  /** The record to write in place of the stored one; absent if that is removed. */
  readonly write?: T;
}

/** Slots are planned from now on. The offset of the zone belonged to the other moment. */
export function resetWatermark(
  { toMs, schedule: text }: Watermark,
  nowMs: number,
): Reset<Watermark> | undefined {
  if (!isAhead(toMs, nowMs)) return undefined;
  const { schedule } = parsePlannedBy(text);
  return { atMs: toMs, write: { toMs: nowMs, schedule } };
}

/**
 * A slot whose moment has not come is removed, so that it can run at that moment. Its run stays in the history, as one that counts for no
 * slot.
 */
export function resetEntry(entry: HistoryEntry, nowMs: number): Reset<HistoryEntry> | undefined {
  const { canary, atMs, run } = entry;
  if (!isAhead(atMs, nowMs)) return undefined;
  if (run === undefined) return { atMs };
  return { atMs, write: { canary, atMs: Math.floor(nowMs), what: 'extra', count: 1, run } };
}

/** A running slot whose lease would outlast every run is lost. */
export function resetRunning(record: SlotRecord, nowMs: number): Reset<SlotRecord> | undefined {
  const { leaseUntilMs } = record;
  if (record.state !== 'running' || isAhead(record.slotAtMs, nowMs) || !outlasts(leaseUntilMs, nowMs))
    return undefined;
  const write: SlotRecord = {
    ...record,
    state: 'lost',
    reason: 'the clock of its runner was ahead',
    fence: record.fence + 1,
    leaseUntilMs: nowMs,
    writtenAtMs: nowMs,
  };
  return { atMs: leaseUntilMs, write };
}

/** A cleanup is due now. */
export function resetCleanup(entry: CleanupEntry, nowMs: number): Reset<CleanupEntry> | undefined {
  const { heldUntilMs, ...free } = entry;
  const atMs = Math.max(entry.startedAtMs, heldUntilMs === undefined ? 0 : heldUntilMs - LONGEST_WAIT_MS);
  if (!isAhead(atMs, nowMs)) return undefined;
  const startedAtMs = Math.min(entry.startedAtMs, nowMs);
  return { atMs, write: { ...free, startedAtMs, dueAtMs: nowMs, version: entry.version + 1 } };
}

/**
 * The alerts of a canary without the slots that are to come, and with every moment of the past not after now. Notices that wait are tried
 * now; what they say stays as it was decided.
 */
export function resetAlerts(state: CanaryState, nowMs: number): Reset<CanaryState> | undefined {
  const atMs = latestOf(state);
  if (!isAhead(atMs, nowMs)) return undefined;
  const alert = { ...state.alert, samples: state.alert.samples.filter(({ slotAtMs }) => slotAtMs <= nowMs) };
  const write: CanaryState = {
    ...state,
    version: state.version + 1,
    alert: notAfter(alert, nowMs),
    outbox: state.outbox.map((row) => resetNotice(row, nowMs)),
  };
  return { atMs, write };
}

function resetNotice({ lease, notice, ...row }: PendingNotice, nowMs: number): PendingNotice {
  const kept = lease === undefined || outlasts(lease.untilMs, nowMs) ? {} : { lease };
  return { ...notAfter(row, nowMs), notice, ...kept };
}

/** The latest of the moments in a canary's alerts that lie in the past if the clock is right, epoch milliseconds. */
function latestOf({ alert, outbox }: CanaryState): number {
  const tries = outbox.map(({ createdAtMs, nextAttemptAtMs }) =>
    Math.max(createdAtMs, nextAttemptAtMs - LONGEST_WAIT_MS),
  );
  return Math.max(0, ...momentsIn(alert), ...tries);
}

/** Members that hold a moment of the past, and members that hold the end of a mute or an acknowledgement. */
const PAST = /(?:^at|At|After|Since)Ms$|^openings$/;
const QUIET = 'untilMs';

function momentsIn(value: unknown, key = ''): readonly number[] {
  if (typeof value === 'number') return PAST.test(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => momentsIn(one, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => momentsIn(one, name));
}

/** A value whose moments of the past are not after now; mutes and acknowledgements last a day at most. */
function notAfter<T>(value: T, nowMs: number, key = ''): T {
  if (typeof value === 'number') {
    if (PAST.test(key)) return Math.min(value, nowMs) as T;
    return (key === QUIET ? Math.min(value, nowMs + MAX_QUIET_MS) : value) as T;
  }
  if (Array.isArray(value)) return value.map((one: unknown) => notAfter(one, nowMs, key)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]: [string, unknown]) => [
    name,
    notAfter(one, nowMs, name),
  ]);
  return Object.fromEntries(entries) as T;
}

/** True for a moment that only a clock which was ahead can have written. */
export function isAhead(atMs: number, nowMs: number): boolean {
  return atMs > nowMs + CLOCK_TOLERANCE_MS;
}

function outlasts(untilMs: number, nowMs: number): boolean {
  return isAhead(untilMs - LONGEST_WAIT_MS, nowMs);
}

/** A moment to the minute, be it ever so far. */
export function formatMoment(atMs: number): string {
  return formatMinute(Math.min(atMs, LAST_MS));
}

/** The remedy for records of a clock that was ahead. */
export const RESET_REMEDY = "If this machine's clock is right, run 'coalmine state reset-clock'.";

/** Explains why a canary does not run, if its slots were planned by a clock that was ahead. */
export function explainWatermark(watermarkMs: number | undefined, nowMs: number): string | undefined {
  if (!isMoment(watermarkMs) || !isAhead(watermarkMs, nowMs)) return undefined;
  return `A clock that was ahead planned its slots up to ${formatMoment(watermarkMs)}, and it does not run before. ${RESET_REMEDY}`;
}

/** Explains why alerts of a canary do not change, if a clock that was ahead wrote them. */
export function explainAlerts(state: CanaryState, nowMs: number): string | undefined {
  const atMs = latestOf(state);
  if (!isAhead(atMs, nowMs)) return undefined;
  return `A clock that was ahead wrote its alerts, up to ${formatMoment(atMs)}, and slots before do not count. ${RESET_REMEDY}`;
}
