import type { AlertEvent } from '../../core/alert/alert-event.ts';
import type { CanaryState } from '../../core/alert/alert-state.ts';
import { type AppliedEvents, applyEvents, newCanaryState } from '../../core/alert/apply-events.ts';
import { type Routes, routesOf } from '../../core/alert/outbox.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { randomHex } from '../../core/base/run-id.ts';
import type { AlertPolicy, Canary } from '../../core/model/canary.ts';
import type { CanaryFacts } from '../../core/notice/notice.ts';
import { inMaintenance } from '../../core/schedule/maintenance-window.ts';
import { canaryOf, type FleetContext } from '../fleet-context.ts';

/** Writers that meet on one canary's state, one after another, before something must be wrong. */
const MOST_TRIES = 20;

/**
 * The runner itself, in the place of a canary: what makes it unable to tell people. No canary can be called so.
 */
export const RUNNER = '@runner';

/** A channel that does not work, in the place of a canary: its alerts are told by any other channel. */
export const BROKEN = `${RUNNER}/`;

/** An event as its teller knows it: the moment and the maintenance windows are added to it here. */
export type AlertEventInput = DistributiveOmit<AlertEvent, 'nowMs' | 'inMaintenance'>;

type DistributiveOmit<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never;

/**
 * Tells a canary's alerts what happened, and writes what they make of it together with the notices that people must be sent. Who
 * was overtaken by another writer begins again; an event that was told already changes nothing.
 */
export async function applyAlertEvents(
  name: string,
  events: readonly AlertEventInput[],
  context: FleetContext,
  known?: CanaryState,
): Promise<AppliedEvents> {
  const beforeSave = async ({ undelivered }: AppliedEvents): Promise<void> =>
    context.undelivered(undelivered);
  const changing = { context, beforeSave, ...(known === undefined ? {} : { known }) };
  return changeState<AppliedEvents & Changed>(name, changing, (state) => {
    const nowMs = context.engine.clock.nowMs();
    const moment = { nowMs, inMaintenance: isMuted(state, context, nowMs) };
    const timed = events.map((event) => ({ ...event, ...moment }));
    const next = applyEvents(state, timed, given(name, context));
    return { ...next, changed: next.state };
  });
}

/** What is to be written, beside what else came of it. */
interface Changed {
  readonly changed: CanaryState;
}

/** How a state is changed. */
interface StateChange<Outcome> {
  readonly context: FleetContext;
  /** Tried unread. */
  readonly known?: CanaryState;
  /** What must not be lost with whoever writes; done before each try to write, and so perhaps more than once. */
  beforeSave?(outcome: Outcome): Promise<void>;
}

/** Reads a canary's state, changes it, and writes it, until nobody else was in between. */
export async function changeState<Outcome extends Changed>(
  name: string,
  { context, known, beforeSave }: StateChange<Outcome>,
  change: (state: CanaryState) => Outcome,
): Promise<Outcome> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const unread = tries === 0 ? known : undefined;
    const state = unread ?? (await context.alerts.load(name)) ?? freshState(name, context);
    const outcome = change(state);
    if (outcome.changed === state) {
      // That nothing changes holds of the state as it is, not of one that was known some time ago.
      if (unread !== undefined) continue;
      return outcome;
    }
    await beforeSave?.(outcome);
    if (await context.alerts.save(outcome.changed, state.version)) return outcome;
  }
  throw new ObserverError(`The state of ${name} was written by others ${MOST_TRIES} times in between.`);
}

/** What is minted for one write, so that its answer, if it was lost, is known again. */
export function newWriteId({ engine, owner }: FleetContext): string {
  return `${owner} ${randomHex(engine.random, 8)}`;
}

/** Where a canary's notices go. A canary that is gone, and the runner itself, have no one but the operators. */
export function routesFor(name: string, { fleet }: Pick<FleetContext, 'fleet'>): Routes {
  const { project } = fleet;
  const broken = name.startsWith(BROKEN) ? name.slice(BROKEN.length) : undefined;
  // Without operators, whoever can be told that a channel is broken is better than nobody.
  const others = broken === undefined ? [] : project.channels.map((channel) => channel.name);
  return routesOf({ to: canaryOf({ fleet }, name)?.alert.to ?? others }, project, broken);
}

/** What a message says of a canary. */
export function factsOf(canary: Canary, { fleet }: FleetContext): CanaryFacts {
  const { name, owner, runbook, tags, source } = canary;
  const { project, environment } = fleet;
  return {
    canary: name,
    project: project.name,
    environment: environment.name,
    ...(environment.region === undefined ? {} : { region: environment.region }),
    owner,
    ...(runbook === undefined ? {} : { runbook }),
    tags,
    source,
  };
}

/** For the runner, and for a canary that is gone: its last incidents are told as they were. */
const NO_POLICY: AlertPolicy = {
  after: { failures: 2, of: 2 },
  recover: 1,
  remindMs: 3_600_000,
  severity: 'critical',
  to: [],
};

function given(name: string, context: FleetContext) {
  const policy = canaryOf(context, name)?.alert ?? NO_POLICY;
  return { policy, routes: routesFor(name, context), writer: newWriteId(context) };
}

function freshState(name: string, context: FleetContext): CanaryState {
  const canary = canaryOf(context, name);
  const { project, environment } = context.fleet;
  const about =
    canary === undefined
      ? {
          canary: name,
          project: project.name,
          environment: environment.name,
          owner: project.operators.join(', ') || project.name,
          tags: [],
          source: '',
        }
      : factsOf(canary, context);
  return newCanaryState(about, randomHex(context.engine.random, 4));
}

function isMuted({ alert: { about } }: CanaryState, { fleet }: FleetContext, nowMs: number): boolean {
  return inMaintenance(fleet.project.maintenance, about, nowMs) !== undefined;
}
