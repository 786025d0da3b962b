import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { fixtureLeases, tapLeases } from '../../../runner/adapters/dynamodb/leases.ts';
import { createTable, deleteTable, LEASE_TABLE } from '../../../runner/adapters/dynamodb/schema.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { localClients, type MeddledClients } from '../../support/aws/local-table.ts';

const T0 = 1_700_000_000_000;

describe('the leases of taps', () => {
  let aws: LocalAws;
  let clients: MeddledClients;
  const clock = systemClock();

  beforeAll(async () => {
    aws = await startLocalAws();
    clients = localClients(aws.url);
    await createTable(clients, 'leases', LEASE_TABLE);
  });
  afterAll(async () => {
    clients.close();
    await aws.close();
  });

  it('are held by one owner at a time, until they end or are dropped', async () => {
    const leases = tapLeases({ clients, clock, name: 'leases' });
    const take = async (owner: string, nowMs: number) =>
      leases.take({ name: 'tap', owner, nowMs, forMs: 1_000 });

    expect(await take('anna', T0)).toEqual({ held: true });
    expect(await take('bert', T0 + 1)).toEqual({ held: false, by: 'anna', untilMs: T0 + 1_000 });
    expect(await take('anna', T0 + 500)).toEqual({ held: true });
    expect(await take('bert', T0 + 1_501)).toEqual({ held: true });
    await leases.drop({ name: 'tap', owner: 'anna' });
    expect(await take('anna', T0 + 1_502)).toMatchObject({ held: false, by: 'bert' });
    await leases.drop({ name: 'tap', owner: 'bert' });
    expect(await take('anna', T0 + 1_503)).toEqual({ held: true });
  });

  it('name their table, and the command that creates it, if it does not exist', async () => {
    const leases = tapLeases({ clients, clock, name: 'gone' });

    await expect(leases.take({ name: 'tap', owner: 'anna', nowMs: T0, forMs: 1 })).rejects.toMatchObject({
      blame: 'observer',
      permanent: true,
      message:
        "There is no table gone, where readers of taps keep their leases. Create it with 'coalmine tap'.",
    });
  });

  it('of fixtures are in the same table, which a project without taps has, too', async () => {
    const ask = { name: 'setup of a in b, project c', owner: 'anna, run 1', nowMs: T0, forMs: 1_000 };

    expect(await fixtureLeases({ clients, clock, name: 'leases' }).take(ask)).toEqual({ held: true });
    await expect(fixtureLeases({ clients, clock, name: 'gone' }).take(ask)).rejects.toMatchObject({
      blame: 'observer',
      message:
        "There is no table gone, where runs with a setup keep their leases. Create it with 'coalmine tap', also for a project without taps.",
    });
  });

  it('have a table that can be created and deleted twice', async () => {
    await createTable(clients, 'twice', LEASE_TABLE);
    await createTable(clients, 'twice', LEASE_TABLE);
    await deleteTable(clients, 'twice');
    await expect(deleteTable(clients, 'twice')).resolves.toBeUndefined();
  });
});
