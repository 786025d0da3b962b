import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { emptyFolder } from '../../support/command.ts';
import { resultOf } from '../../support/run/builders.ts';
import { claimOf, MINUTE, T0 } from '../store-contract.ts';

const SHOP = { project: 'shop', environment: 'test' };
const clock = { nowMs: () => T0 + MINUTE };
const ask = { canary: 'a', isScheduled: true, nowMs: T0 + MINUTE };

/** A state file with one run that failed, and with more slots before it, a minute apart. */
async function fileWith(more: string): Promise<string> {
  const path = join(emptyFolder(), 'state.sqlite');
  const { runs, close } = sqliteStore({ ...SHOP, path, create: true }, { clock });
  await runs.claim(claimOf());
  const result = resultOf({ canary: 'a', slotAtMs: T0, startedAtMs: T0, verdict: 'failed' });
  await runs.commit({ ...claimOf(), fence: 1, result });
  await close();
  const database = new DatabaseSync(path);
  database.exec(more);
  database.close();
  return path;
}

const copies = (count: number): string => `
  WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
  INSERT INTO records SELECT canary, atMs - i * ${MINUTE}, key, outcome, leaseUntilMs, applied, record, checksum
  FROM records, n WHERE key = 'slot';`;

describe('the status of a canary with a long history', () => {
  it.each([
    { count: 1_998, isSinceAtLeast: false },
    { count: 2_100, isSinceAtLeast: true },
  ])('may have begun earlier if not all was read: $count slots', async ({ count, isSinceAtLeast }) => {
    const store = sqliteStore({ ...SHOP, path: await fileWith(copies(count)), create: false }, { clock });

    const status = await store.runs.status(ask);

    expect(status).toMatchObject({ outcome: 'failed', isSinceAtLeast, day: { failed: 1_439 } });
    await store.close();
  });
});

describe('the status of a canary with a damaged record', () => {
  it('is lost if the newest slot is damaged, and counts what stands next to it', async () => {
    const path = await fileWith(`${copies(2)} UPDATE records SET record = '{' WHERE atMs <> ${T0 - MINUTE}`);
    const store = sqliteStore({ ...SHOP, path, create: false }, { clock });

    expect(await store.runs.status(ask)).toMatchObject({
      outcome: 'lost',
      sinceMs: T0,
      lastRun: { verdict: 'failed' },
      day: { passed: 0, failed: 3, noData: 0 },
    });
    await store.close();
  });

  it('has one slot for missed ones whose number is damaged', async () => {
    const path = await fileWith(
      `UPDATE records SET outcome = 'missed', record = '{"state":"missed","count":7', applied = 1`,
    );
    const store = sqliteStore({ ...SHOP, path, create: false }, { clock });

    expect(await store.runs.status(ask)).toMatchObject({ outcome: 'lost', day: { noData: 1 } });
    await store.close();
  });
});
