import { existsSync } from 'node:fs';
import { CanaryError } from '../../core/base/errors.ts';
import type { Environment } from '../../core/model/project.ts';
import type { StateStore } from '../../core/store/ports.ts';
import type { LoadedCanary } from '../../load/index.ts';
import type { Io } from './io.ts';
import { openStore, type StateOf, stateFileOf } from './open-store.ts';
import { environmentOf } from './selection.ts';
import { type ReadOptions, reportingFaults } from './with-store.ts';

/** A pause of a canary in one environment. */
export interface Pause {
  readonly environment: string;
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** Pauses by canary, and the exit code of reading them. */
export interface Pauses {
  readonly code: number;
  of(canary: LoadedCanary): readonly Pause[];
  /** True if the environment of the canary's project has a state that could be read. */
  hasState(canary: LoadedCanary, environment: string): boolean;
}

/** Reads which canaries are paused from the states that exist. A state that cannot be read is printed, and decides the exit code. */
export async function readPauses(
  canaries: readonly LoadedCanary[],
  options: ReadOptions,
  io: Io,
): Promise<Pauses> {
  const found = new Map<string, Pause[]>();
  const projects = new Map(canaries.map((one) => [one.projectFile ?? '', one]));
  const states = new Set<string>();
  let code = 0;
  for (const one of projects.values())
    for (const environment of environmentsOf(one, options)) {
      const of: StateOf = { ...options, ...one, environment };
      if (options.table === undefined && !existsSync(stateFileOf(of, io))) continue;
      const read = await reportingFaults(io, async () => {
        for (const [canary, pause] of await pausesIn(of, io)) {
          const key = keyOf(one.projectFile, canary);
          found.set(key, [...(found.get(key) ?? []), pause]);
        }
        states.add(keyOf(one.projectFile, environment.name));
        return 0;
      });
      code = Math.max(code, read);
    }
  return {
    code,
    of: ({ projectFile, canary }) => found.get(keyOf(projectFile, canary.name)) ?? [],
    hasState: ({ projectFile }, environment) => states.has(keyOf(projectFile, environment)),
  };
}

/** A named file is the state of one environment. */
function environmentsOf({ project }: LoadedCanary, { env, state }: ReadOptions): readonly Environment[] {
  return env === undefined && state === undefined ? project.environments : [environmentOf(project, env)];
}

async function pausesIn(of: StateOf, io: Io): Promise<readonly (readonly [string, Pause])[]> {
  let store: StateStore | undefined;
  try {
    store = await openStore(of, false, io);
    return (await store.alerts.all()).flatMap(({ canary, alert: { pause } }) =>
      pause === undefined ? [] : [[canary, { environment: of.environment.name, ...pause }] as const],
    );
  } catch (thrown) {
    if (thrown instanceof CanaryError)
      io.stderr.write(`The pauses in ${of.environment.name} are not known.\n`);
    throw thrown;
  } finally {
    await store?.close();
  }
}

function keyOf(projectFile: string | undefined, name: string): string {
  return JSON.stringify([projectFile ?? '', name]);
}
