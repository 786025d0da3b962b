import type { DatabaseSync } from 'node:sqlite';
import type { SlotRecord } from '../../core/store/slots.ts';
import { checksumOf, storedJson } from '../stored-json.ts';
import { outcomeOf } from './records.ts';

/** Application id in the header of every state file, which distinguishes it from other programs' databases: `coal` in ASCII. */
export const APPLICATION_ID = 0x636f616c;

/**
 * Migrations from each version to the next; the first creates the file. A change of the form is one more entry, never an edit. Records are
 * kept as JSON; the columns next to them are those of queries. Moments are REAL, since a clock may give fractions.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE namespace (project TEXT NOT NULL, environment TEXT NOT NULL) STRICT;

  CREATE TABLE records (
    canary TEXT NOT NULL,
    atMs REAL NOT NULL,
    key TEXT NOT NULL,            -- 'slot', or which run outside the slots: 'late|<run id>', 'extra|<run id>'
    state TEXT NOT NULL,
    leaseUntilMs REAL NOT NULL,
    applied INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (canary, atMs, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recordsByTime ON records (atMs);
  CREATE INDEX recordsRunning ON records (leaseUntilMs) WHERE state = 'running';
  CREATE INDEX recordsUnapplied ON records (atMs) WHERE applied = 0 AND state <> 'running';

  CREATE TABLE results (runId TEXT PRIMARY KEY, startedAtMs REAL NOT NULL, result TEXT NOT NULL) STRICT;
  CREATE INDEX resultsByTime ON results (startedAtMs);

  CREATE TABLE watermarks (canary TEXT PRIMARY KEY, toMs REAL NOT NULL, schedule TEXT NOT NULL) STRICT;

  CREATE TABLE alerts (
    canary TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    writer TEXT NOT NULL,
    dueAtMs REAL,                 -- when the earliest notice may be tried; null without notices
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alertsDue ON alerts (dueAtMs) WHERE dueAtMs IS NOT NULL;

  CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, untilMs REAL NOT NULL) STRICT;

  CREATE TABLE cleanups (
    runId TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    writer TEXT NOT NULL,
    dueAtMs REAL NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE INDEX cleanupsDue ON cleanups (dueAtMs);
  `,
  `
  -- A checksum of the JSON next to it: a row that was damaged, or changed by hand, counts as lost.
  ALTER TABLE records ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE results ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE alerts ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE cleanups ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
  UPDATE records SET checksum = checksum_of(record);
  UPDATE results SET checksum = checksum_of(result);
  UPDATE alerts SET checksum = checksum_of(state);
  UPDATE cleanups SET checksum = checksum_of(entry);

  -- Of the runs that passed, the newest three of a canary are kept in full. Results from before count as runs that did not.
  ALTER TABLE results ADD COLUMN passedBy TEXT;
  CREATE INDEX resultsPassed ON results (passedBy) WHERE passedBy IS NOT NULL;
  `,
  `
  -- Distinguishes the copies of a file. Each transaction writes it, so that every -wal says of which copy it is.
  CREATE TABLE lineage (id TEXT NOT NULL, writes INTEGER NOT NULL) STRICT;
  INSERT INTO lineage VALUES (lower(hex(randomblob(16))), 0);
  `,
  `
  -- Each query finds its rows in their order: a page of history, the running slots of a canary, the cleanups that are due.
  DROP INDEX recordsByTime;
  CREATE INDEX recordsByAge ON records (atMs DESC, canary, key DESC);
  DROP INDEX recordsRunning;
  CREATE INDEX recordsRunning ON records (canary) WHERE state = 'running';
  DROP INDEX cleanupsDue;
  CREATE INDEX cleanupsDue ON cleanups (dueAtMs, runId);
  `,
  `
  -- Attempts to send notices. A row is added once, and deleted with the history of its time.
  CREATE TABLE attempts (
    canary TEXT NOT NULL,
    atMs REAL NOT NULL,
    key TEXT NOT NULL,            -- distinguishes the attempts of one canary and moment
    attempt TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (canary, atMs, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attemptsByAge ON attempts (atMs DESC, canary, key DESC);
  `,
  `
  -- The outcome of a run stands where SQL counts it. A run on demand, or not counted, has it after 'extra'.
  ALTER TABLE records RENAME COLUMN state TO outcome;
  UPDATE records SET outcome = outcome_of(outcome, record, checksum) WHERE outcome IN ('done', 'extra');
  `,
  `
  -- A run id begins with the second of its run: the key of a result is an index by time.
  DROP INDEX resultsByTime;
  -- The same order from its other end. SQLite fills pages from the left, so that each new entry at the left end split one.
  DROP INDEX recordsByAge;
  CREATE INDEX recordsByAge ON records (atMs, canary DESC, key);
  `,
];

/** Makes a file a copy of its own. */
export const NEW_LINEAGE = 'UPDATE lineage SET id = lower(hex(randomblob(16))), writes = 0';

/** The oldest version that is read: records of versions 1 to 4, which were not released, have other keys. */
export const OLDEST_VERSION = 5;

/** The version of the files that this code writes. */
export const VERSION: number = OLDEST_VERSION + MIGRATIONS.length - 1;

/** Migrates a file to this code's version, all or nothing. Of two concurrent migrations, the second finds it done. */
export function migrate(
  database: DatabaseSync,
  { project, environment }: { readonly project: string; readonly environment: string },
): void {
  database.function('checksum_of', (text) => checksumOf(String(text)));
  database.function('outcome_of', (state, record, checksum) => {
    const { run } = (storedJson(record, checksum) ?? {}) as Partial<Pick<SlotRecord, 'run'>>;
    return run === undefined ? 'lost' : outcomeOf(String(state), run.verdict);
  });
  database.exec('BEGIN IMMEDIATE');
  try {
    const from = numberOf(database, 'user_version');
    for (const step of MIGRATIONS.slice(Math.max(0, from - OLDEST_VERSION + 1))) database.exec(step);
    if (from === 0) {
      database.prepare('INSERT INTO namespace VALUES (?, ?)').run(project, environment);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    }
    database.exec(`PRAGMA user_version = ${VERSION}`);
    database.exec('COMMIT');
  } catch (thrown) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw thrown;
  }
}

/** An integer result of a PRAGMA. */
export function numberOf(
  database: DatabaseSync,
  pragma: 'user_version' | 'application_id' | 'page_size',
): number {
  const row = database.prepare(`PRAGMA ${pragma}`).get() as Readonly<Record<string, number>>;
  return row[pragma] as number;
}
