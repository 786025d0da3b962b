import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { shownPath } from '../../adapters/references/shown-path.ts';
import { CanaryError } from '../../core/base/errors.ts';
import { DEFAULT_ENVIRONMENT } from '../../core/model/project.ts';
import { openIncidentsOf } from '../../engine/schedule/former-environment.ts';
import { openStore, type StateOf, stateFileOf } from '../../runs/open-store.ts';
import type { Io } from './io.ts';

/** A state next to the project file whose environment the project no longer has. */
export interface FormerState {
  readonly environment: string;
  /** Its file, relative to the working folder. */
  readonly file: string;
  /** Incidents that are open, or whose end is still to be notified. */
  readonly incidents: readonly string[];
  /** Cause why it could not be read. */
  readonly fault?: string;
}

/** The states of former environments next to a project file; none if the state is kept elsewhere. */
export async function formerStatesOf(of: StateOf, io: Io): Promise<readonly FormerState[]> {
  if (of.state !== undefined || of.table !== undefined) return [];
  const folder = dirname(stateFileOf(of, io));
  if (!existsSync(folder)) return [];
  const known = new Set([of.environment, ...of.project.environments].map(({ name }) => name));
  const found = readdirSync(folder)
    .flatMap(environmentIn)
    .filter((name) => !known.has(name));
  return Promise.all(found.map(async (name) => readFormer(name, of, io)));
}

/** The environment of a state file, by its name. */
function environmentIn(file: string): readonly string[] {
  const [, name] = /^state(?:-(.+))?\.sqlite$/.exec(file) ?? [undefined, null];
  return name === null ? [] : [name === undefined ? DEFAULT_ENVIRONMENT.name : decodeURIComponent(name)];
}

async function readFormer(name: string, of: StateOf, io: Io): Promise<FormerState> {
  const former = { ...of, environment: { name, vars: {} } };
  const about = { environment: name, file: shownPath(io.cwd, stateFileOf(former, io)) };
  try {
    const store = await openStore(former, false, io);
    const incidents = openIncidentsOf(await store.alerts.all());
    await store.close();
    return { ...about, incidents };
  } catch (thrown) {
    if (!(thrown instanceof CanaryError)) throw thrown;
    return { ...about, incidents: [], fault: thrown.message };
  }
}

/** A sentence about such a state, with the commands that continue or end its incidents. */
export function formatFormer({ environment, file, incidents, fault }: FormerState, present: string): string {
  const lead = `The project no longer has the environment '${environment}', and its state is still there (${file})`;
  if (fault !== undefined) return `${lead}. It could not be read: ${fault}`;
  if (incidents.length === 0)
    return `${lead}. No incident of it is open: remove the file if it is not needed.`;
  const where = `${environment} --env ${present}`;
  return (
    `${lead}, with ${incidents.length} open ${incidents.length === 1 ? 'incident' : 'incidents'}: ${incidents.join(', ')}. ` +
    `Continue them here with 'coalmine state adopt ${where}', or end them with 'coalmine state end ${where}'.`
  );
}
