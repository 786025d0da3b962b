import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const MINUTE_MS = 60_000;
const HOURLY = { everyMs: 60 * MINUTE_MS, jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;

/** The commits in a -wal, by the last frame of each (sqlite.org/fileformat2.html, "WAL Frame Header Format"). */
function commitsIn(path: string): number {
  const wal = readFileSync(`${path}-wal`);
  const frameBytes = 24 + wal.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes)
    if (wal.readUInt32BE(at + 4) !== 0) commits += 1;
  return commits;
}

describe('a run over a state file', () => {
  it('commits twice: its claim before it acts, and its result with the alert state', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const { clock } = fleet.harness;
    const path = join(mkdtempSync(join(tmpdir(), 'coalmine-')), 'state.sqlite');
    const store = sqliteStore({ path, create: true, project: 'p', environment: 'default' }, { clock });
    const context = fleet.monitor({ runs: store.runs, alerts: store.alerts });
    const run = async (slotAtMs: number): Promise<unknown> => {
      const slot = { canary: 'orders', slotAtMs, notBeforeMs: slotAtMs };
      return executeSlot(slot, context, { signal: new AbortController().signal });
    };
    await run(0);
    const first = commitsIn(path);

    await run(60_000);

    expect(commitsIn(path) - first).toBe(2);
    expect(await store.runs.watermark('orders')).toBe(60_000);
    expect(await store.runs.unapplied()).toEqual([]);
    expect((await store.alerts.load('orders'))?.alert.samples).toHaveLength(2);
    await store.close();
  });
});

describe('a tick over a state file', () => {
  it('writes once for a thousand new canaries, and nothing in a minute in which nothing ends', async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => `canary-${n}`);
    const fleet = new TestFleet(...names.map((name) => scheduled(name, { schedule: HOURLY })));
    const path = join(mkdtempSync(join(tmpdir(), 'coalmine-')), 'state.sqlite');
    const store = sqliteStore(
      { path, create: true, project: 'p', environment: 'default' },
      { clock: fleet.harness.clock },
    );
    const watching = new DatabaseSync(path);
    /** It changes with each commit of another connection that wrote something (sqlite.org/pragma.html, "data_version"). */
    const version = (): unknown => watching.prepare('PRAGMA data_version').get();
    const context = fleet.monitor({ runs: store.runs, alerts: store.alerts });
    let settled = 0;
    const settle: typeof store.runs.settle = async (asks) => {
      settled += 1;
      return store.runs.settle(asks);
    };

    const unborn = version();
    const { faults } = await tick({ ...context, runs: { ...store.runs, settle } });
    const born = version();
    await fleet.harness.clock.sleep(MINUTE_MS);
    await tick({ ...context, runs: { ...store.runs, settle } });

    expect(faults).toEqual([]);
    expect(settled).toBe(1);
    expect((await store.runs.planning()).watermarks.size).toBe(1_000);
    expect(born).not.toEqual(unborn);
    expect(version()).toEqual(born);
    watching.close();
    await store.close();
  });
});
