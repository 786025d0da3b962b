import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { dynamodbOf } from '../../runner/adapters/dynamodb/client.ts';
import { fixtureLeases } from '../../runner/adapters/dynamodb/leases.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { localClients, type MeddledClients } from '../support/aws/local-table.ts';
import { coalmine, emptyFolder } from '../support/command.ts';

const CANARY = `canary: stock
owner: team
timeout: 18s
setup:
  - use: ../stock.part.yaml
    with: { pieces: 1 }
steps:
  - use: ../stock.part.yaml
    with: { pieces: 2 }
`;
const PART = `part: A stock with some pieces
inputs: [pieces]
steps:
  - name: Pieces are put in
    putItem: pieces
    item: { sku: a, pieces: "\${pieces}" }
    timeout: 4s
  - name: They are stored
    expect: item
    table: pieces
    key: { sku: a }
    has: { pieces: "\${pieces}" }
    within: 4s
`;

describe('a canary with a setup, and no taps', () => {
  let aws: LocalAws;
  let clients: MeddledClients;
  let io: { readonly cwd: string; readonly env: Record<string, string | undefined> };

  beforeAll(async () => {
    aws = await startLocalAws();
    clients = localClients(aws.url);
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'canaries'));
    writeFileSync(
      join(cwd, 'coalmine.config.yaml'),
      `project: depot\nenvironments:\n  here: { region: ${aws.region} }\n`,
    );
    writeFileSync(join(cwd, 'canaries', 'stock.canary.yaml'), CANARY);
    writeFileSync(join(cwd, 'stock.part.yaml'), PART);
    io = {
      cwd,
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: aws.url,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    };
    const { sdk, client } = await dynamodbOf(clients);
    await client.send(
      new sdk.CreateTableCommand({
        TableName: 'pieces',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'sku', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'sku', KeyType: 'HASH' }],
      }),
    );
  });
  afterAll(async () => {
    clients.close();
    await aws.close();
  });

  it('is an error without the table of leases, and names the command that makes it', async () => {
    const { code, stdout, stderr } = await coalmine(['run'], io);

    expect(stderr).toBe('');
    expect(code).toBe(3);
    expect(stdout).toContain(
      'There is no table coalmine-depot-leases, where runs with a setup keep their leases.',
    );
    expect(stdout).toContain("Create it with 'coalmine tap'");
  });

  it('passes once that command has made it; a part may be used in both lists', async () => {
    const made = await coalmine(['tap'], io);
    const { code, stdout } = await coalmine(['run'], io);

    expect(made.stdout).toContain('Its table of leases is there, which runs with a setup need.');
    expect(stdout).toMatch(/✓ setup: Pieces are put in [\s\S]*✓ Pieces are put in /);
    expect(code).toBe(0);
  });

  it('is an error while another process has its lease, whose holder it names', async () => {
    const leases = fixtureLeases({ clients, clock: systemClock(), name: 'coalmine-depot-leases' });
    const lease = { name: 'setup of stock in here, project depot', owner: 'ben@ci, run 1' };
    await leases.take({ ...lease, nowMs: Date.now(), forMs: 60_000 });

    const { code, stdout, stderr } = await coalmine(['run'], io);
    await leases.drop(lease);

    expect(code).toBe(3);
    expect(stdout).toContain('Nothing was tested yet: the setup belongs to a run of ben@ci, run 1');
    expect(stderr).toContain('waits for the end of a run of ben@ci, run 1');
  });

  it('is explained with its setup, and with the permissions on the table', async () => {
    const { stdout } = await coalmine(['explain'], io);

    expect(stdout).toMatch(
      /Before, while no other run has this setup[\s\S]*setup-1\.1\. [\s\S]*Then:\n {2}1\.1\. /,
    );
    expect(stdout).toContain('dynamodb:PutItem, GetItem, DeleteItem on coalmine-depot-leases');
  });
});
