import { dirname, join, resolve } from 'node:path';
import { DEFAULT_ENVIRONMENT, type Environment, type Project } from '../core/model/project.ts';
import type { StateStore } from '../core/store/ports.ts';
import { ownAwsOptions, settingsFrom } from '../settings.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

export interface StateOptions {
  /** A file on this machine. */
  readonly state?: string;
  /** A DynamoDB table, made by the template. */
  readonly table?: string;
}

/** Owner of the state, and its location by the options. */
export interface StateOf extends StateOptions {
  readonly project: Project;
  readonly environment: Environment;
  /** Relative to the working folder; absent for canaries without a project file. */
  readonly projectFile?: string;
}

/**
 * Opens the state of a project's environment: the table, the named file, or the file next to the project file. `create` permits a new file.
 * @throws DefinitionError for an unusable file; UsageError if both a file and a table are named.
 */
export async function openStore(
  of: StateOf,
  create: boolean,
  around: Pick<Surroundings, 'cwd' | 'env' | 'who'>,
): Promise<StateStore> {
  if (of.state !== undefined && of.table !== undefined)
    throw new UsageError('State is kept in one place: give --state or --table, not both.');
  const whose = { project: of.project.name, environment: of.environment.name };
  const { systemClock } = await import('../adapters/runtime/system-clock.ts');
  const clock = systemClock();
  if (of.table === undefined) {
    const { sqliteStore } = await import('../adapters/sqlite/store.ts');
    return sqliteStore({ ...whose, path: stateFileOf(of, around), create }, { clock });
  }
  const [{ dynamodbStore }, { awsClients }] = await Promise.all([
    import('../adapters/dynamodb/store.ts'),
    import('../adapters/aws/clients.ts'),
  ]);
  const { settings } = settingsFrom(around.env, around.who);
  const clients = awsClients(ownAwsOptions(settings, of.environment));
  const store = dynamodbStore({ ...whose, table: of.table }, { clients, clock });
  return { ...store, close: async () => clients.close() };
}

/** Path of the file: named, or `.coalmine/state.sqlite` next to the project file; each further environment has its own. */
export function stateFileOf(
  { state, environment: { name }, projectFile = '' }: StateOf,
  { cwd }: Pick<Surroundings, 'cwd'>,
): string {
  if (state !== undefined) return resolve(cwd, state);
  const file =
    name === DEFAULT_ENVIRONMENT.name ? 'state.sqlite' : `state-${encodeURIComponent(name)}.sqlite`;
  return join(dirname(resolve(cwd, projectFile || 'coalmine.config.yaml')), '.coalmine', file);
}
