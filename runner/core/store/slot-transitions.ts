import type { CanaryState } from '../alert/alert-state.ts';
import type { LeaseAsk } from '../taps/ports.ts';
import { CLOCK_TOLERANCE_MS } from './clock-ahead.ts';
import { isMoment } from './damaged.ts';
import { summaryOf } from './history.ts';
import { parsePlannedBy } from './planned-by.ts';
import type {
  AdvanceAsk,
  ClaimAnswer,
  ClaimAsk,
  CommitAnswer,
  CommitAsk,
  LeasedSlot,
  OmittedSlots,
  SettleAsk,
  SettleOutcome,
  SlotKey,
  SlotRecord,
  Watermark,
} from './slots.ts';

/**
 * Decision of a store about a record. The rules stand here once. SQLite and the store of the tests apply them inside a
 * transaction. DynamoDB writes them as conditions and calls these for the answer to a refusal.
 */
export interface Decision<Answer> {
  /** The record to write in place of the stored one; absent if nothing changes. */
  readonly write?: SlotRecord;
  readonly answer: Answer;
}

/** Retention of history and results. */
export const KEPT_MS = 30 * 24 * 3_600_000;

/** Runs of a canary that passed and are kept in full, the newest; of all others the summary stays. */
export const PASSES_KEPT = 3;

/** Longer than any run may take; a longer lease would block a dead worker's slot for too long. */
const LONGEST_LEASE_MS = 3_600_000;

/** Reason of a slot whose runner never came back. */
export const LOST = 'its runner stopped, or was stopped, before it could store a result';

/**
 * Claims a free slot; recognises the same owner again.
 * @throws RangeError for a slot that is no whole moment, and a lease that has run out or never will.
 */
export function decideClaim(found: SlotRecord | undefined, ask: ClaimAsk): Decision<ClaimAnswer> {
  const { owner, nowMs } = ask;
  const leaseUntilMs = checkedLease(ask);
  if (found === undefined) {
    const write: SlotRecord = {
      ...keyOf(ask),
      state: 'running',
      owner,
      fence: 1,
      leaseUntilMs,
      writtenAtMs: nowMs,
      count: 1,
      applied: false,
    };
    return { write, answer: { held: true, fence: write.fence } };
  }
  if (found.state === 'running' && found.owner === owner)
    return { answer: { held: true, fence: found.fence } };
  return { answer: { held: false, by: found } };
}

/** The watermark that a claim moves: past the slot, if a record stands for that slot alone. */
export function advanceOf(
  { canary, slotAtMs, schedule }: ClaimAsk,
  answer: ClaimAnswer,
): AdvanceAsk | undefined {
  const isAlone = answer.held || answer.by.count === 1;
  return schedule !== undefined && isAlone ? { canary, toMs: slotAtMs, schedule } : undefined;
}

/** Ends a slot with its result, if it is still the caller's. */
export function decideCommit(found: SlotRecord | undefined, ask: CommitAsk): Decision<CommitAnswer> {
  const run = summaryOf(ask.result);
  if (found !== undefined && isRunningFor(found, ask))
    return { write: { ...found, state: 'done', run, writtenAtMs: ask.nowMs }, answer: 'stored' };
  if (!wasEndedBy(found, ask, 'done') || found.run?.runId !== run.runId) return { answer: 'late' };
  return { answer: found.applied ? 'applied' : 'stored' };
}

/** Applies a slot together with its commit, by a store that does both at once: `save` saves the alert state, unless another version is there. */
export function applyAtOnce(
  { write, answer }: Decision<CommitAnswer>,
  { alerts }: CommitAsk,
  save: (next: CanaryState) => boolean,
): Decision<CommitAnswer> {
  if (write === undefined) return { answer };
  if (alerts === undefined || !save(alerts)) return { write, answer };
  return { write: { ...write, applied: true }, answer: 'applied' };
}

/** Gives a slot up, if it is still the caller's. */
export function decideSkip(
  found: SlotRecord | undefined,
  ask: LeasedSlot & { readonly reason: string },
): Decision<boolean> {
  const { reason, nowMs } = ask;
  if (found !== undefined && isRunningFor(found, ask))
    return { write: { ...found, state: 'skipped', reason, writtenAtMs: nowMs, applied: true }, answer: true };
  return { answer: wasEndedBy(found, ask, 'skipped') };
}

/** Records slots whose first is unclaimed. A slot skipped on purpose needs no application to the alert state. */
export function decideSkipMissed(found: SlotRecord | undefined, ask: OmittedSlots): Decision<number> {
  const { state, reason, count, nowMs } = ask;
  if (found !== undefined) return { answer: found.count };
  const write: SlotRecord = {
    ...keyOf(ask),
    state,
    reason,
    count,
    owner: '',
    fence: 0,
    leaseUntilMs: nowMs,
    writtenAtMs: nowMs,
    applied: state === 'skipped',
  };
  return { write, answer: count };
}

