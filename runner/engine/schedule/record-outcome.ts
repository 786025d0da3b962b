import type { AlertEventInput } from '../../core/alert/alert-event.ts';
import type { CanaryState, Incident } from '../../core/alert/alert-state.ts';
import { hasPassed } from '../../core/alert/incident.ts';
import type { AppliedEvents } from '../../core/alert/outbox/apply-events.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { isGood } from '../../core/base/verdict.ts';
import type { ChangesBefore } from '../../core/model/change.ts';
import { digestOf } from '../../core/notice/failure-digest.ts';
import { unlessDamaged } from '../../core/store/damaged.ts';
import type { SlotKey, SlotRecord } from '../../core/store/slots.ts';
import {
  canaryOf,
  type FleetContext,
  factsOf,
  type ProposedState,
  type ScheduledCanary,
} from '../fleet-context.ts';
import { changesBefore } from './changes-before.ts';

export type FinalSlot = SlotKey &
  Pick<SlotRecord, 'state'> &
  Partial<Pick<SlotRecord, 'count' | 'result' | 'reason'>>;

/**
 * Applies a slot's outcome to the alert state, then marks it as applied. Killed in between, it applies it again, which changes nothing. A
 * slot of a removed canary is marked only. Returns the state of the canary afterwards, if that may have changed.
 */
export async function recordOutcome(
  record: FinalSlot,
  context: FleetContext,
  known?: CanaryState,
): Promise<CanaryState | undefined> {
  const event = eventOf(record, context);
  const applied = event === undefined ? undefined : await applyOutcome(record, event, context, known);
  await context.runs.markApplied(record);
  return applied?.state;
}

/**
 * The alert state after a slot's outcome, for a store that saves both at once. Undefined for an outcome that `recordOutcome` must apply, as
 * for one without a state.
 */
export function proposeOutcome(
  record: FinalSlot,
  context: FleetContext,
  known: CanaryState | undefined,
): ProposedState | undefined {
  const event = eventOf(record, context);
  if (known === undefined || event === undefined || needsHistory(event, known)) return undefined;
  const proposed = context.alerting.propose(record.canary, [event], known);
  const readsChanges = context.engine.changes !== undefined && openedBy(proposed) !== undefined;
  return readsChanges ? undefined : proposed;
}

async function applyOutcome(
  record: FinalSlot,
  event: OutcomeEvent,
  context: FleetContext,
  known: CanaryState | undefined,
): Promise<AppliedEvents> {
  const { canary } = record;
  const state = known ?? (await unlessDamaged(context.alerts.load(canary)));
  const more = needsHistory(event, state) ? await passOnDemand(canary, context) : {};
  const changes = await changesIfOpened(record, event, { context, state });
  return context.alerting.apply(canary, [{ ...event, ...more, ...omitUndefined({ changes }) }], state);
}

/** Changes since the last pass, if an outcome opens an incident. They are read before the incident is saved: its first notice has them. */
async function changesIfOpened(
  { canary: name, result: run }: FinalSlot,
  event: OutcomeEvent,
  { context, state }: { readonly context: FleetContext; readonly state: CanaryState | undefined },
): Promise<ChangesBefore | undefined> {
  const { fleet, engine, alerting } = context;
  if (engine.changes === undefined || run === undefined || state === undefined) return undefined;
  const incident = openedBy(alerting.propose(name, [event], state));
  const fromMs = incident?.lastPassedAtMs;
  if (incident === undefined || fromMs === undefined) return undefined;
  const canary = canaryOf(context, name) as ScheduledCanary;
  // A change during the first failing run may be its cause.
  const toMs = Math.min(engine.clock.nowMs(), incident.sinceMs + canary.timeoutMs);
  return changesBefore({ canary, run, environment: fleet.environment }, { fromMs, toMs }, engine);
}

function openedBy(proposed: ProposedState | undefined): Incident | undefined {
  return STREAMS.flatMap((stream) => {
    const [old, now] = [proposed?.before, proposed?.state].map((state) => state?.alert[stream].incident);
    return now === undefined || now.id === old?.id ? [] : [now];
  })[0];
}

const STREAMS = ['target', 'observer'] as const;

/** True if it matters for an outcome whether a run on demand has passed. */
function needsHistory(event: OutcomeEvent, state: CanaryState | undefined): boolean {
  const isGoodRun = event.kind === 'result' && isGood(event.digest.verdict);
  return !isGoodRun && (state === undefined || !hasPassed(state.alert));
}

/** Newest entries of a canary's history among which a pass on demand is looked for; one that is found is remembered. */
const MOST_ENTRIES = 100;

async function passOnDemand(
  canary: string,
  { runs }: FleetContext,
): Promise<{ readonly passedOnDemand?: true }> {
  const entries = await runs.history({ canary, most: MOST_ENTRIES });
  const isFound = entries.some(
    ({ what, run }) => what === 'extra' && run !== undefined && isGood(run.verdict),
  );
  return isFound ? { passedOnDemand: true } : {};
}

type OutcomeEvent = Extract<AlertEventInput, { readonly kind: 'result' | 'missed' }>;

function eventOf(
  { canary: name, state, slotAtMs, count = 1, result, reason = '' }: FinalSlot,
  context: FleetContext,
): OutcomeEvent | undefined {
  const canary = canaryOf(context, name);
  if (canary === undefined || state === 'skipped' || state === 'running') return undefined;
  const about = factsOf(canary, context.fleet);
  if (state === 'done')
    return result === undefined ? undefined : { kind: 'result', digest: digestOf(result), about };
  return { kind: 'missed', slotAtMs, count, reason, about };
}
