import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { GroupCommit } from './group-commit.ts';
import { isMixed } from './lineage.ts';
import { APPLICATION_ID, migrate, numberOf, OLDEST_VERSION, VERSION } from './schema.ts';

/** Owner of the state: files and tables of another project or environment are refused, or never touched. */
export interface Namespace {
  readonly project: string;
  readonly environment: string;
}

/** Path and owner of a file, and permission to create it. */
export interface StateFileAt extends Namespace {
  readonly path: string;
  /** Without it, a file that is not there is refused. */
  readonly create: boolean;
  /** Limit of the wait for a lock of another process, after which it is an error; the wait blocks this process. @default 5000 */
  readonly longestWaitMs?: number;
}

/** An open state file. SQLite's errors become ours, with the file's name and the remedy. */
export interface StateFile {
  prepare(sql: string): StatementSync;
  read<T>(work: () => T): T;
  /**
   * Writes all or nothing of the work, without writes of other processes in between. Writes that come within milliseconds share a transaction,
   * and are answered when it is on the disk.
   */
  write<T>(work: () => T): Promise<T>;
  /** Ends what was begun, and closes the file. */
  close(): void;
}

const LONGEST_WAIT_MS = 5_000;

/** Page size of a new file. A commit writes each page that it changed in whole, and a run changes little on many. */
const PAGE_BYTES = 512;

/** Size of the -wal from which SQLite copies its pages into the file: a page that was written again and again is copied once. */
const MOST_WAL_BYTES = 8_388_608;

/** Position of SQLite's file identification (sqlite.org/fileformat2.html, "The Database Header"). */
export const HEADER = { bytes: 100, magic: 'SQLite format 3\0', userVersion: 60, applicationId: 68 } as const;

const ELSEWHERE = 'Nothing was changed. Name another file: --state FILE.';

/**
 * Opens a state file, and creates it if permitted. A foreign file is refused by its header, before SQLite touches it. Every commit is on
 * the disk before it is acknowledged (synchronous=FULL): a claimed slot is not claimed again after a power loss.
 * @throws DefinitionError for a file that is not ours, is newer, is damaged or cannot be written.
 */
export function openStateFile(at: StateFileAt): StateFile {
  inspect(at);
  const database = guarded(at.path, () => open(at));
  const read = <T>(work: () => T): T => guarded(at.path, work);
  const changes = read(() => database.prepare('SELECT total_changes() AS many'));
  const count = read(() => database.prepare('UPDATE lineage SET writes = writes + 1'));
  const commits = new GroupCommit(database, (work) => {
    const before = changes.get()?.['many'];
    work();
    if (changes.get()?.['many'] !== before) count.run();
  });
  return {
    prepare: (sql) => read(() => database.prepare(sql)),
    read,
    write: async (work) =>
      commits.write(work).catch((thrown: unknown) => {
        throw faultOf(at.path, thrown);
      }),
    close: () => {
      if (!database.isOpen) return;
      commits.flush();
      database.close();
    },
  };
}

function inspect({ path, create }: StateFileAt): void {
  const found = guarded(path, () => statSync(path, { throwIfNoEntry: false }));
  if (found?.isDirectory() === true) throw refusal(`${path} is a folder, not a state file. ${ELSEWHERE}`);
  if (found === undefined && !create)
    throw refusal(
      `There is no state file ${path}, so nothing is known of earlier runs. 'coalmine run' and 'coalmine watch' make it; or name another: --state FILE.`,
    );
  if (found === undefined) guarded(path, () => mkdirSync(dirname(path), { recursive: true }));
  // SQLite creates an empty file before it writes the first page; a process killed in between leaves nothing else.
  if (found === undefined || found.size === 0) return;
  const header = guarded(path, () => headerOf(path));
  if (!header.toString('latin1').startsWith(HEADER.magic))
    throw refusal(`${path} is not a state file: it is no SQLite database. ${ELSEWHERE}`);
  const id = header.readUInt32BE(HEADER.applicationId);
  if (id !== 0) refuseForeign(path, id, header.readUInt32BE(HEADER.userVersion));
  if (isMixed(path))
    throw refusal(
      `The state file ${path} and its companion ${path}-wal are of different copies, and together they would be a mix of both. Nothing was changed. Move ${path}-wal and ${path}-shm elsewhere to go on with the file alone. Next time, put back a backup by 'coalmine state restore FILE'.`,
    );
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(HEADER.bytes);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, HEADER.bytes, 0);
    return header;
  } finally {
    closeSync(file);
  }
}

