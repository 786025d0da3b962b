import { type AttributeValue, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { createTable, STATE_TABLE } from '../../../runner/adapters/dynamodb/schema.ts';
import { dynamodbStore } from '../../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { type DamagedRecordError, unlessDamaged } from '../../../runner/core/store/damaged.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';
import { localClients, type MeddledClients } from '../../support/aws/local-table.ts';
import { sampleSize } from '../../support/effort.ts';
import { resultOf, runIdOf } from '../../support/run/builders.ts';
import { attemptOf } from '../attempts-contract.ts';
import { entryOf } from '../cleanup-contract.ts';
import { MINUTE, QUIET, T0 } from '../store-contract.ts';

const TABLE = 'damaged';
const NAMES = ['orders', 'returns', 'stock'];
const NOW = T0 + 10 * MINUTE;
const clock = { ...systemClock(), nowMs: () => NOW };

let aws: LocalAws;
let clients: MeddledClients;
let opened = 0;
beforeAll(async () => {
  aws = await startLocalAws();
  clients = localClients(aws.url);
  await createTable(clients, TABLE, STATE_TABLE);
});
afterAll(async () => {
  clients.close();
  await aws.close();
});

/** A state with a record of each sort for three canaries. */
async function filled() {
  opened += 1;
  const project = `p${opened}`;
  const store = dynamodbStore({ table: TABLE, project, environment: 'e' }, { clients, clock });
  for (const [index, canary] of NAMES.entries()) {
    const runOf = (n: number) => runIdOf(10 * index + n);
    await store.runs.advance({ canary, toMs: T0 + 3 * MINUTE, schedule: 'every 60000' });
    for (const [n, verdict] of (['passed', 'failed'] as const).entries())
      await ran(store, canary, { n, verdict, runId: runOf(n) });
    await store.runs.markApplied({ canary, slotAtMs: T0 });
    await store.runs.claim({
      canary,
      slotAtMs: T0 + 2 * MINUTE,
      owner: 'me',
      nowMs: NOW,
      leaseUntilMs: NOW + MINUTE,
    });
    await store.runs.keep(resultOf({ canary, runId: runOf(5), slotAtMs: T0 + 1, startedAtMs: T0 + 1 }));
    await store.alerts.save(stateOf(canary, 1), 0);
    await store.alerts.addAttempts([attemptOf({ canary })]);
  }
  await store.cleanups.save(entryOf({ canary: 'orders' }), 0);
  await store.leases.take({ name: 'runner', owner: 'me', nowMs: T0, forMs: 1 });
  return { project, store };
}

async function ran(
  { runs }: StateStore,
  canary: string,
  {
    n,
    verdict,
    runId,
  }: {
    readonly n: number;
    readonly verdict: 'passed' | 'failed';
    readonly runId: ReturnType<typeof runIdOf>;
  },
): Promise<unknown> {
  const slot = { canary, slotAtMs: T0 + n * MINUTE, owner: 'me', nowMs: NOW };
  await runs.claim({ ...slot, leaseUntilMs: NOW + MINUTE });
  const result = resultOf({ canary, runId, verdict, slotAtMs: slot.slotAtMs, startedAtMs: slot.slotAtMs });
  return runs.commit({ ...slot, fence: 1, result });
}

function stateOf(canary: string, version: number): CanaryState {
  return { canary, version, writer: 'w', alert: QUIET, outbox: [] };
}

type Attributes = Record<string, AttributeValue>;

/** The items of a project, in the order of their keys. */
async function itemsOf(project: string): Promise<readonly Attributes[]> {
  const found: Attributes[] = [];
  let from: Attributes | undefined;
  do {
    const scan = new ScanCommand({
      TableName: TABLE,
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const { Items = [], LastEvaluatedKey } = await clients.client.send(scan);
    found.push(...Items);
    from = LastEvaluatedKey;
  } while (from !== undefined);
  const keyOf = ({ pk, sk }: Attributes): string => `${pk?.S} ${sk?.S}`;
  return found
    .filter(({ pk }) => pk?.S?.startsWith(`${project}/`) === true)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Keys of the table and its indexes: DynamoDB itself holds them to their types, and the time to live only deletes. */
const KEYS = new Set(['pk', 'sk', 'todo', 'todoAtMs', 'runningUntilMs', 'expiresAt']);

interface Damage {
  readonly item: number;
  readonly attribute: number;
  readonly to: AttributeValue | 'cut' | 'gone';
}

const damages: fc.Arbitrary<Damage> = fc.record({
  item: fc.nat(1_000),
  attribute: fc.nat(1_000),
  to: fc.oneof(
    fc.constantFrom<Damage['to']>(
      'cut',
      'gone',
      { BOOL: true },
      { NULL: true },
      { L: [] },
      { N: '0' },
      { N: '-7' },
    ),
    fc.constantFrom('', 'null', '{}', '[]', '0', '"x"', 'running').map((S) => ({ S })),
    fc.string().map((S) => ({ S })),
  ),
});

/** Damages one attribute of one item; returns the item's key. */
async function damage(project: string, { item, attribute, to }: Damage): Promise<string> {
  const items = await itemsOf(project);
  const found = items[item % items.length] as Attributes;
  const names = Object.keys(found).filter((name) => !KEYS.has(name));
  const name = names[attribute % names.length] as string;
  const { [name]: old, ...rest } = found;
  const value = to === 'cut' ? { S: (old?.S ?? '').slice(0, 40) } : to;
  const Item = value === 'gone' ? rest : { ...rest, [name]: value };
  await clients.client.send(new PutItemCommand({ TableName: TABLE, Item }));
  return `${found['pk']?.S} ${found['sk']?.S}`;
}

/** Everything that the store has of a canary. */
async function look({ runs, alerts }: StateStore, canary: string): Promise<unknown> {
  const history = await runs.history({ canary, most: 99 });
  const ids = history.flatMap(({ run }) => run?.runId ?? []);
  return {
    history,
    results: await Promise.all(ids.map(async (id) => unlessDamaged(runs.result(id, canary)))),
    running: await runs.running(canary),
    watermark: await runs.watermark(canary),
    alerts: await unlessDamaged(alerts.load(canary)),
    attempts: await alerts.attempts({ canary, most: 9 }),
  };
}

/** The next minute of a canary, as the engine makes it. */
async function goOn(store: StateStore, canary: string, index: number): Promise<void> {
  const { runs, alerts } = store;
  const runId = runIdOf(100 + index);
  expect(await ran(store, canary, { n: 5, verdict: 'passed', runId })).toBe('stored');
  await runs.advance({ canary, toMs: T0 + 6 * MINUTE, schedule: 'every 60000' });
  expect(await runs.watermark(canary)).toBe(T0 + 6 * MINUTE);
  expect((await runs.history({ canary, most: 1 }))[0]).toMatchObject({ what: 'done', run: { runId } });
  expect(await runs.result(runId, canary)).toMatchObject({ runId });
  const version = await alerts.load(canary).then(
    (state) => state?.version ?? 0,
    (thrown: DamagedRecordError) => thrown.version,
  );
  expect(await alerts.save(stateOf(canary, version + 1), version)).toBe(true);
  expect(await alerts.load(canary)).toEqual(stateOf(canary, version + 1));
}

describe('a damaged item of a state table', () => {
  it.each([
    ['slotAtMs', { N: '0' }],
    ['canary', { S: 'other' }],
  ])('whose %s contradicts its key is applied once, and not at every tick', async (name, value) => {
    const { project, store } = await filled();
    const found = (await itemsOf(project)).find(({ todo }) => todo?.S?.endsWith('unapplied') === true);
    await clients.client.send(new PutItemCommand({ TableName: TABLE, Item: { ...found, [name]: value } }));

    const before = await store.runs.unapplied();
    for (const record of before) await store.runs.markApplied(record);

    expect(before.length).toBeGreaterThan(0);
    expect(await store.runs.unapplied()).toEqual([]);
  });

  it('costs that record, and nothing of the other canaries, nor the next run of its own', async () => {
    await fc.assert(
      fc.asyncProperty(damages, async (how) => {
        const { project, store } = await filled();
        const before = new Map(
          await Promise.all(NAMES.map(async (name) => [name, await look(store, name)] as const)),
        );

        const key = await damage(project, how);

        for (const name of NAMES) {
          const isOther = !key.includes(name) && !key.includes('/result/');
          const after = await look(store, name);
          if (isOther) expect(after).toEqual(before.get(name));
        }
        await store.runs.expireLeases({ expiredBeforeMs: NOW, nowMs: NOW });
        expect((await store.runs.planning()).watermarks.size).toBeGreaterThanOrEqual(2);
        for (const record of await store.runs.unapplied()) await store.runs.markApplied(record);
        expect(await store.runs.unapplied()).toEqual([]);
        expect((await store.alerts.all()).length).toBeGreaterThanOrEqual(2);
        expect(await store.cleanups.due({ byMs: NOW, most: 9 })).toHaveLength(1);
        for (const [index, name] of NAMES.entries()) await goOn(store, name, index);
        expect(await store.leases.take({ name: 'runner', owner: 'you', nowMs: NOW, forMs: 1 })).toEqual({
          held: true,
        });
      }),
      { numRuns: sampleSize({ small: 4, full: 60, long: 1_000 }) },
    );
  });
});
