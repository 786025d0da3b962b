import type { Canary, Schedule } from '../core/model/canary.ts';
import type { Environment, Project } from '../core/model/project.ts';
import type { RunResult } from '../core/model/run-result.ts';
import type { Notice } from '../core/notice/notice.ts';
import type { Notifier } from '../core/notice/notifier.ts';
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

/** Services of the scheduler, in addition to its engine. */
export interface FleetContext {
  readonly engine: Engine;
  readonly fleet: Fleet;
  readonly runs: RunStore;
  readonly alerts: AlertStore;
  readonly queue: RunQueue;
  /** Requests a sweep of pending cleanups from a worker. Absent if none are recorded. */
  askSweep?(): Promise<void>;
  /** Id of the writer, unique for each process or invocation. */
  readonly owner: string;
  /** The notifier for one of the project's channels. */
  notifierOf(channel: string): Notifier;
  /** Gives a result to every reporter. Best effort: it never throws, and changes nothing. */
  report(result: RunResult): Promise<void>;
  /** Reports notices that no channel is left for, as the last resort. It never throws. */
  undelivered(notices: readonly Notice[]): Promise<void>;
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
  return fleet.canaries.find((canary) => canary.name === name);
}
