import type { Addresses, AlertEventInput } from '../core/alert/alert-event.ts';
import type { CanaryState } from '../core/alert/alert-state.ts';
import type { AppliedEvents } from '../core/alert/outbox/apply-events.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import { randomHex } from '../core/base/run-id.ts';
import type { Canary, Schedule } from '../core/model/canary.ts';
import type { Channel } from '../core/model/channel.ts';
import type { Environment, Project } from '../core/model/project.ts';
import type { RunResult } from '../core/model/run-result.ts';
import type { CanaryFacts, Notice } from '../core/notice/notice.ts';
import type { AlertStore, RunStore } from '../core/store/ports.ts';
import type { RunQueue } from '../core/store/run-queue.ts';
import type { Engine } from './engine.ts';

export type ScheduledCanary = Canary & { readonly schedule: Schedule };

/** The canaries that are watched over, as they were loaded: frozen for as long as a run of theirs lasts. */
export interface Fleet {
  readonly project: Project;
  readonly environment: Environment;
  /** Those with a schedule, that may run in the environment. */
  readonly canaries: readonly ScheduledCanary[];
}

/** The default channel of a deployed stack: its own topic. */
export const STACK_TOPIC: Channel = {
  name: 'stack-topic',
  kind: 'sns',
  address: '${env:COALMINE_ALERT_TOPIC_ARN}',
  options: {},
};

/** The default channel of a command on this machine: its terminal. No table has this kind; the command prints the notices itself. */
export const TERMINAL: Channel = { name: 'terminal', kind: 'terminal', address: '', options: {} };

/** True if a canary names no channel, neither itself nor by the defaults of the project. */
export function needsDefaultChannel({ canaries }: Fleet): boolean {
  return canaries.some(({ alert }) => alert.to.length === 0);
}

/** The fleet with one more channel, to which the canaries without a channel send their notices. A channel of that name in the file stays. */
export function withDefaultChannel(fleet: Fleet, channel: Channel): Fleet {
  const { channels } = fleet.project;
  const isNamed = channels.some(({ name }) => name === channel.name);
  return {
    ...fleet,
    project: { ...fleet.project, channels: isNamed ? channels : [...channels, channel] },
    canaries: fleet.canaries.map((canary) =>
      canary.alert.to.length > 0 ? canary : { ...canary, alert: { ...canary.alert, to: [channel.name] } },
    ),
  };
}

/** A state after some events, and the state before. */
export interface ProposedState extends AppliedEvents {
  readonly before: CanaryState;
}

/** The alerts of a fleet; made once by `alertingOf`. */
export interface Alerting {
  /**
   * Applies events to a canary's state, and saves it together with the notices that follow. An event that was applied before
   * changes nothing. `known` is the state as the caller last read it, which saves a read.
   * @throws ObserverError if other processes keep writing the state in between.
   */
  apply(canary: string, events: readonly AlertEventInput[], known?: CanaryState): Promise<AppliedEvents>;
  /**
   * The state after events, for a store that saves it together with their cause; then `saved` reports it. Undefined if there is more to do than
   * to save it, or nothing: `apply` does that.
   */
  propose(canary: string, events: readonly AlertEventInput[], known: CanaryState): ProposedState | undefined;
  saved(proposed: ProposedState): void;
  /** Digests of the present addresses of all channels; undefined for one that cannot be had within five seconds. */
  addresses(): Promise<Addresses>;
  /** Sends the notices that are due for these canaries, apart from those that go out with others of the same cause. */
  deliver(canaries: readonly string[]): Promise<void>;
  /** Sends the notices that go out together, once they are ready. Takes all canaries with an open incident or a pending notice. */
  deliverGroups(canaries: readonly string[]): Promise<void>;
}

/** Services of the scheduler, in addition to its engine. */
export interface FleetContext {
  readonly engine: Engine;
  readonly fleet: Fleet;
  readonly runs: RunStore;
  readonly alerts: AlertStore;
  readonly alerting: Alerting;
  readonly queue: RunQueue;
  /** Requests a sweep of pending cleanups from a worker. Absent if none are recorded. */
  askSweep?(): Promise<void>;
  /** Id of the writer, unique for each process or invocation. */
  readonly owner: string;
}

/** Reports a result that counts. */
export function reportRun({ reporters }: Pick<Engine, 'reporters'>, result: RunResult): void {
  reporters?.emit('onRunEnd', result);
}

/** Reports the notices that no channel is left for, if there are any. */
export function reportUndelivered(
  { reporters }: Pick<Engine, 'reporters'>,
  notices: readonly Notice[],
): void {
  if (notices.length > 0) reporters?.emit('onUndelivered', notices);
}

/** Those of some canaries that run by themselves in an environment. */
export function scheduledIn(
  canaries: readonly Canary[],
  { name }: Pick<Environment, 'name'>,
): readonly ScheduledCanary[] {
  return canaries.filter(
    (canary): canary is ScheduledCanary =>
      canary.schedule !== undefined && (canary.only === undefined || canary.only.includes(name)),
  );
}

/** The canary of that name, unless it is gone. */
export function canaryOf({ fleet }: Pick<FleetContext, 'fleet'>, name: string): ScheduledCanary | undefined {
  return byNameIn(fleet.canaries).get(name);
}

/** By the list of a fleet, which is frozen: each of thousands of slots and alerts asks for a canary. */
const byName = new WeakMap<Fleet['canaries'], ReadonlyMap<string, ScheduledCanary>>();

function byNameIn(canaries: Fleet['canaries']): ReadonlyMap<string, ScheduledCanary> {
  const known = byName.get(canaries);
  if (known !== undefined) return known;
  const made = new Map(canaries.map((canary) => [canary.name, canary]));
  byName.set(canaries, made);
  return made;
}

/** A new id for a claim or a write, so that it is recognised if its answer was lost. */
export function newWriteId({ engine, owner }: Pick<FleetContext, 'engine' | 'owner'>): string {
  return `${owner} ${randomHex(engine.random, 8)}`;
}

/** The facts that notices give about a canary. */
export function factsOf(canary: Canary, { project, environment }: Fleet): CanaryFacts {
  const { name, owner, runbook, tags, source } = canary;
  return {
    canary: name,
    project: project.name,
    environment: environment.name,
    ...omitUndefined({ region: environment.region }),
    owner,
    ...omitUndefined({ runbook }),
    tags,
    source,
  };
}
