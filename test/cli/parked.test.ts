import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { contextOf } from '../../runner/trace/ids/context.ts';
import { onceIn, runIn } from '../../runner/trace/index.ts';
import { coalmine } from '../support/command.ts';

let aws: LocalAws;
let db: DynamoDB;
let env: Record<string, string>;
/** A table for each test. */
let table: string;
let tables = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  db = new DynamoDB({ endpoint: aws.url, region: aws.region, credentials });
  env = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
});
afterAll(async () => {
  db.destroy();
  await aws.close();
});
beforeEach(async () => {
  table = `claims-${(tables += 1)}`;
  await db.createTable({
    TableName: table,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});

const once = async (effect: () => Promise<string>, id = 'order-1'): Promise<string> => {
  const { mail } = { mail: onceIn(db, { table }) };
  return runIn(contextOf({ id }), async () => mail('mail', effect, { of: '7' }));
};
const park = async (id: string): Promise<void> => {
  const said = jest.spyOn(console, 'warn').mockReturnValue();
  await expect(once(async () => Promise.reject(new Error('socket hang up')), id)).rejects.toThrow(
    'is parked',
  );
  said.mockRestore();
};
const parked = async (...argv: readonly string[]) => coalmine(['parked', ...argv, '--table', table], { env });

describe('coalmine parked', () => {
  it('says that nothing is parked, if so', async () => {
    await once(async () => 'sent');
    expect(await parked()).toEqual({ code: 0, stdout: `No effect is parked in ${table}.\n`, stderr: '' });
  });

  it('lists what is parked, and how to decide', async () => {
    await park('order-1');
    await park('order-2');
    const { code, stdout } = await parked();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^order-1#mail#7 {3}its claim ended \d{4}-.*\norder-2#mail#7 {3}its claim ended .*\n\n/,
    );
    expect(stdout).toContain(`coalmine parked KEY --table ${table} --done, or --release`);
  });

  it('lets the next delivery try an effect again that did not happen', async () => {
    await park('order-1');
    expect(await parked('order-1#mail#7', '--release')).toMatchObject({ code: 0, stderr: '' });
    expect(await once(async () => 'sent')).toBe('sent');
  });

  it('notes that an effect happened, so that it does not happen again', async () => {
    await park('order-1');
    expect(await parked('order-1#mail#7', '--done')).toMatchObject({ code: 0, stderr: '' });
    expect(await once(async () => 'sent again')).toBeUndefined();
    expect((await parked()).code).toBe(0);
  });

  it('lists an effect whose attempt died, and whose deliveries all came before its claim was over', async () => {
    const beganMs = Date.now() - 60_000;
    const past = onceIn(db, { table, leaseMs: 50, nowMs: () => beganMs });
    const { promise: began, resolve: begin } = Promise.withResolvers<void>();
    const dying = async (): Promise<never> => {
      begin();
      return new Promise(() => {});
    };
    void runIn(contextOf({ id: 'order-3' }), async () => past('mail', dying, { of: '7' }));
    await began;

    expect((await parked()).stdout).toContain('order-3#mail#7');
    expect(await parked('order-3#mail#7', '--release')).toMatchObject({ code: 0 });
    expect((await parked()).code).toBe(0);
  });

  it.each([['none#mail'], ['done']])('decides nothing about %s, which is not parked', async (key) => {
    await once(async () => 'sent', 'done');
    const { code, stderr } = await parked(key, '--release');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `${key} is not parked in ${table}. 'coalmine parked --table ${table}' lists what is.\n`,
    });
  });

  it.each([
    [['order-1#mail'], 'Decide about order-1#mail: --done if its effect happened'],
    [['--done'], 'Name the key of the claim'],
    [['order-1#mail', '--done', '--release'], 'cannot be used with'],
  ])('refuses %j', async (argv, message) => {
    const { code, stderr } = await parked(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('is an error if the table is not there', async () => {
    const { code, stderr } = await coalmine(['parked', '--table', 'none'], { env });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('The table does not exist.'),
    });
  });
});
