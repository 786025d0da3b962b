import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { QueryCommand, type QueryCommandInput, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { createTable, STATE_TABLE } from '../../../runner/adapters/dynamodb/schema.ts';
import { dynamodbStore } from '../../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { AlertState, CanaryState } from '../../../runner/core/alert/alert-state.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';
import { TYPICAL } from '../../../runner/deploy/cost.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import { localClients, type MeddledClients, noAnswer } from '../../support/aws/local-table.ts';
import { sampleSize } from '../../support/effort.ts';
import { resultOf, runIdOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';
import { claimOf, MINUTE, QUIET, storeContract, T0 } from '../store-contract.ts';

const TABLE = 'coalmine-state';
const clock = { ...systemClock(), nowMs: () => T0 };

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
afterEach(() => {
  clients.meddle = async (_, next) => next();
});

storeContract({
  name: 'in a table',
  sequences: sampleSize({ small: 1, full: 6 }),
  open: async (keeping) => {
    opened += 1;
    const at = { table: TABLE, project: 'contract', environment: `e${opened}` };
    const open = () => dynamodbStore(at, { clients, ...keeping });
    return { store: open(), again: async () => open() };
  },
});

/** A new, unused part of the table. */
function fresh(more: { readonly project?: string; readonly environment?: string } = {}): StateStore {
  opened += 1;
  return dynamodbStore(
    { table: TABLE, project: 'p', environment: `e${opened}`, ...more },
    { clients, clock },
  );
}

function stateOf(more: Partial<CanaryState> = {}): CanaryState {
  return { canary: 'a', version: 1, writer: 'w', alert: QUIET, outbox: [], ...more };
}

const mine = { canary: 'a', slotAtMs: T0, owner: 'me', fence: 1, nowMs: T0 + 5 };
const result = resultOf({ canary: 'a', slotAtMs: T0 });

describe('fleets that share a table', () => {
  it.each([
    { one: { project: 'shop', environment: 'dev' }, other: { project: 'shop', environment: 'prod' } },
    { one: { project: 'a/b', environment: 'c' }, other: { project: 'a', environment: 'b/c' } },
    { one: { project: 'x%2Fy', environment: 'c' }, other: { project: 'x/y', environment: 'c' } },
  ])('do not meet: $one and $other', async ({ one, other }) => {
    const [first, second] = [fresh(one), fresh(other)];
    await first.runs.claim(claimOf());
    await first.runs.skipMissed({
      canary: 'b',
      slotAtMs: T0,
      state: 'missed',
      reason: '',
      count: 1,
      nowMs: T0,
    });
    await first.runs.advance({ canary: 'a', toMs: T0 });
    await first.runs.keep(result);
    await first.alerts.save(stateOf(), 0);
    await first.leases.take({ name: 'runner', owner: 'one', nowMs: T0, forMs: MINUTE });

    await expect(second.runs.claim(claimOf({ owner: 'other' }))).resolves.toMatchObject({ held: true });
    expect(
      (await second.runs.expireLeases({ expiredBeforeMs: T0 + 2 * MINUTE, nowMs: T0 })).map(
        ({ owner }) => owner,
      ),
    ).toEqual(['other']);
    expect((await second.runs.unapplied()).map(({ state }) => state)).toEqual(['lost']);
    expect(await second.runs.watermark('a')).toBeUndefined();
    expect(await second.runs.result(result.runId)).toBeUndefined();
    expect(await second.runs.history({ most: 9 })).toEqual([]);
    expect(await second.alerts.all()).toEqual([]);
    await expect(
      second.leases.take({ name: 'runner', owner: 'two', nowMs: T0, forMs: MINUTE }),
    ).resolves.toEqual({ held: true });
    expect((await first.runs.running('a')).map(({ owner }) => owner)).toEqual(['me']);
  });
});

describe('a write whose answer is lost, and that is repeated', () => {
  /** Each write is done, and then seems to have failed, once. */
  function loseAnswers(): void {
    const lost = new Set<unknown>();
    clients.meddle = async ({ command, input }, next) => {
      const answer = await next();
      if (!/^(Put|Update|Delete)Item$/.test(command) || lost.has(input)) return answer;
      lost.add(input);
      throw noAnswer();
    };
  }

  it.each<{
    title: string;
    before?(store: StateStore): Promise<unknown>;
    ask(store: StateStore): Promise<unknown>;
    answer: unknown;
  }>([
    { title: 'a claim', ask: async ({ runs }) => runs.claim(claimOf()), answer: { held: true, fence: 1 } },
    {
      title: 'a commit',
      before: async ({ runs }) => runs.claim(claimOf()),
      ask: async ({ runs }) => runs.commit({ ...mine, result }),
      answer: 'stored',
    },
    {
      title: 'a commit that came too late',
      before: async ({ runs }) => runs.claim(claimOf({ owner: 'other' })),
      ask: async ({ runs }) => runs.commit({ ...mine, result }),
      answer: 'late',
    },
    {
      title: 'a slot given up',
      before: async ({ runs }) => runs.claim(claimOf()),
      ask: async ({ runs }) => runs.skip({ ...mine, reason: 'x' }),
      answer: true,
    },
    {
      title: 'a slot that was missed',
      ask: async ({ runs }) =>
        runs.skipMissed({ canary: 'a', slotAtMs: T0, state: 'missed', reason: '', count: 3, nowMs: T0 }),
      answer: 3,
    },
    { title: 'a first state', ask: async ({ alerts }) => alerts.save(stateOf(), 0), answer: true },
    {
      title: 'a later state',
      before: async ({ alerts }) => alerts.save(stateOf(), 0),
      ask: async ({ alerts }) => alerts.save(stateOf({ version: 2, writer: 'x' }), 1),
      answer: true,
    },
    {
      title: 'a lease',
      ask: async ({ leases }) => leases.take({ name: 'n', owner: 'me', nowMs: T0, forMs: 1 }),
      answer: { held: true },
    },
  ])('$title is answered as it should have been', async ({ before, ask, answer }) => {
    const store = fresh();
    await before?.(store);
    loseAnswers();
    const sent = clients.calls.length;

    await expect(ask(store)).resolves.toEqual(answer);
    expect(clients.calls.length).toBeGreaterThan(sent + 1);
  });

  it('an expiry reports no slot that it is not sure of, and what it ended is unapplied', async () => {
    const { runs } = fresh();
    await runs.claim(claimOf());
    loseAnswers();

    expect(await runs.expireLeases({ expiredBeforeMs: T0 + 2 * MINUTE, nowMs: T0 })).toEqual([]);
    expect((await runs.unapplied()).map(({ state, fence }) => [state, fence])).toEqual([['lost', 2]]);
  });
});

it('an uneventful run costs as many writes and reads as the estimate of costs says', async () => {
  const { runs, alerts } = fresh();
  await alerts.save(stateOf(), 0);
  await runs.advance({ canary: 'a', toMs: T0 - MINUTE });
  clients.calls.length = 0;

  await alerts.load('a');
  await runs.claim(claimOf({ schedule: 'hourly' }));
  await runs.running('a');
  await runs.commit({ ...mine, result });
  await alerts.save(stateOf({ version: 2 }), 1);
  await runs.markApplied(mine);

  const writes = clients.calls.filter(({ command }) => /^(Put|Update)Item$/.test(command));
  const reads = clients.calls.filter(({ command }) => /^(GetItem|Query)$/.test(command));
  expect([writes.length, reads.length]).toEqual([TYPICAL.writesPerRun, TYPICAL.readsPerRun]);
  expect(clients.calls).toHaveLength(writes.length + reads.length);
  expect(await runs.unapplied()).toEqual([]);
});

it('a tick without work takes the reads that its cost counts, and no write', async () => {
  const store = fresh({ environment: 'ticking' });
  const names = Array.from({ length: 200 }, (_, index) => `orders-reach-the-store-${index}`);
  const fleet = new TestFleet(...names.map((name) => scheduled(name)));
  const engine = {
    ...fleet.harness.engine,
    cleanups: { ...fleet.harness.engine.cleanups, list: store.cleanups },
  };
  const context = fleet.monitor({
    runs: store.runs,
    alerts: store.alerts,
    leases: store.leases,
    engine: engine as typeof fleet.harness.engine,
    askSweep: async () => {},
  });
  await tick(context);
  clients.calls.length = 0;

  expect((await tick(context)).faults).toEqual([]);

  expect(clients.calls.map(({ command }) => command)).toEqual(
    Array.from({ length: TYPICAL.queriesPerTick }, () => 'Query'),
  );
  const marked = clients.calls.find(({ input }) => input['ConsistentRead'] === true);
  const { ConsumedCapacity } = await clients.client.send(
    new QueryCommand({ ...(marked?.input as unknown as QueryCommandInput), ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(ConsumedCapacity?.CapacityUnits).toBeLessThanOrEqual(names.length / TYPICAL.watermarksPerRead);
});

it('an index that lags behind brings nothing back', async () => {
  const { runs } = fresh();
  await runs.claim(claimOf());
  await runs.claim(claimOf({ slotAtMs: T0 + 1 }));
  await runs.commit({ ...mine, slotAtMs: T0 + 1, result: resultOf({ canary: 'a', slotAtMs: T0 + 1 }) });
  const remembered = new Map<string, unknown>();
  clients.meddle = async ({ input }, next) => {
    if (input['IndexName'] !== 'todo') return next();
    const asked = JSON.stringify(input['ExpressionAttributeValues']);
    const answer = remembered.get(asked) ?? (await next());
    remembered.set(asked, answer);
    return answer;
  };
  const ask = { expiredBeforeMs: T0 + 2 * MINUTE, nowMs: T0 };
  expect(await runs.unapplied()).toHaveLength(1);
  expect(await runs.expireLeases(ask)).toHaveLength(1);

  await runs.markApplied({ canary: 'a', slotAtMs: T0 + 1 });

  expect(await runs.unapplied()).toEqual([]);
  expect(await runs.expireLeases(ask)).toEqual([]);
});

it('keeps the newest three passes, though a read of their places lags, which costs half as much', async () => {
  const { runs } = fresh();
  const passOf = (n: number) =>
    resultOf({ canary: 'a', slotAtMs: T0 + n, startedAtMs: T0 + n, runId: runIdOf(n) });
  await runs.keep(passOf(1));
  let lagged: unknown;
  clients.calls.length = 0;
  clients.meddle = async ({ command, input }, next) => {
    const isLate = command === 'Query' && input['ConsistentRead'] === false;
    if (!isLate) return next();
    lagged ??= await next();
    return lagged;
  };

  for (const n of [2, 3, 4, 5]) await runs.keep(passOf(n));
  await runs.keep(passOf(5));

  const reads = clients.calls.flatMap(({ command, input }) =>
    command === 'Query' ? [input['ConsistentRead'] === true ? 'sure' : 'late'] : [],
  );
  expect(reads).toEqual(['late', ...Array.from({ length: 4 }, () => ['late', 'sure']).flat()]);
  clients.meddle = async (_, next) => next();
  const kept = await Promise.all([1, 2, 3, 4, 5].map(async (n) => runs.result(runIdOf(n), 'a')));
  expect(kept.map((one) => one?.runId)).toEqual([undefined, undefined, ...[3, 4, 5].map(runIdOf)]);
});

it('lets only what is settled expire', async () => {
  const store = fresh({ project: 'expiry' });
  const { runs } = store;
  await runs.claim(claimOf());
  await runs.skipMissed({ canary: 'a', slotAtMs: T0 + 1, state: 'missed', reason: '', count: 1, nowMs: T0 });
  await runs.skipMissed({ canary: 'a', slotAtMs: T0 + 2, state: 'skipped', reason: '', count: 1, nowMs: T0 });
  await runs.skipMissed({ canary: 'a', slotAtMs: T0 + 3, state: 'missed', reason: '', count: 1, nowMs: T0 });
  await runs.markApplied({ canary: 'a', slotAtMs: T0 + 3 });
  await runs.keep(resultOf({ canary: 'a', slotAtMs: T0 + 4 }));
  await runs.advance({ canary: 'a', toMs: T0 });
  await store.alerts.save(stateOf(), 0);

  const { Items = [] } = await clients.client.send(new ScanCommand({ TableName: TABLE }));
  const own = Items.filter(({ pk }) => pk?.S?.startsWith('expiry/') === true);
  const expires = (left: boolean) =>
    own.filter((item) => 'expiresAt' in item === left).map(({ sk }) => String(sk?.S).replace(/^0+/, ''));

  expect(new Set(expires(false))).toEqual(new Set([`${T0}|slot`, `${T0 + 1}|slot`, 'a']));
  expect(new Set(expires(true))).toEqual(
    new Set([`${T0 + 2}|slot`, `${T0 + 3}|slot`, `${T0 + 4}|extra|${runIdOf(1)}`, 'a|1']),
  );
});

describe('more than one answer can hold', () => {
  it('is read page by page', async () => {
    const { alerts, runs } = fresh();
    const names = Array.from({ length: 12 }, (_, n) => `canary-${n}`).toSorted();
    const filler = { ...QUIET, filler: 'x'.repeat(200_000) } as unknown as AlertState;
    for (const canary of names) await alerts.save(stateOf({ canary, alert: filler }), 0);
    clients.calls.length = 0;

    expect((await alerts.all()).map(({ canary }) => canary)).toEqual(names);
    expect(clients.calls.length).toBeGreaterThan(1);

    const slots = Array.from({ length: 120 }, (_, n) => T0 + n);
    await Promise.all(
      slots.map(async (slotAtMs) =>
        runs.skipMissed({ canary: 'a', slotAtMs, state: 'missed', reason: '', count: 1, nowMs: T0 }),
      ),
    );
    expect((await runs.unapplied()).map(({ slotAtMs }) => slotAtMs)).toEqual(slots);
  });

  it('is refused, where a state is larger than an item can be', async () => {
    const { alerts } = fresh();
    const huge = { ...QUIET, filler: 'x'.repeat(400_000) } as unknown as AlertState;

    await expect(alerts.save(stateOf({ alert: huge }), 0)).rejects.toThrow(
      /alert state of a has 4\d{5} bytes/,
    );
  });
});

describe('a table that does not answer as it should', () => {
  it('is named where it is not there, with what makes it', async () => {
    const { runs } = dynamodbStore({ table: 'gone', project: 'p', environment: 'e' }, { clients, clock });

    await expect(runs.claim(claimOf())).rejects.toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringMatching(/There is no table gone, where Coalmine keeps its state\. .*template/),
    });
  });

  it.each([
    {
      code: 'AccessDeniedException',
      status: 400,
      permanent: true,
      says: 'may not do dynamodb:UpdateItem on the table t, where Coalmine keeps its state',
    },
    { code: 'ProvisionedThroughputExceededException', status: 400, permanent: false, says: 'throttled' },
    { code: 'InternalServerError', status: 500, permanent: false, says: 'AWS could not do it' },
    {
      code: 'UnrecognizedClientException',
      status: 400,
      permanent: true,
      says: 'credentials are not accepted',
    },
  ])('is our own trouble: $code', async ({ code, status, permanent, says }) => {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'no' }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const refusing = localClients(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const { runs } = dynamodbStore(
      { table: 't', project: 'p', environment: 'e' },
      { clients: refusing, clock },
    );

    await expect(runs.advance({ canary: 'a', toMs: T0 })).rejects.toMatchObject({
      blame: 'observer',
      permanent,
      message: expect.stringContaining(says),
    });
    refusing.close();
    server.closeAllConnections();
    server.close();
  });
});
