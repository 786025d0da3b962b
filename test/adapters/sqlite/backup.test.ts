import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { backupStateFile, restoreStateFile } from '../../../runner/adapters/sqlite/backup.ts';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { emptyFolder } from '../../support/command.ts';
import { claimOf, T0 } from '../store-contract.ts';

const SHOP = { project: 'shop', environment: 'test' };
const clock = { nowMs: () => T0 };

function files() {
  const folder = emptyFolder();
  const [path, backup] = [join(folder, 'state.sqlite'), join(folder, 'copy.sqlite')];
  return { folder, path, backup, of: { ...SHOP, path, backup } };
}

function open(path: string, create = true) {
  return sqliteStore({ ...SHOP, path, create }, { clock });
}

async function watermarkIn(path: string): Promise<number | undefined> {
  const store = open(path, false);
  try {
    return await store.runs.watermark('a');
  } finally {
    await store.close();
  }
}

async function written(path: string, toMs: number): Promise<void> {
  const store = open(path);
  await store.runs.advance({ canary: 'a', toMs });
  await store.close();
}

describe('a backup of a state file', () => {
  it('has all that was acknowledged, in one file, while the state is in use', async () => {
    const { folder, path, backup, of } = files();
    const store = open(path);
    await store.runs.advance({ canary: 'a', toMs: 7 });

    await backupStateFile(of);
    await store.runs.advance({ canary: 'a', toMs: 9 });

    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite']);
    expect(await watermarkIn(backup)).toBe(7);
    expect(await store.runs.watermark('a')).toBe(9);
    await store.close();
  });

  it('is never written over another file, and leaves no part behind', async () => {
    const { folder, path, backup, of } = files();
    await written(path, 1);
    writeFileSync(backup, 'mine');

    await expect(backupStateFile(of)).rejects.toThrow('exists, and is not overwritten');

    expect(readFileSync(backup, 'utf8')).toBe('mine');
    expect(readdirSync(folder).toSorted()).toEqual(['copy.sqlite', 'state.sqlite']);
  });

  it('whose folder does not exist is refused, and the message names the backup alone', async () => {
    const { folder, path, of } = files();
    await written(path, 1);
    const backup = join(folder, 'none', 'copy.sqlite');

    await expect(backupStateFile({ ...of, backup })).rejects.toThrow(
      new RegExp(
        `^The backup ${backup} cannot be written \\(unable to open database file\\). Check its folder`,
      ),
    );
  });

  it('is refused of a file that is not there, or is of another project', async () => {
    const { path, of } = files();

    await expect(backupStateFile(of)).rejects.toThrow('There is no state file');
    await written(path, 1);
    await expect(backupStateFile({ ...of, project: 'bank' })).rejects.toThrow("belongs to project 'shop'");
  });
});

