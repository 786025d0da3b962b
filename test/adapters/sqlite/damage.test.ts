import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { STATE_ALERTS } from '../../../runner/core/alert/runner-alerts.ts';
import { TargetError } from '../../../runner/core/base/errors.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';
import type { FleetContext } from '../../../runner/engine/fleet-context.ts';
import { executeSlot } from '../../../runner/engine/schedule/execute-slot.ts';
import { syncFleet } from '../../../runner/engine/schedule/sync-fleet.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { emptyFolder } from '../../support/command.ts';
import { sampleSize } from '../../support/effort.ts';
import { runIdOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';
import { entryOf } from '../cleanup-contract.ts';

const MINUTE_MS = 60_000;
const SIGNAL = new AbortController().signal;
const SHOP = { project: 'shop', environment: 'test', create: true };
const NAMES = ['orders', 'returns', 'stock'];

/** A fleet of three canaries over a state file; `orders` fails. */
async function begun() {
  const path = join(emptyFolder(), 'state.sqlite');
  const fleet = new TestFleet(...NAMES.map((name) => scheduled(name)));
  fleet.harness.act = async () => {
    if (fleet.reported.length % 3 === 0) throw new TargetError('down');
    return {};
  };
  const store = sqliteStore({ ...SHOP, path }, { clock: fleet.harness.clock });
  const context = fleet.monitor({ runs: store.runs, alerts: store.alerts });
  for (let n = 0; n < 4; n += 1) await minute(fleet, context);
  await store.cleanups.save(entryOf(), 0);
  return { path, fleet, store, context };
}

/** One tick, the runs that it planned, and a minute; the names of the canaries that ran. */
async function minute(fleet: TestFleet, context: FleetContext): Promise<readonly string[]> {
  const { clock } = fleet.harness;
  const endMs = clock.nowMs() + MINUTE_MS;
  const before = fleet.reported.length;
  await tick(context);
  for (const slot of fleet.queued.splice(0)) {
    await clock.sleep(Math.max(0, slot.notBeforeMs - clock.nowMs()));
    await executeSlot(slot, context, { signal: SIGNAL }).catch(() => undefined);
  }
  await clock.sleep(Math.max(0, endMs - clock.nowMs()));
  return fleet.reported.slice(before).map(({ canary }) => canary);
}

/** The columns that are no keys. */
const TEXTS = {
  records: ['record', 'outcome'],
  results: ['result', 'passedBy'],
  watermarks: ['schedule'],
  alerts: ['state', 'writer'],
  leases: ['owner'],
  cleanups: ['entry', 'writer'],
  attempts: ['attempt'],
} as const;
const NUMBERS = {
  records: ['applied', 'checksum'],
  results: ['startedAtMs', 'checksum'],
  watermarks: ['toMs'],
  alerts: ['version', 'checksum'],
  cleanups: ['version', 'checksum'],
  attempts: ['checksum'],
} as const;

type Damage = (path: string) => void;

function write(
  table: string,
  column: string,
  row: number,
  valueOf: (old: unknown) => string | number,
): Damage {
  return (path) => {
    const database = new DatabaseSync(path);
    const rows = database.prepare(`SELECT * FROM ${table}`).all();
    const found = rows[row % Math.max(1, rows.length)];
    if (found !== undefined) {
      const keys = {
        records: ['canary', 'atMs', 'key'],
        results: ['runId'],
        leases: ['name'],
        cleanups: ['runId'],
        attempts: ['canary', 'atMs', 'key'],
      };
      const names = keys[table as keyof typeof keys] ?? ['canary'];
      database
        .prepare(
          `UPDATE ${table} SET ${column} = ? WHERE ${names.map((name) => `${name} = ?`).join(' AND ')}`,
        )
        .run(valueOf(found[column]), ...names.map((name) => found[name] as string));
    }
    database.close();
  };
}

const row = fc.nat(100);
const textDamage = fc
  .tuple(
    fc.constantFrom(
      ...Object.entries(TEXTS).flatMap(([table, all]) => all.map((one) => [table, one] as const)),
    ),
    row,
    fc.oneof(
      fc.constantFrom('', 'null', '{}', '[]', '0', '"x"', '{"canary":"orders"}').map((text) => () => text),
      fc.string().map((text) => () => text),
      fc.nat(2_000).map((at) => (old: unknown) => String(old).slice(0, at)),
      fc.nat(2_000).map((at) => (old: unknown) => `${String(old).slice(0, at)}7${String(old).slice(at + 1)}`),
    ),
  )
  .map(([[table, column], at, change]) => write(table, column, at, change));
const numberDamage = fc
  .tuple(
    fc.constantFrom(
      ...Object.entries(NUMBERS).flatMap(([table, all]) => all.map((one) => [table, one] as const)),
    ),
    row,
    fc.constantFrom(0, 1, -1, 7, -1_000_000),
  )
  .map(([[table, column], at, value]) => write(table, column, at, () => value));

describe('a damaged row of a state file', () => {
  it('costs that row, and no canary its runs, nor the start of a watcher', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(textDamage, numberDamage), async (damage) => {
        const { path, fleet, store, context } = await begun();
        damage(path);

        await syncFleet(context, { allowShrink: false });
        const ran: string[] = [];
        for (let n = 0; n < 4; n += 1) ran.push(...(await minute(fleet, context)));

        for (const name of NAMES) expect(ran.filter((one) => one === name).length).toBeGreaterThanOrEqual(3);
        await readAll(store);
        expect((await tick(context)).faults).toEqual([]);
        await store.close();
      }),
      { numRuns: sampleSize({ small: 12, full: 100, long: 2_000 }) },
    );
  });

  it('of a slot is in the history, with the reason, and gave no data', async () => {
    const { path, fleet, store, context } = await begun();
    const nowMs = fleet.harness.clock.nowMs();
    await store.runs.claim({
      canary: 'orders',
      slotAtMs: nowMs - 20 * MINUTE_MS,
      owner: 'x',
      nowMs,
      leaseUntilMs: nowMs + 1,
    });
    write('records', 'record', 0, () => '{"canary"')(path);

    await minute(fleet, context);
    await minute(fleet, context);

    expect((await store.runs.history({ canary: 'orders', most: 99 })).at(-1)).toMatchObject({
      what: 'lost',
      reason: 'its record in the state was damaged',
    });
  });

  it('of an alert state begins anew, and the operators are notified of which', async () => {
    const { path, fleet, store, context } = await begun();
    write('alerts', 'state', 0, () => '{}')(path);

    await minute(fleet, context);
    await minute(fleet, context);

    expect((await store.alerts.all()).map(({ canary }) => canary).toSorted()).toEqual(
      [STATE_ALERTS, ...NAMES].toSorted(),
    );
    const [notified] = fleet.sent.filter(({ notice }) => notice.about.canary === STATE_ALERTS);
    expect(notified).toMatchObject({ channel: 'pager', notice: { kind: 'combined' } });
    expect(JSON.stringify(notified)).toContain('The alerts of orders could not be read and begin anew.');
  });

  it('of a result leaves the outcome of its run', async () => {
    const { path, store } = await begun();
    write('results', 'result', 0, () => '{"verdict":"passed"}')(path);
    const ids = (await store.runs.history({ most: 99 })).flatMap(({ run }) => run?.runId ?? []);

    const answers = await Promise.allSettled(ids.map(async (id) => store.runs.result(id)));

    expect(answers.filter(({ status }) => status === 'rejected')).toMatchObject([
      {
        reason: {
          message: expect.stringMatching(/^The record of the result of run \w+ in the state is damaged/),
        },
      },
    ]);
  });

  it('of an attempt to send a notice is named by its canary and moment', async () => {
    const { path, store } = await begun();
    const before = await store.alerts.attempts({ most: 9 });
    write('attempts', 'attempt', 0, () => '{}')(path);

    const after = await store.alerts.attempts({ most: 9 });

    const places = (all: typeof after) => all.map(({ canary, atMs, key }) => ({ canary, atMs, key }));
    expect(places(after)).toEqual(places(before));
    expect(before.length).toBeGreaterThan(0);
    expect(after.filter(({ attempt }) => attempt === undefined)).toMatchObject([{ canary: 'orders' }]);
  });

  it('of a cleanup is one that the operators must look after', async () => {
    const { path, store } = await begun();
    write('cleanups', 'entry', 0, () => '[]')(path);

    expect(await store.cleanups.due({ byMs: Number.MAX_SAFE_INTEGER, most: 9 })).toMatchObject([
      { runId: runIdOf(1), damaged: true, version: 1, steps: [] },
    ]);
  });

  it('that says whose the file is, is reported as damage', async () => {
    const { path, store } = await begun();
    await store.close();
    const database = new DatabaseSync(path);
    database.exec('DELETE FROM namespace');
    database.close();

    expect(() => sqliteStore({ ...SHOP, path }, { clock: { nowMs: () => 0 } })).toThrow(
      'is damaged: it does not say whose it is',
    );
  });
});

/** Every reading that a command makes, of all records. */
async function readAll({ runs, alerts, cleanups }: StateStore): Promise<void> {
  await runs.history({ most: 1_000 });
  for (const isScheduled of [true, false]) await runs.status({ canary: 'orders', isScheduled, nowMs: 0 });
  await runs.planning();
  await runs.unapplied();
  await alerts.all();
  await alerts.attempts({ most: 1_000 });
  await cleanups.due({ byMs: Number.MAX_SAFE_INTEGER, most: 100 });
}
