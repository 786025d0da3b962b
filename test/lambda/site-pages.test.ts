import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { tickHandler } from '../../runner/lambda/tick.ts';
import { bundleOf, eventCanary, fleetFrom, LocalStack } from '../support/aws/local-stack.ts';

const FLEET = fleetFrom({
  'coalmine.config.yaml': `project: paged
environments: { aws: {} }
taps: [{ bus: default }]
channels: { topic: { sns: "\${env:COALMINE_ALERT_TOPIC_ARN}" } }
`,
  'orders.canary.yaml': eventCanary('orders', 'Sent'),
});

describe('the pages of a deployed stack', () => {
  let stack: LocalStack;
  let s3: S3Client;
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    stack = await LocalStack.start();
    s3 = awsClients({ endpoint: stack.url, region: stack.region }).clientOf(S3Client, 'act');
  });
  afterEach(() => {
    stack.deny('tick');
    stack.silence('tick');
    stack.lines.length = 0;
  });
  afterAll(async () => stack.close());

  const bucketOf = async (Bucket: string) => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    return { COALMINE_SITE_BUCKET: Bucket };
  };
  const keysIn = async (Bucket: string) =>
    ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key);
  const pageOf = async (Bucket: string) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key: 'index.html' }))).Body?.transformToString();
  const faults = () => stack.lines.filter(({ level }) => level === 'WARN').map(({ message }) => message);

  it('are written by a tick, and by each later one anew', async () => {
    const tick = stack.tick(FLEET, await bucketOf('written'));
    await tick();
    const first = await pageOf('written');
    await tick();

    expect(await keysIn('written')).toEqual([
      'badge.svg',
      'canaries/orders.html',
      'days.html',
      'hours.html',
      'index.html',
    ]);
    expect(first).toContain('Last tick');
    expect(await pageOf('written')).not.toBe(first);
    expect(faults()).toEqual([]);
  });

  it('have no last tick after one that was not complete', async () => {
    const env = await bucketOf('incomplete');
    stack.deny('tick', 'sqs:SendMessage');
    await stack.tick(FLEET, env)();

    expect(stack.lines).toContainEqual(expect.objectContaining({ level: 'ERROR' }));
    expect(await pageOf('incomplete')).not.toContain('Last tick');
  });

  it('are a line of the log if they are refused, and the tick is complete', async () => {
    const env = await bucketOf('refused');
    stack.deny('tick', 's3:PutObject');
    await stack.tick(FLEET, env)();

    expect(stack.lines).toContainEqual(expect.objectContaining({ Heartbeat: 1 }));
    expect(faults()).toEqual([expect.stringMatching(/^Pages were not written: /)]);
    expect(await keysIn('refused')).toEqual([]);
  });

  it('are not begun when the invocation is about to end', async () => {
    const env = await bucketOf('late');
    const handler = tickHandler(bundleOf(FLEET), stack.around('tick', env));
    await handler({}, stack.invocation(9_000));

    expect(stack.lines).toContainEqual(expect.objectContaining({ Heartbeat: 1 }));
    expect(await keysIn('late')).toEqual([]);
  });

  it('are left to the next tick if a call takes longer than the invocation has', async () => {
    const env = await bucketOf('slow');
    stack.silence('tick', 's3:PutObject');
    const tick = tickHandler(bundleOf(FLEET), stack.around('tick', env));
    await tick({}, stack.invocation(10_500));
    expect(stack.lines).toContainEqual(expect.objectContaining({ Heartbeat: 1 }));
    expect(await keysIn('slow')).toEqual([]);
  });
});
