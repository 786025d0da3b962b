import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { localClients } from '../support/aws/local-clients.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';

const SLOT_MS = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
const RUN_ID = runIdOf(1);
const FOUND = 'There is no state file here: reading the table shop of the stack coalmine-shop-default.\n';

function folder(): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(join(cwd, 'coalmine.config.yaml'), 'project: shop\n');
  writeFileSync(
    join(cwd, 'canaries/orders.canary.yaml'),
    'canary: orders\nowner: team-a\nschedule: { every: 1d }\nsteps:\n  - http: GET https://example.com\n',
  );
  return cwd;
}

describe('a command without a state file, where the stack of its environment runs', () => {
  const local = localClients();
  const clients = { ...local, close: () => {} };
  const env = () => ({ AWS_REGION: local.aws.region, AWS_ENDPOINT_URL: local.aws.url });

  beforeAll(async () => {
    await createTable(clients, 'shop', STATE_TABLE);
    const { runs } = dynamodbStore(
      { table: 'shop', project: 'shop', environment: 'default' },
      { clients, clock: systemClock() },
    );
    const slot = { canary: 'orders', slotAtMs: SLOT_MS, nowMs: SLOT_MS, owner: 'me' };
    const steps = [stepResultOf({ name: 'It comes', verdict: 'failed', reason: 'nothing came' })];
    const result = resultOf({
      canary: 'orders',
      slotAtMs: SLOT_MS,
      startedAtMs: SLOT_MS,
      runId: RUN_ID,
      verdict: 'failed',
      steps,
    });
    await runs.advance({ canary: 'orders', toMs: SLOT_MS });
    await runs.claim({ ...slot, leaseUntilMs: SLOT_MS + 60_000 });
    await runs.commit({ ...slot, fence: 1, result });
    local.aws.stacks.register('coalmine-shop-default', { StateTable: 'shop', Project: 'shop' });
  });

  it.each([
    { argv: ['show', RUN_ID], says: 'nothing came' },
    { argv: ['show', RUN_ID, '--dossier'], says: 'nothing came' },
    { argv: ['history'], says: RUN_ID },
    { argv: ['status'], says: 'nothing came' },
    { argv: ['trace', RUN_ID], says: 'It comes' },
  ])('reads its table, and says so: $argv', async ({ argv, says }) => {
    const { stdout, stderr } = await coalmine(argv, { cwd: folder(), env: env() });

    expect(stderr).toContain(FOUND);
    expect(stdout).toContain(says);
  });

  it('changes nothing in its table unless that is named', async () => {
    const { code, stderr } = await coalmine(['state', 'reset-clock'], { cwd: folder(), env: env() });

    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('There is no state file') });
    expect(stderr).not.toContain('coalmine-shop-default');
  });
});
