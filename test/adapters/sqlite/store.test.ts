import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import type { StateFileAt } from '../../../runner/adapters/sqlite/file.ts';
import { OLDEST_VERSION, VERSION } from '../../../runner/adapters/sqlite/schema.ts';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';
import { emptyFolder } from '../../support/command.ts';
import { sampleSize } from '../../support/effort.ts';
import { claimOf, MINUTE, T0 } from '../store-contract.ts';

/** Of five writers each, which are killed. */
const ROUNDS = sampleSize({ small: 2, full: 10, long: 100 });
const SHOP = { project: 'shop', environment: 'test' };
const clock = { nowMs: () => T0 };

function open(path: string, more: Partial<StateFileAt> = {}): StateStore {
  return sqliteStore({ ...SHOP, path, create: true, ...more }, { clock });
}

/** A state file with some content, and the files in its folder. */
async function stateFile(slots = 1): Promise<{ readonly path: string; readonly folder: string }> {
  const folder = emptyFolder();
  const path = join(folder, 'state.sqlite');
  const { runs, close } = open(path);
  for (let n = 0; n < slots; n += 1) await runs.claim(claimOf({ slotAtMs: T0 + n }));
  await close();
  return { path, folder };
}

function changed(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function overwritten(path: string, from: number, to: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, from, to);
  writeFileSync(path, bytes);
}

describe('a file that cannot be ours', () => {
  it.each<{ title: string; spoil(path: string): void; says: string; at?: Partial<StateFileAt> }>([
    {
      title: 'of a version that is not read any more',
      spoil: (path) => changed(path, 'PRAGMA user_version = 3'),
      says: `is of an older Coalmine (its form is 3; this one reads forms from ${OLDEST_VERSION} on)`,
    },
    {
      title: 'of a newer version',
      spoil: (path) => changed(path, 'PRAGMA user_version = 99'),
      says: `is of a newer Coalmine (its form is 99; this one knows ${VERSION})`,
    },
    {
      title: 'of another project',
      spoil: () => {},
      at: { project: 'bank' },
      says: "belongs to project 'shop', environment 'test', not to project 'bank', environment 'test'",
    },
    {
      title: 'of another environment',
      spoil: () => {},
      at: { environment: 'prod' },
      says: "environment 'test', not",
    },
    {
      title: 'of another program',
      spoil: (path) => changed(path, 'PRAGMA application_id = 7'),
      says: 'is a database of another program',
    },
    {
      title: 'of a program without a mark',
      spoil: (path) => changed(path, 'PRAGMA application_id = 0; PRAGMA user_version = 0'),
      says: 'is a database of another program',
    },
    {
      title: 'that is text',
      spoil: (path) => writeFileSync(path, 'canary: a\n'.repeat(20)),
      says: 'is no SQLite database',
    },
    {
      title: 'of a few bytes',
      spoil: (path) => writeFileSync(path, 'SQLite'),
      says: 'is no SQLite database',
    },
    { title: 'whose end is missing', spoil: (path) => truncateSync(path, 8_192), says: 'is damaged' },
    {
      title: 'whose first page is spoilt',
      spoil: (path) => overwritten(path, 100, 4_096),
      says: 'is damaged',
    },
  ])('$title is refused, and left as it is', async ({ spoil, at, says }) => {
    const { path, folder } = await stateFile();
    spoil(path);
    const before = { files: readdirSync(folder), bytes: readFileSync(path) };

    expect(() => open(path, at)).toThrow(
      expect.objectContaining({ blame: 'definition', message: expect.stringContaining(says) }),
    );

    expect(readdirSync(folder)).toEqual(before.files);
    expect(readFileSync(path).equals(before.bytes)).toBe(true);
  });

  it('is reported as damaged, whichever call finds the damage', async () => {
    const { path } = await stateFile(20);
    overwritten(path, 8_192, statSync(path).size); // all but the pages that are read when it is opened

    const used = async () => {
      const { runs, close } = open(path);
      try {
        for (let n = 0; n < 20; n += 1) await runs.claim(claimOf({ slotAtMs: T0 + n, owner: 'other' }));
      } finally {
        await close();
      }
    };

    await expect(used()).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringContaining('is damaged'),
    });
  });

  it('is refused where it is not there and must not be made', () => {
    const folder = emptyFolder();

    expect(() => open(join(folder, 'x', 'state.sqlite'), { create: false })).toThrow(
      /There is no state file .*'coalmine watch'/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused where it is a folder, or lies in a file', async () => {
    const { path, folder } = await stateFile();

    expect(() => open(folder)).toThrow('is a folder');
    expect(() => open(join(path, 'state.sqlite'))).toThrow('cannot be opened and written');
  });

  it('is refused where it cannot be written', async () => {
    const { path, folder } = await stateFile();
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);

    asNobody(() => {
      expect(() => open(path)).toThrow('cannot be opened and written');
      expect(() => open(join(folder, 'new', 'state.sqlite'))).toThrow('cannot be opened and written');
      expect(() => open(join(folder, 'new.sqlite'))).toThrow('cannot be opened and written');
    });
  });

  it('is reported as busy while another process locks it', async () => {
    const { path } = await stateFile();
    const { runs, close } = open(path, { longestWaitMs: 10 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');

    await expect(runs.advance({ canary: 'a', toMs: 1 })).rejects.toBeInstanceOf(ObserverError);
    other.exec('ROLLBACK');
    await runs.advance({ canary: 'a', toMs: 2 });

    expect(await runs.watermark('a')).toBe(2);
    other.close();
    await close();
  });
});

