import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { emptyFolder } from '../../support/command.ts';
import { sampleSize } from '../../support/effort.ts';
import { storeContract, T0 } from '../store-contract.ts';

const SHOP = { project: 'shop', environment: 'test' };

/** Every statement that any code prepared in this file. */
const prepared = new Set<string>();
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql, options) {
  prepared.add(sql);
  return prepare.call(this, sql, options);
};
afterAll(() => {
  DatabaseSync.prototype.prepare = prepare;
});

storeContract({
  name: 'in a file',
  sequences: sampleSize({ small: 8, full: 25 }),
  open: async (keeping) => {
    const path = join(emptyFolder(), 'state.sqlite');
    const opened = () => sqliteStore({ ...SHOP, path, create: true }, keeping);
    return { store: opened(), again: async () => opened() };
  },
});

/** Tables of one row, and SQLite's own table of tables. */
const SMALL = new Set(['namespace', 'lineage', 'sqlite_master', 'sqlite_schema', 'CONSTANT']);
/** Tables with one row for each canary. */
const OF_CANARIES = new Set(['watermarks', 'alerts']);

/**
 * The parts of a statement's plan whose time grows with what is kept: a sort, and a scan. A statement may scan to read all of the canaries, or all
 * of the pending work in a partial index. One with a parameter looks for something, and must search.
 */
function slowParts(sql: string, database: DatabaseSync): readonly string[] {
  const partial = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'`)
    .all()
    .map(({ name }) => name);
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
  return plan
    .map(({ detail }) => detail as string)
    .filter((detail) => {
      if (detail.includes('TEMP B-TREE')) return true;
      const [, table = '', index] = /^SCAN (\w+)(?:.* INDEX (\w+))?/.exec(detail) ?? [];
      if (table === '' || SMALL.has(table)) return false;
      return sql.includes('?') || !(OF_CANARIES.has(table) || partial.includes(index ?? ''));
    });
}

function aState(): DatabaseSync {
  const path = join(emptyFolder(), 'state.sqlite');
  void sqliteStore({ ...SHOP, path, create: true }, { clock: { nowMs: () => T0 } }).close();
  return new DatabaseSync(path);
}

describe('the statements of a store', () => {
  it('find their rows in an index, and in order, so that none takes longer the more is kept', () => {
    const database = aState();
    const statements = [...prepared].filter((sql) => !/^(?:EXPLAIN|PRAGMA) /.test(sql));

    expect(statements.length).toBeGreaterThan(30);
    expect(
      statements
        .map((sql) => ({ sql, slow: slowParts(sql, database) }))
        .filter(({ slow }) => slow.length > 0),
    ).toEqual([]);
    database.close();
  });

  it.each([
    { title: 'a scan of all records', sql: 'SELECT * FROM records WHERE outcome = ?' },
    { title: 'a scan of an index of all records', sql: 'SELECT count(*) FROM records' },
    { title: 'a scan of results', sql: 'DELETE FROM results WHERE result = ?' },
    {
      title: 'a scan of the running slots for one canary',
      sql: `SELECT * FROM records INDEXED BY recordsRunning WHERE outcome = 'running' AND leaseUntilMs < ?`,
    },
    { title: 'a look-up of a canary by a pattern', sql: 'SELECT * FROM alerts WHERE canary LIKE ?' },
    {
      title: 'a sort of what a search found',
      sql: 'SELECT * FROM records WHERE canary = ? ORDER BY leaseUntilMs',
    },
    { title: 'a sort of the last term', sql: 'SELECT * FROM records ORDER BY atMs DESC, canary DESC' },
    {
      title: 'a scan within a subquery',
      sql: 'DELETE FROM results WHERE rowid IN (SELECT rowid FROM results WHERE runId > 7 OR result = ?)',
    },
  ])('$title would be found', ({ sql }) => {
    const database = aState();

    expect(slowParts(sql, database)).not.toEqual([]);
    database.close();
  });
});
