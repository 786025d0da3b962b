import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { VERSION } from '../../../runner/adapters/sqlite/schema.ts';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { emptyFolder } from '../../support/command.ts';
import { runIdOf } from '../../support/run/builders.ts';
import { attemptOf } from '../attempts-contract.ts';
import { MINUTE, T0 } from '../store-contract.ts';

/** Dumps of files that earlier versions wrote, by the form of the file. */
const FORMS = join(import.meta.dirname, 'forms');
const SHOP = { project: 'shop', environment: 'test', create: false };
const clock = { nowMs: () => T0 + 10 * MINUTE };

/** A state file as the version of that form left it. */
function fileOf(form: number): string {
  const path = join(emptyFolder(), 'state.sqlite');
  const database = new DatabaseSync(path);
  database.exec(readFileSync(join(FORMS, `form-${form}.sql`), 'utf8'));
  database.close();
  return path;
}

function formOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const { user_version: form } = database.prepare('PRAGMA user_version').get() ?? {};
  database.close();
  return form;
}

describe('a state file of an earlier form', () => {
  it('has a test of its own, each that was written but the present one', () => {
    const forms = Array.from({ length: VERSION - 4 }, (_, n) => `form-${n + 4}.sql`);

    expect(readdirSync(FORMS).toSorted()).toEqual(forms.toSorted());
  });

  it.each([5, 6, 7, 8, 9, 10])('is read and written on: form %i', async (form) => {
    const path = fileOf(form);

    const { runs, alerts, cleanups, leases, close } = sqliteStore({ ...SHOP, path }, { clock });

    expect(
      (await runs.history({ canary: 'orders', most: 9 })).map(({ what, run }) => run?.verdict ?? what),
    ).toEqual(['running', 'error', 'passed', 'failed', 'passed', 'passed']);
    expect(await runs.status({ canary: 'orders', isScheduled: true, nowMs: T0 + 10 * MINUTE })).toMatchObject(
      {
        outcome: 'error',
        sinceMs: T0 + 3 * MINUTE,
        day: { passed: 2, failed: 1, noData: 1 },
      },
    );
    for (const n of [1, 2, 3, 4, 9])
      expect(await runs.result(runIdOf(n))).toMatchObject({ runId: runIdOf(n) });
    expect(await runs.unapplied()).toMatchObject([
      { result: { verdict: 'error', steps: [{ name: 'A step' }] } },
    ]);
    expect(await runs.watermark('orders')).toBe(T0 + 5 * MINUTE);
    expect(await alerts.all()).toMatchObject([
      { canary: 'orders', version: 1, alert: { incarnation: 'k3v9' } },
    ]);
    expect(await cleanups.due({ byMs: T0, most: 9 })).toMatchObject([
      { runId: runIdOf(2), canary: 'orders' },
    ]);
    expect(await leases.take({ name: 'runner', owner: 'you', nowMs: T0, forMs: 1 })).toMatchObject({
      by: 'me',
    });
    await alerts.addAttempts([attemptOf({ canary: 'orders' })]);
    expect(await alerts.attempts({ most: 9 })).toHaveLength(1);
    expect(await runs.expireLeases({ expiredBeforeMs: T0 + 6 * MINUTE, nowMs: T0 })).toHaveLength(1);
    await close();
    expect(formOf(path)).toBe(VERSION);
  });

  it('is refused and left as it is if its records have other keys: form 4', () => {
    const path = fileOf(4);
    const before = readFileSync(path);

    expect(() => sqliteStore({ ...SHOP, path }, { clock })).toThrow(
      'is of an older Coalmine (its form is 4;',
    );

    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
