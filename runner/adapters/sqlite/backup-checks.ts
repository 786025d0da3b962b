import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { guarded, HEADER, type Namespace, refusal } from './file.ts';
import { APPLICATION_ID, numberOf, OLDEST_VERSION, VERSION } from './schema.ts';

/** The error for a file that cannot be restored. */
export function noBackup(from: string, why: string, cause?: unknown): Error {
  return refusal(
    `${from} is no backup of this state: ${why}. Nothing was changed. Name a file that 'coalmine state backup' wrote.`,
    cause,
  );
}

/**
 * Refuses what is no backup before it is copied. An empty file is one that was cut off: SQLite would take it for an empty database.
 * @throws DefinitionError
 */
export function refuseNoBackup(from: string, state: string): void {
  const found = guarded(from, () => statSync(from, { throwIfNoEntry: false }));
  if (found === undefined) throw refusal(`There is no file ${from}.`);
  if (!found.isFile()) throw noBackup(from, 'it is not a regular file');
  if (found.size === 0) throw noBackup(from, 'it is empty');
  if (statSync(state, { throwIfNoEntry: false }) !== undefined && realpathSync(from) === realpathSync(state))
    throw noBackup(from, 'it is the state file itself');
  const magic = guarded(from, () => beginningOf(from, HEADER.magic.length));
  if (magic !== HEADER.magic) throw noBackup(from, 'it is no SQLite database');
}

/**
 * Refuses a copy of a backup that is of another program, form, project or environment.
 * @throws DefinitionError
 */
export function refuseForeignBackup(from: string, copy: string, whose: Namespace): void {
  const database = new DatabaseSync(copy, { readOnly: true });
  try {
    const why = foreignReason(database, whose);
    if (why !== undefined) throw noBackup(from, why);
  } finally {
    database.close();
  }
}

function foreignReason(database: DatabaseSync, whose: Namespace): string | undefined {
  if (numberOf(database, 'application_id') !== APPLICATION_ID) return 'it is a database of another program';
  const version = numberOf(database, 'user_version');
  if (version < OLDEST_VERSION)
    return `it is of an older Coalmine (its form is ${version}; this one reads forms from ${OLDEST_VERSION} on)`;
  if (version > VERSION)
    return `it is of a newer Coalmine (its form is ${version}; this one knows ${VERSION})`;
  const of = database.prepare('SELECT project, environment FROM namespace').get() as unknown as
    | Namespace
    | undefined;
  if (of === undefined) return 'it does not say of which project it is';
  return of.project === whose.project && of.environment === whose.environment
    ? undefined
    : `it is of project '${of.project}', environment '${of.environment}', and this is project '${whose.project}', environment '${whose.environment}'`;
}

function beginningOf(path: string, bytes: number): string {
  const beginning = Buffer.alloc(bytes);
  const file = openSync(path, 'r');
  try {
    readSync(file, beginning, 0, bytes, 0);
    return beginning.toString('latin1');
  } finally {
    closeSync(file);
  }
}