function refuseForeign(path: string, id: number, version: number): void {
  if (id !== APPLICATION_ID) throw refusal(`${path} is a database of another program. ${ELSEWHERE}`);
  if (version < OLDEST_VERSION)
    throw refusal(
      `The state file ${path} is of an older Coalmine (its form is ${version}; this one reads forms from ${OLDEST_VERSION} on). ${ELSEWHERE} Or move it elsewhere, and Coalmine begins with an empty one.`,
    );
  if (version > VERSION)
    throw refusal(
      `The state file ${path} is of a newer Coalmine (its form is ${version}; this one knows ${VERSION}). Nothing was changed. Use the newer Coalmine, or another file: --state FILE.`,
    );
}

function open(at: StateFileAt): DatabaseSync {
  const database = new DatabaseSync(at.path, {
    timeout: at.longestWaitMs ?? LONGEST_WAIT_MS,
    enableForeignKeyConstraints: false,
  });
  try {
    const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get() as { count: number };
    if (tables.count > 0)
      refuseForeign(at.path, numberOf(database, 'application_id'), numberOf(database, 'user_version'));
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    if (numberOf(database, 'user_version') < VERSION) migrate(database, at);
    refuseNamespace(database, at);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    const pages = Math.floor(MOST_WAL_BYTES / numberOf(database, 'page_size'));
    database.exec(`PRAGMA wal_autocheckpoint = ${pages}`);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function refuseNamespace(database: DatabaseSync, { path, project, environment }: StateFileAt): void {
  const of = database.prepare('SELECT project, environment FROM namespace').get() as unknown as
    | Namespace
    | undefined;
  if (of === undefined)
    throw refusal(`The state file ${path} is damaged: it does not say whose it is. ${DAMAGED_REMEDY}`);
  if (of.project === project && of.environment === environment) return;
  throw refusal(
    `The state file ${path} belongs to ${formatNamespace(of)}, not to ${formatNamespace({ project, environment })}. ${ELSEWHERE}`,
  );
}

function formatNamespace({ project, environment }: Namespace): string {
  return `project '${project}', environment '${environment}'`;
}

const DAMAGED_REMEDY =
  "Put back a backup: 'coalmine state restore FILE'. Or move it away, and Coalmine begins with an empty one.";

/** SQLite's primary result codes (sqlite.org/rescode.html), and codes of the file system, by message. */
const BUSY = new Set([5, 6]);
const DAMAGED = new Set([11, 26]);
const UNWRITABLE = new Set<unknown>([
  8,
  10,
  13,
  14,
  23,
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'ENOSPC',
  'EEXIST',
]);

export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw faultOf(path, thrown);
  }
}

/** True for an error of a file that SQLite cannot read as a database. */
export function isDamage(thrown: unknown): boolean {
  return DAMAGED.has(resultCode(thrown));
}

export function isBusy(thrown: unknown): boolean {
  return BUSY.has(resultCode(thrown));
}

/** True for an error of a file that cannot be opened or written: its folder, its permissions, its disk. */
export function isUnwritable(thrown: unknown): boolean {
  return (
    Error.isError(thrown) && UNWRITABLE.has(resultCode(thrown) || (thrown as NodeJS.ErrnoException).code)
  );
}

/** The primary result code of SQLite in an error; 0 if it has none. */
function resultCode(thrown: unknown): number {
  return ((thrown as { readonly errcode?: number }).errcode ?? 0) & 0xff;
}

export function faultOf(path: string, thrown: unknown): unknown {
  if (!Error.isError(thrown)) return thrown;
  const cause = `(${thrown.message})`;
  if (isBusy(thrown))
    return new ObserverError(
      `Another process has kept the state file ${path} to itself for too long ${cause}. End it, or try again.`,
      { cause: thrown },
    );
  if (isDamage(thrown))
    return refusal(`The state file ${path} is damaged ${cause}. ${DAMAGED_REMEDY}`, thrown);
  if (!isUnwritable(thrown)) return thrown;
  return refusal(
    `The state file ${path} cannot be opened and written ${cause}, and what is not stored is forgotten by the next run. Check its folder, its permissions and the space on its disk, or name another: --state FILE.`,
    thrown,
  );
}

export function refusal(message: string, cause?: unknown): DefinitionError {
  return new DefinitionError(message, cause === undefined ? undefined : { cause });
}
