import type { Canary } from '../core/canary.ts';
import type { AlertStore, Notifier, RunQueue, RunStore } from '../core/ports.ts';
import type { Environment, Project } from '../core/project.ts';
import type { RunResult } from '../core/run.ts';
import type { Engine } from './engine.ts';

/** The canaries that are watched over, as they were loaded: frozen for as long as a run of theirs lasts. */
export interface Fleet {
  readonly project: Project;
  readonly environment: Environment;
  /** Those with a schedule, that may run in the environment. */
  readonly canaries: readonly Canary[];
}

/** All that watching over a fleet needs beside its engine. */
export interface Monitor {
  readonly engine: Engine;
  readonly fleet: Fleet;
  readonly runs: RunStore;
  readonly alerts: AlertStore;
  readonly queue: RunQueue;
  /** Who writes, minted once for each process or invocation. */
  readonly owner: string;
  /** Tells people by one of the project's channels. */
  notifierOf(channel: string): Notifier;
  /** Gives a result to every reporter. Best effort: it never throws, and changes nothing. */
  report(result: RunResult): Promise<void>;
}

/** The canary of that name, unless it is gone. */
export function canaryOf({ fleet }: Monitor, name: string): Canary | undefined {
  return fleet.canaries.find((canary) => canary.name === name);
}
