import type { Addresses, AlertEventInput } from '../../core/alert/alert-event.ts';
import type { CanaryState } from '../../core/alert/alert-state.ts';
import { applyEvents } from '../../core/alert/outbox/apply-events.ts';
import { STATE_ALERTS } from '../../core/alert/runner-alerts.ts';
import { ObserverError } from '../../core/base/errors.ts';
import type { AlertPolicy } from '../../core/model/canary.ts';
import type { Notifier } from '../../core/notice/notifier.ts';
import { inMaintenance } from '../../core/schedule/maintenance-window.ts';
import type { Leases } from '../../core/taps/ports.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import { type Alerting, canaryOf, type ProposedState, reportUndelivered } from '../fleet-context.ts';
import { CanaryStates, type StatesContext, type WriteContext } from './canary-states.ts';
import { Deliveries } from './deliveries.ts';
import { GroupDeliveries } from './group-deliveries.ts';
import { reportIncidents } from './report-incidents.ts';

/** The parts that alerting is made of. */
export interface AlertingContext extends Omit<StatesContext, 'replaced'> {
  /** Leases of the state: they decide which process sends what several processes could send. */
  readonly leases: Leases;
  /** The notifier of one of the project's channels. */
  notifierOf(channel: string): Notifier;
}

/** For the runner's own alerts, and for a deleted canary, whose file no longer says what its policy is. */
export const DEFAULT_POLICY: AlertPolicy = {
  after: { failures: 2, of: 2 },
  recover: 1,
  remindMs: 3_600_000,
  severity: 'critical',
  to: [],
};

/** Makes the alerting of a fleet. */
export function alertingOf(context: AlertingContext): Alerting {
  const replaced = async (name: string): Promise<void> => {
    const reason =
      `The alerts of ${name} could not be read and begin anew. Incidents that were open are not known any more: ` +
      'close them by hand in the channels of that canary.';
    // One notice says both: nothing is left to fix in the state.
    if (name !== STATE_ALERTS)
      await apply(STATE_ALERTS, [
        { kind: 'problem', reason },
        { kind: 'resolved', reason },
      ]);
  };
  const states = new CanaryStates({ ...context, replaced });
  const after =
    (name: string, events: readonly AlertEventInput[]) =>
    (state: CanaryState, { nowMs, routes, writer }: WriteContext): ProposedState => {
      const policy = canaryOf(context, name)?.alert ?? DEFAULT_POLICY;
      const { maintenance } = context.fleet.project;
      const isInMaintenance = inMaintenance(maintenance, state.alert.about, nowMs) !== undefined;
      const timed = events.map((event) => ({ ...event, nowMs, inMaintenance: isInMaintenance }));
      return { ...applyEvents(state, timed, { policy, routes, writer }), before: state };
    };
  const saved = (proposed: ProposedState): void => reportIncidents(context.engine, proposed);
  const apply: Alerting['apply'] = async (name, events, known) => {
    const beforeSave = async ({ undelivered }: ProposedState): Promise<void> =>
      reportUndelivered(context.engine, undelivered);
    const applied = await states.change(name, after(name, events), { known, beforeSave });
    saved(applied);
    return applied;
  };
  const propose: Alerting['propose'] = (name, events, known) => {
    const proposed = after(name, events)(known, states.writeContext(name));
    return proposed.state === known || proposed.undelivered.length > 0 ? undefined : proposed;
  };
  const shared = { ...context, states, apply };
  const deliveries = new Deliveries(shared);
  const groups = new GroupDeliveries(shared, deliveries);
  return {
    apply,
    propose,
    saved,
    addresses: async () => addressesOf(context),
    deliver: async (names) => deliveries.deliver(names),
    deliverGroups: async (names) => groups.deliver(names),
  };
}

/** Time in which an address must be had: a secret that is slow to read must not hold up a tick. */
const ADDRESS_MS = 5_000;

async function addressesOf({ engine, fleet, notifierOf }: AlertingContext): Promise<Addresses> {
  const late = (): Error => new ObserverError('The addresses of channels could not be read in time.');
  const { signal, end } = deadlineIn(ADDRESS_MS, undefined, engine.clock, late);
  const digestOf = async (name: string): Promise<string | undefined> =>
    raceAbort(notifierOf(name).address(), signal).catch(() => undefined); // its deliveries say why
  try {
    const names = fleet.project.channels.map(({ name }) => name);
    return new Map(await Promise.all(names.map(async (name) => [name, await digestOf(name)] as const)));
  } finally {
    end();
  }
}
