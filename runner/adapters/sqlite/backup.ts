import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { noBackup, refuseForeignBackup, refuseNoBackup } from './backup-checks.ts';
import {
  faultOf,
  guarded,
  isBusy,
  isDamage,
  isUnwritable,
  type Namespace,
  openStateFile,
  refusal,
} from './file.ts';
import { NEW_LINEAGE } from './schema.ts';

/** A state file, and a backup of it. */
export interface BackupOf extends Namespace {
  readonly path: string;
  readonly backup: string;
}

/** Pages that are copied at a time: all, so that no write comes in between. */
const ALL_PAGES = { rate: 1_000_000_000 };

/** SQLite's result code of a damaged file (sqlite.org/rescode.html, SQLITE_CORRUPT). */
const DAMAGED = 11;

/** Companions that SQLite keeps next to a file in use. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/**
 * Copies a state file as it is at one moment, while others may use it. The backup is one file without companions.
 * @throws DefinitionError for a file that is not ours, and a backup that exists or cannot be written.
 */
export async function backupStateFile({ path, backup: to, ...whose }: BackupOf): Promise<void> {
  openStateFile({ ...whose, path, create: false }).close();
  if (existsSync(to)) throw refusal(`${to} exists, and is not overwritten. Name another file.`);
  const unwritable = (thrown: Error): Error =>
    refusal(
      `The backup ${to} cannot be written (${thrown.message}). Check its folder, its permissions and the space on its disk, or name another file.`,
      thrown,
    );
  await copyWhole({ from: path, place: to, damaged: (thrown) => faultOf(path, thrown), unwritable }, (part) =>
    renameSync(part, to),
  );
}

/** Outcome of a restore: the place of the state that was there before. */
export interface Restored {
  readonly before?: string;
  /** True if that state could not be read. */
  readonly damaged: boolean;
}

/**
 * Replaces the content of a state file by a backup, all or nothing, if no process uses it. What was there is kept next to it, and not written
 * over by another restore.
 * @throws DefinitionError for a backup that is not of this state, is empty, damaged or newer; and for a file in use.
 */
export async function restoreStateFile({ path, backup: from, ...whose }: BackupOf): Promise<Restored> {
  refuseNoBackup(from, path);
  guarded(path, () => mkdirSync(dirname(path), { recursive: true }));
  let restored: Restored = { damaged: false };
  const faults = {
    damaged: (thrown: Error) => noBackup(from, `it is damaged (${thrown.message})`, thrown),
    unwritable: (thrown: Error) => faultOf(path, thrown),
  };
  await copyWhole({ from, place: path, ...faults }, async (part) => {
    refuseForeignBackup(from, part, whose);
    openStateFile({ ...whose, path: part, create: false }).close(); // migrates
    restored = await replace(path, part);
  });
  return restored;
}

/** A copy to make, and the errors for what may be wrong with its two ends. */
interface Copy {
  readonly from: string;
  readonly place: string;
  readonly damaged: (thrown: Error) => unknown;
  readonly unwritable: (thrown: Error) => unknown;
}

/** Copies a database into a part file next to a place, and passes it on. The part is a copy of its own, whole in one file. */
async function copyWhole(
  { from, place, damaged, unwritable }: Copy,
  use: (part: string) => unknown,
): Promise<void> {
  const part = `${place}.part`;
  remove(part);
  try {
    const source = guarded(from, () => new DatabaseSync(from, { readOnly: true }));
    try {
      await backup(source, part, ALL_PAGES).finally(() => source.close());
      makeWhole(part);
      await use(part);
    } catch (thrown) {
      if (isDamage(thrown)) throw damaged(thrown as Error);
      throw isUnwritable(thrown) ? unwritable(thrown as Error) : thrown;
    }
  } finally {
    remove(part);
  }
}

function makeWhole(part: string): void {
  const database = new DatabaseSync(part);
  try {
    database.exec('PRAGMA journal_mode = DELETE');
    const { integrity_check: check } = database.prepare('PRAGMA integrity_check').get() ?? {};
    if (check !== 'ok') throw Object.assign(new Error(String(check)), { errcode: DAMAGED });
    const has = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'lineage'`).get();
    if (has !== undefined) database.exec(NEW_LINEAGE);
  } finally {
    database.close();
  }
}

async function replace(path: string, part: string): Promise<Restored> {
  const source = new DatabaseSync(part);
  try {
    source.exec(NEW_LINEAGE);
    source.exec('PRAGMA journal_mode = DELETE'); // so that the copy is not one that expects companions
    const wasThere = existsSync(path);
    if (wasThere && isFree(path)) {
      const before = freeName(`${path}.before-restore`);
      copyFileSync(path, before);
      await backup(source, path, ALL_PAGES);
      return { before, damaged: false };
    }
    await backup(source, `${path}.new`, ALL_PAGES);
    const before = freeName(`${path}.damaged`);
    setAside(path, before);
    renameSync(`${path}.new`, path);
    return wasThere ? { before, damaged: true } : { damaged: false };
  } finally {
    source.close();
    remove(`${path}.new`);
  }
}

/**
 * True if no other process has a file open; then it is whole without companions. False if it is damaged.
 * @throws DefinitionError if it is in use.
 */
function isFree(path: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 500 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; PRAGMA journal_mode = DELETE');
    return true;
  } catch (thrown) {
    if (isBusy(thrown))
      throw refusal(
        `Another process uses the state file ${path}, such as 'coalmine watch'. Nothing was changed. End it, then restore.`,
        thrown,
      );
    if (isDamage(thrown)) return false;
    throw faultOf(path, thrown);
  } finally {
    database?.close();
  }
}

/** A path at which no file lies: `….before-restore`, then `….before-restore-2`. */
function freeName(path: string): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? path : `${path}-${count}`;
    if (!existsSync(name)) return name;
  }
}

function setAside(path: string, to: string): void {
  for (const companion of [...COMPANIONS, ''])
    if (existsSync(`${path}${companion}`)) renameSync(`${path}${companion}`, `${to}${companion}`);
}

function remove(path: string): void {
  for (const companion of ['', ...COMPANIONS]) rmSync(`${path}${companion}`, { force: true });
}