/** Ends, as lost, a running slot whose lease ran out; the fence rises, so that its owner's late result is known as late. */
export function decideExpiry(
  found: SlotRecord,
  ask: { readonly expiredBeforeMs: number; readonly nowMs: number },
): Decision<boolean> {
  if (found.state !== 'running' || found.leaseUntilMs >= ask.expiredBeforeMs) return { answer: false };
  const fence = found.fence + 1;
  return {
    write: { ...found, state: 'lost', reason: found.reason ?? LOST, fence, writtenAtMs: ask.nowMs },
    answer: true,
  };
}

/** Moves a watermark forward; without a change, nothing is written. */
export function decideAdvance(
  found: Watermark | undefined,
  ask: Omit<AdvanceAsk, 'canary'>,
): Watermark | undefined {
  const { toMs } = ask;
  const schedule = ask.schedule ?? found?.schedule ?? '';
  if (found === undefined || !isMoment(found.toMs)) return { toMs, schedule };
  // The offset in a schedule belongs to its moment.
  if (toMs < found.toMs && scheduleIn(schedule) === scheduleIn(found.schedule)) return undefined;
  const next = { toMs: Math.max(toMs, found.toMs), schedule };
  return next.toMs === found.toMs && next.schedule === found.schedule ? undefined : next;
}

function scheduleIn(plannedBy: string): string {
  return parsePlannedBy(plannedBy).schedule;
}

/** Records skipped slots and moves the watermark for one canary of a tick, by a store that does both at once. */
export function settleBy(
  {
    pass,
    advance,
  }: { readonly pass: (ask: OmittedSlots) => number; readonly advance: (ask: AdvanceAsk) => void },
  ask: SettleAsk,
): SettleOutcome {
  for (const one of ask.omitted) {
    const count = pass(one);
    if (count !== one.count) return { kind: 'overtaken', slotAtMs: one.slotAtMs, count };
  }
  if (ask.advance !== undefined) advance(ask.advance);
  return { kind: 'settled' };
}

/** True if a record is final and not yet applied to the alert state. */
export function isUnapplied({ state, applied }: SlotRecord): boolean {
  return state !== 'running' && !applied;
}

/**
 * Decides if a new state, or a new form of an entry, may replace the stored one, and the answer to its writer.
 * @throws RangeError for a version that does not follow the one it is based on.
 */
export function decideSave(
  found: Pick<CanaryState, 'version' | 'writer'> | undefined,
  next: Pick<CanaryState, 'canary' | 'version' | 'writer'>,
  basedOn: number,
): { readonly write: boolean; readonly answer: boolean } {
  if (next.version !== basedOn + 1)
    throw new RangeError(`version ${next.version} of ${next.canary} cannot follow version ${basedOn}`);
  const write = (found?.version ?? 0) === basedOn;
  return { write, answer: write || (found?.version === next.version && found.writer === next.writer) };
}

/**
 * The next moment at which a canary must be checked regardless of its runs, epoch milliseconds; undefined if there is nothing to wait for.
 * An open incident always has one: reminders fall due, and mutes end.
 */
export function nextPollAtMs({ alert, outbox }: CanaryState): number | undefined {
  if ([alert.target, alert.observer].some(({ incident, lastNotified }) => incident ?? lastNotified)) return 0;
  if (outbox.length === 0) return undefined;
  return Math.min(
    ...outbox.map(({ nextAttemptAtMs, lease }) => Math.max(nextAttemptAtMs, lease?.untilMs ?? 0)),
  );
}

/** Owner and end of a lease. */
export interface LeaseRecord {
  readonly owner: string;
  readonly untilMs: number;
}

/** True if that owner may take or renew a lease. */
export function mayLease(found: LeaseRecord | undefined, ask: Omit<LeaseAsk, 'name'>): boolean {
  if (found === undefined || found.owner === ask.owner || !(found.untilMs >= ask.nowMs)) return true;
  return ask.evenAhead === true && found.untilMs > latestEndMs(ask);
}

/** The latest end of a lease of that length, by any clock that is right; epoch milliseconds. */
export function latestEndMs({ nowMs, forMs }: Pick<LeaseAsk, 'nowMs' | 'forMs'>): number {
  return nowMs + forMs + CLOCK_TOLERANCE_MS;
}

function checkedLease({ canary, slotAtMs, nowMs, leaseUntilMs }: ClaimAsk): number {
  if (!Number.isSafeInteger(slotAtMs)) throw new RangeError(`${slotAtMs} is no slot of ${canary}`);
  const lasts = leaseUntilMs - nowMs;
  if (lasts > 0 && lasts <= LONGEST_LEASE_MS) return Math.ceil(leaseUntilMs);
  throw new RangeError(`a lease of ${lasts} ms on ${canary}: it must last up to ${LONGEST_LEASE_MS} ms`);
}

function keyOf({ canary, slotAtMs }: SlotKey): SlotKey {
  return { canary, slotAtMs };
}

function isRunningFor({ state, owner, fence }: SlotRecord, ask: LeasedSlot): boolean {
  return state === 'running' && owner === ask.owner && fence === ask.fence;
}

function wasEndedBy(
  found: SlotRecord | undefined,
  ask: LeasedSlot,
  state: SlotRecord['state'],
): found is SlotRecord {
  return found?.state === state && found.owner === ask.owner && found.fence === ask.fence;
}
