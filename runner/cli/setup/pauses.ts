import { existsSync } from 'node:fs';
import { CanaryError } from '../../core/base/errors.ts';
import type { Environment } from '../../core/model/project.ts';
import type { StateStore } from '../../core/store/ports.ts';
import type { Planning } from '../../core/store/slots.ts';
import type { LoadedCanary } from '../../load/index.ts';
import { openStore, type StateOf, stateFileOf } from '../../runs/open-store.ts';
import { environmentOf } from '../../runs/selection.ts';
import type { Io } from './io.ts';
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
  /** The moments up to which the states planned its slots, one for each environment; epoch milliseconds. */
  plannedTo(canary: LoadedCanary): readonly number[];
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
  const planned = new Map<string, number[]>();
  const projects = new Map(canaries.map((one) => [one.projectFile ?? '', one]));
  const states = new Set<string>();
  let code = 0;
  for (const one of projects.values())
    for (const environment of environmentsOf(one, options)) {
      const of: StateOf = { ...options, ...one, environment };
      if (options.table === undefined && !existsSync(stateFileOf(of, io))) continue;
      const read = await reportingFaults(io, async () => {
        const { pauses, watermarks } = await pausesIn(of, io);
        for (const [canary, pause] of pauses) {
          const key = keyOf(one.projectFile, canary);
          found.set(key, [...(found.get(key) ?? []), pause]);
        }
        for (const [canary, { toMs }] of watermarks) {
          const key = keyOf(one.projectFile, canary);
          planned.set(key, [...(planned.get(key) ?? []), toMs]);
        }
        states.add(keyOf(one.projectFile, environment.name));
        return 0;
      });
      code = Math.max(code, read);
    }
  return {
    code,
    of: ({ projectFile, canary }) => found.get(keyOf(projectFile, canary.name)) ?? [],
    plannedTo: ({ projectFile, canary }) => planned.get(keyOf(projectFile, canary.name)) ?? [],
    hasState: ({ projectFile }, environment) => states.has(keyOf(projectFile, environment)),
  };
}

/** A named file is the state of one environment. */
function environmentsOf({ project }: LoadedCanary, { env, state }: ReadOptions): readonly Environment[] {
  return env === undefined && state === undefined ? project.environments : [environmentOf(project, env)];
}

interface PausesIn extends Pick<Planning, 'watermarks'> {
  readonly pauses: readonly (readonly [string, Pause])[];
}

async function pausesIn(of: StateOf, io: Io): Promise<PausesIn> {
  let store: StateStore | undefined;
  try {
    store = await openStore(of, false, io);
    const pauses = (await store.alerts.all()).flatMap(({ canary, alert: { pause } }) =>
      pause === undefined ? [] : [[canary, { environment: of.environment.name, ...pause }] as const],
    );
    return { pauses, watermarks: (await store.runs.planning()).watermarks };
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