describe('a file that can be ours', () => {
  it('is made with its folders, and lies on the disk for the next process', async () => {
    const path = join(emptyFolder(), '.coalmine', 'deep', 'state.sqlite');
    const first = open(path);
    await first.runs.claim(claimOf());
    await first.close();
    await first.close();

    const second = open(path, { create: false });
    expect((await second.runs.running('a')).map(({ owner }) => owner)).toEqual(['me']);
    await second.close();
    expect(readdirSync(join(path, '..'))).toEqual(['state.sqlite']);
  });

  it('may be empty, if its first process was stopped at once', async () => {
    const path = join(emptyFolder(), 'state.sqlite');
    writeFileSync(path, '');

    const { runs, close } = open(path);
    await expect(runs.claim(claimOf())).resolves.toMatchObject({ held: true });
    await close();
  });

  it('loses what is old and settled when it is swept, some at a time', async () => {
    const { path } = await stateFile(0);
    changed(path, manyRows(5_100));
    let nowMs = T0;
    const store = sqliteStore(
      { ...SHOP, path, create: false },
      { clock: { nowMs: () => nowMs }, keptMs: MINUTE },
    );
    nowMs += 2 * MINUTE;
    const left = [];

    for (let n = 0; n < 3; n += 1) {
      left.push(rowsIn(path));
      await store.runs.expireLeases({ expiredBeforeMs: nowMs, nowMs });
    }

    expect(left).toEqual([
      { records: 5_100, results: 5_100, attempts: 5_100 },
      { records: 100, results: 100, attempts: 100 },
      { records: 0, results: 0, attempts: 0 },
    ]);
    await store.close();
  });

  it('has the watermarks that another process wrote, and none of a write that failed', async () => {
    const { path } = await stateFile(0);
    const [here, there] = [open(path), open(path)];
    const marks = async (): Promise<unknown> => [...(await here.runs.planning()).watermarks.values()];
    await here.runs.advance({ canary: 'a', toMs: T0, schedule: 'x' });
    expect(await marks()).toEqual([{ toMs: T0, schedule: 'x' }]);

    await here.runs.advance({ canary: 'a', toMs: T0 + 1, schedule: 'x' });
    expect(await marks()).toEqual([{ toMs: T0 + 1, schedule: 'x' }]);
    await there.runs.advance({ canary: 'a', toMs: T0 + 2, schedule: 'x' });
    expect(await marks()).toEqual([{ toMs: T0 + 2, schedule: 'x' }]);
    const failing = ['a', 'b'].map((canary) => ({
      canary,
      omitted: [],
      advance: { canary, toMs: canary === 'a' ? T0 + 3 : Number.NaN },
    }));
    await expect(here.runs.settle(failing)).rejects.toThrow('NOT NULL');

    expect(await marks()).toEqual([{ toMs: T0 + 2, schedule: 'x' }]);
    await Promise.all([here.close(), there.close()]);
  });

  it('has every write that was acknowledged, and none by halves, after its writers were killed, five at a time', async () => {
    const { path } = await stateFile(0);
    const writer = bundledWriter();
    const said: { readonly owner: string; readonly lines: readonly string[] }[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      said.push(
        ...(await Promise.all([0, 1, 2, 3, 4].map(async (n) => killedWriter(writer, path, round * 5 + n)))),
      );

    const { runs, close } = open(path);
    const owners = new Map<number, string>();
    for (const { owner, lines } of said) {
      for (const line of lines) {
        const [what, number] = line.split(' ') as [string, string];
        const slotAtMs = T0 + Number(number);
        const answer = await runs.claim(claimOf({ slotAtMs, owner: 'nobody' }));
        expect(answer).toMatchObject({ held: false, by: { owner } });
        expect(owners.get(slotAtMs) ?? owner).toBe(owner);
        owners.set(slotAtMs, owner);
        if (what === 'committed') expect(answer).toMatchObject({ by: { state: 'done' } });
      }
    }
    const done = (await runs.unapplied()).map(({ slotAtMs, result }) => [slotAtMs, result?.slotAtMs]);
    expect(said.every(({ lines }) => lines.length > 0)).toBe(true);
    expect(done).not.toEqual([]);
    expect(done.every(([slotAtMs, ofResult]) => slotAtMs === ofResult)).toBe(true);
    await close();
    const database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    database.close();
  });
});

/** The writer as one plain file, which starts in a fraction of the time. */
function bundledWriter(): string {
  const root = join(import.meta.dirname, '..', '..', '..');
  const bundle = join(emptyFolder(), 'writer.mjs');
  const script = join(root, 'test/support/store/crash-writer.ts');
  const options = [
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--log-level=warning',
    `--outfile=${bundle}`,
  ];
  execFileSync(join(root, 'node_modules/.bin/esbuild'), [script, ...options]);
  return bundle;
}

/** A writer in its own process, killed a little after its first acknowledged write; returns its acknowledged writes. */
async function killedWriter(writer: string, path: string, number: number) {
  const owner = `writer ${number}`;
  const child = spawn(process.execPath, [writer, path, owner, `${number * 3}`]);
  let said = '';
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => void (complaints += chunk.toString()));
  child.stdout.once('data', () => void setTimeout(() => child.kill('SIGKILL'), (number * 170) % 1_000));
  child.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended));
  });
  expect({ code, signal, complaints }).toEqual({ code: null, signal: 'SIGKILL', complaints: '' });
  return { owner, lines: said.split('\n').slice(0, -1) };
}

function manyRows(count: number): string {
  const numbers = `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  return `INSERT INTO records ${numbers} SELECT 'a', ${T0}, 'extra|' || i, 'extra', 0, 1, '{}', 0 FROM n;
    INSERT INTO results ${numbers} SELECT printf('%032x', i), ${T0}, '{}', 0, NULL FROM n;
    INSERT INTO attempts ${numbers} SELECT 'a', ${T0}, i, '{}', 0 FROM n;`;
}

function rowsIn(path: string) {
  const database = new DatabaseSync(path);
  const counts = ['records', 'results', 'attempts'].map(
    (table) => `(SELECT count(*) FROM ${table}) AS ${table}`,
  );
  const counted = database.prepare(`SELECT ${counts.join(', ')}`).get();
  database.close();
  return { ...counted };
}

/** Permissions mean nothing to root, as whom containers often run. */
function asNobody(work: () => void): void {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    work();
  } finally {
    process.seteuid?.(0);
  }
}