describe('a restore of a state file', () => {
  it('puts back the backup, and keeps what was there', async () => {
    const { folder, path, of } = files();
    await written(path, 1);
    await backupStateFile(of);
    await written(path, 5);

    expect(await restoreStateFile(of)).toEqual({ before: `${path}.before-restore`, damaged: false });

    expect(await watermarkIn(path)).toBe(1);
    expect(await watermarkIn(`${path}.before-restore`)).toBe(5);
    expect(readdirSync(folder).toSorted()).toEqual([
      'copy.sqlite',
      'state.sqlite',
      'state.sqlite.before-restore',
    ]);
  });

  it('is refused while a process has the state open, and changes nothing', async () => {
    const { path, of } = files();
    const store = open(path);
    await store.runs.advance({ canary: 'a', toMs: 1 });
    await backupStateFile(of);
    await store.runs.advance({ canary: 'a', toMs: 5 });

    await expect(restoreStateFile(of)).rejects.toThrow("such as 'coalmine watch'. Nothing was changed.");

    expect(await store.runs.watermark('a')).toBe(5);
    await store.close();
    expect(await watermarkIn(path)).toBe(5);
  });

  it('is not undone by the -wal of a watcher that was killed', async () => {
    const { path, of } = files();
    await written(path, 1);
    await backupStateFile(of);
    const killed = files();
    const store = open(path);
    await store.runs.advance({ canary: 'a', toMs: 5 });
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${killed.path}${end}`);
    await store.close();

    await restoreStateFile({ ...of, path: killed.path });

    expect(await watermarkIn(killed.path)).toBe(1);
    expect(await watermarkIn(`${killed.path}.before-restore`)).toBe(5);
  });

  it('takes the place of a damaged state, which is set aside with its companions, and of one that is gone', async () => {
    const { folder, path, of } = files();
    await written(path, 1);
    await backupStateFile(of);
    truncateSync(path, 5_000);
    writeFileSync(`${path}-wal`, 'old');

    expect(await restoreStateFile(of)).toEqual({ before: `${path}.damaged`, damaged: true });
    expect(await watermarkIn(path)).toBe(1);
    expect(readdirSync(folder)).toContain('state.sqlite.damaged');

    const gone = files();
    expect(await restoreStateFile({ ...of, path: join(gone.folder, 'deep', 'state.sqlite') })).toEqual({
      damaged: false,
    });
    expect(await watermarkIn(join(gone.folder, 'deep', 'state.sqlite'))).toBe(1);
  });

  it.each([
    {
      title: 'of another project',
      spoil: (path: string) => changed(path, "UPDATE namespace SET project = 'bank'"),
      says: "it is of project 'bank', environment 'test', and this is project 'shop'",
    },
    {
      title: 'of a newer Coalmine',
      spoil: (path: string) => changed(path, 'PRAGMA user_version = 99'),
      says: 'it is of a newer Coalmine (its form is 99',
    },
    {
      title: 'that is text',
      spoil: (path: string) => writeFileSync(path, 'text'.repeat(99)),
      says: 'it is no SQLite database',
    },
    { title: 'that is empty', spoil: (path: string) => truncateSync(path, 0), says: 'it is empty' },
    {
      title: 'that is a folder',
      spoil: (path: string) => {
        rmSync(path);
        mkdirSync(path);
      },
      says: 'it is not a regular file',
    },
    {
      title: 'of another program',
      spoil: (path: string) => changed(path, 'PRAGMA application_id = 7'),
      says: 'it is a database of another program',
    },
    {
      title: 'of an older Coalmine',
      spoil: (path: string) => changed(path, 'PRAGMA user_version = 1'),
      says: 'it is of an older Coalmine (its form is 1',
    },
    {
      title: 'of no project',
      spoil: (path: string) => changed(path, 'DELETE FROM namespace'),
      says: 'it does not say of which project it is',
    },
    { title: 'that is cut', spoil: (path: string) => truncateSync(path, 8_192), says: 'damaged' },
  ])('from a backup $title is refused, and changes nothing', async ({ spoil, says }) => {
    const { folder, path, backup, of } = files();
    await written(path, 1);
    await backupStateFile(of);
    await written(path, 5);
    spoil(backup);

    await expect(restoreStateFile(of)).rejects.toThrow(`${backup} is no backup of this state: `);
    await expect(restoreStateFile(of)).rejects.toThrow(says);

    expect(await watermarkIn(path)).toBe(5);
    expect(readdirSync(folder).toSorted()).toEqual(['copy.sqlite', 'state.sqlite']);
  });

  it('keeps what was there under a name of its own, however often it is done', async () => {
    const { path, of } = files();
    await written(path, 1);
    await backupStateFile(of);
    await written(path, 5);

    await restoreStateFile(of);

    expect(await restoreStateFile(of)).toEqual({ before: `${path}.before-restore-2`, damaged: false });
    expect(await watermarkIn(`${path}.before-restore`)).toBe(5);
    expect(await watermarkIn(`${path}.before-restore-2`)).toBe(1);
  });

  it('from the state file itself is refused', async () => {
    const { path, of } = files();
    await written(path, 1);

    await expect(restoreStateFile({ ...of, backup: path })).rejects.toThrow('it is the state file itself');
  });

  it('from a file that is not there is refused', async () => {
    const { path, of } = files();

    await expect(restoreStateFile(of)).rejects.toThrow('There is no file');
    expect(existsSync(path)).toBe(false);
  });
});

describe('a mix of files', () => {
  it('of a backup and the -wal of the file before is noticed, and left as it is', async () => {
    const { path, backup, of } = files();
    await written(path, 1);
    await backupStateFile(of);
    const mixed = files();
    const store = open(path);
    await store.runs.advance({ canary: 'a', toMs: 5 });
    copyFileSync(`${path}-wal`, `${mixed.path}-wal`);
    copyFileSync(backup, mixed.path);
    await store.close();
    const before = ['', '-wal'].map((end) => readFileSync(`${mixed.path}${end}`).toString('base64'));

    expect(() => open(mixed.path)).toThrow(
      'are of different copies, and together they would be a mix of both',
    );
    expect(() => open(mixed.path)).toThrow(`Move ${mixed.path}-wal and ${mixed.path}-shm elsewhere`);

    expect(['', '-wal'].map((end) => readFileSync(`${mixed.path}${end}`).toString('base64'))).toEqual(before);
  });

  it('is not seen in a file and the -wal that a killed process left', async () => {
    const { path } = files();
    const killed = files();
    const store = open(path);
    await store.runs.claim(claimOf());
    await store.runs.advance({ canary: 'a', toMs: 5 });
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${killed.path}${end}`);
    await store.close();

    expect(await watermarkIn(killed.path)).toBe(5);
  });
});

describe('a place that cannot be opened', () => {
  it('is not taken for a damaged state: a restore refuses it, and leaves it as it is', async () => {
    const { folder, path, of } = files();
    const other = files();
    await written(other.path, 7);
    await backupStateFile(other.of);
    mkdirSync(path);

    await expect(restoreStateFile({ ...of, backup: other.backup })).rejects.toThrow('cannot be opened');

    expect(readdirSync(folder)).toEqual(['state.sqlite']);
  });
});

function changed(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
