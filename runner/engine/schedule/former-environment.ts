import type { AlertState, CanaryState, StreamState } from '../../core/alert/alert-state.ts';
import { ObserverError } from '../../core/base/errors.ts';
import type { AlertStore } from '../../core/store/ports.ts';
import { sleepUntil } from '../abort.ts';
import type { FleetContext } from '../fleet-context.ts';

/** Tries to deliver the ends of a former environment, and the pause between them. */
const ROUNDS = 4;
const PAUSE_MS = 3_000;

/** The incidents of some states that are open, or whose end is still to be notified. */
export function openIncidentsOf(states: readonly CanaryState[]): readonly string[] {
  return states.flatMap(({ alert }) =>
    [alert.target, alert.observer].flatMap(({ incident, lastNotified }) => [
      ...new Set([lastNotified?.incident ?? [], incident?.id ?? []].flat()),
    ]),
  );
}

/** Ends every incident of a state whose environment is gone, and notifies its receivers. Returns the states with notices left to deliver. */
export async function endIncidents(context: FleetContext): Promise<readonly CanaryState[]> {
  const { alerting, alerts, engine } = context;
  const names = (await alerts.all()).filter(isWaiting).map(({ canary }) => canary);
  for (const name of names) await alerting.apply(name, [{ kind: 'unsilence' }, { kind: 'delete' }]);
  const { signal } = new AbortController();
  const deliver = async (): Promise<readonly CanaryState[]> => {
    const addresses = await alerting.addresses();
    for (const name of names) await alerting.apply(name, [{ kind: 'tick', addresses }]);
    await alerting.deliver(names);
    await alerting.deliverGroups(names);
    return (await alerts.all()).filter(isWaiting);
  };
  let left = await deliver();
  for (let round = 1; round < ROUNDS && left.length > 0; round += 1) {
    await sleepUntil(engine.clock.nowMs() + PAUSE_MS, engine.clock, signal);
    left = await deliver();
  }
  return left;
}

/** Outcome of an adoption, by canary. */
export interface Adoption {
  readonly adopted: readonly string[];
  /** Those that have an incident in the present environment, too. */
  readonly left: readonly string[];
}

/**
 * Moves the incidents of a former environment to the present one, with their receivers and pending notices. Killed in between, it is repeated:
 * an incident that has arrived is only taken off the former state.
 * @throws ObserverError if another process writes one of the states at the same time.
 */
export async function adoptIncidents(
  former: AlertStore,
  present: AlertStore,
  { environment, writer }: { readonly environment: string; readonly writer: string },
): Promise<Adoption> {
  const adopted: string[] = [];
  const left: string[] = [];
  for (const state of (await former.all()).filter(isWaiting)) {
    const { canary, alert } = state;
    const own = await present.load(canary);
    const isHere =
      own !== undefined && openIncidentsOf([own]).some((id) => openIncidentsOf([state]).includes(id));
    if (own !== undefined && isWaiting(own) && !isHere) {
      left.push(canary);
      continue;
    }
    const moved = { ...state, alert: { ...alert, about: { ...alert.about, environment } } };
    if (!isHere) await save(present, moved, { basedOn: own?.version ?? 0, writer });
    await save(former, emptied(state), { basedOn: state.version, writer });
    adopted.push(canary);
  }
  return { adopted, left };
}

function isWaiting(state: CanaryState): boolean {
  return state.outbox.length > 0 || openIncidentsOf([state]).length > 0;
}

/** The state without incidents and notices: they are elsewhere now. */
function emptied(state: CanaryState): CanaryState {
  const { receipts: _, ...alert } = state.alert;
  const quiet: AlertState = {
    ...alert,
    life: 'deleted',
    target: withoutIncident(alert.target),
    observer: withoutIncident(alert.observer),
    deliveredTo: {},
  };
  return { ...state, alert: quiet, outbox: [] };
}

function withoutIncident(stream: StreamState): StreamState {
  const { incident: _, lastNotified: __, ...rest } = stream;
  return rest;
}

async function save(
  alerts: AlertStore,
  state: CanaryState,
  { basedOn, writer }: { readonly basedOn: number; readonly writer: string },
): Promise<void> {
  if (await alerts.save({ ...state, version: basedOn + 1, writer }, basedOn)) return;
  throw new ObserverError(
    `Another process wrote the alerts of ${state.canary} at the same time. End what watches these canaries, and repeat the command.`,
  );
}
