import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/**
 * True if a state file and the `-wal` next to it are of different copies. This is so if a backup was copied over a file whose `-wal` was left.
 * SQLite would write the old changes into the backup. Both are only read.
 */
export function isMixed(path: string): boolean {
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (wal === undefined || wal.size === 0) return false;
  const url = pathToFileURL(path);
  url.search = 'immutable=1'; // reads the file without its -wal
  const [own, both] = [lineageIn(url), lineageIn(path)];
  return own !== undefined && both !== undefined && own !== both;
}

/** Undefined for a file that cannot be read now, or that has none yet. */
function lineageIn(location: string | URL): string | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(location, { readOnly: true });
    return database.prepare('SELECT id FROM lineage').get()?.['id'] as string | undefined;
  } catch {
    return undefined; // opening the file for use reports the reason
  } finally {
    database?.close();
  }
}
