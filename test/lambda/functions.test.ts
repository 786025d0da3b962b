import {
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { actionsIn } from '../../infra/stack/boundary.ts';
import { stackOf } from '../../infra/stack/index.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbJournal } from '../../runner/adapters/dynamodb/journal.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import type { QueuedSlot } from '../../runner/core/store/run-queue.ts';
import { UNWRITTEN_KEY, unwrittenAmong } from '../../runner/core/taps/unwritten.ts';
import type { Value } from '../../runner/deploy/intrinsics.ts';
import type { Fleet } from '../../runner/engine/fleet-context.ts';
import { entryOf } from '../adapters/cleanup-contract.ts';
import { eventCanary, fleetFrom, LocalStack } from '../support/aws/local-stack.ts';
import { actStep, resultOf, runIdOf } from '../support/run/builders.ts';

const HOUR_MS = 3_600_000;

const PROJECT = `project: tested
environments:
  aws: {}
taps:
  - bus: default
  - topic: arn:aws:sns:us-east-1:000000000000:ships
channels:
  topic:
    sns: \${env:COALMINE_ALERT_TOPIC_ARN}
operators: [topic]
`;

/** Once a day, at the present minute: however slow the machine is, one slot falls into the last hour. */
function onceNow(): string {
  const now = new Date();
  return `cron: '${now.getUTCMinutes()} ${now.getUTCHours()} * * *'\n  timezone: UTC`;
}

function dueCanary(name: string, expected: string, more: { readonly within?: string } = {}): string {
  return eventCanary(name, expected, { ...more, schedule: onceNow() });
}

/** A canary that a schedule starts tomorrow, and that invokes a function. */
function invokingCanary(name: string): string {
  return `canary: ${name}
owner: t
schedule: { every: 1d }
alert: { after: 1, to: [topic] }
steps:
  - invoke: store-order
`;
}

function fleetWith(project: string, ...canaries: readonly string[]): Fleet {
  const files = canaries.map((text, index) => [`c${index}.canary.yaml`, text] as const);
  return fleetFrom({
    'coalmine.config.yaml': PROJECT.replace('tested', project),
    ...Object.fromEntries(files),
  });
}

describe('the functions of the stack, on the local AWS', () => {
  let stack: LocalStack;

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    stack = await LocalStack.start();
  });

  afterEach(() => {
    for (const name of ['tick', 'worker', 'tap-reader'] as const) stack.deny(name);
    stack.lines.length = 0;
  });

  afterAll(async () => stack.close());

  const storeOf = (fleet: Fleet): StateStore => {
    const { project, environment } = fleet;
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const at = { table: 'state', project: project.name, environment: environment.name };
    return dynamodbStore(at, { clients, clock: systemClock() });
  };

  /** Ticks as if the canaries had been planned until an hour ago: each has one slot that is due. */
  const tickWithWork = async (fleet: Fleet): Promise<void> => {
    const { runs } = storeOf(fleet);
    for (const { name } of fleet.canaries) await runs.advance({ canary: name, toMs: Date.now() - HOUR_MS });
    await stack.tick(fleet)();
  };

  /** A tick that finds work, and a worker that does it while the tap reader reads. */
  const minuteOf = async (fleet: Fleet) => {
    const stopHearing = stack.hear(fleet);
    await tickWithWork(fleet);
    const event = await stack.queued(2);
    const answer = await stack.worker(fleet)(event);
    await stack.settle(event, answer);
    await stopHearing();
    return answer;
  };

  it('make of a tick a run, whose event comes back through the tap, the tap reader and the journal', async () => {
    const fleet = fleetWith('whole', dueCanary('whole-way', 'Sent'));

    const answer = await minuteOf(fleet);

    expect(answer).toEqual({ batchItemFailures: [] });
    const [run] = stack.lines.filter(({ message }) => message === 'run');
    expect(run).toMatchObject({ level: 'INFO', result: { canary: 'whole-way', verdict: 'passed' } });
    const [newest] = await storeOf(fleet).runs.history({ canary: 'whole-way', most: 1 });
    expect(newest).toMatchObject({ what: 'done', run: { verdict: 'passed' } });
    expect(stack.lines).toContainEqual(
      expect.objectContaining({ Stack: 'test-stack', Heartbeat: 1, MissedSlots: 0, UndeliveredNotices: 0 }),
    );
    expect(stack.lines).toContainEqual(expect.objectContaining({ TapReaderLag: expect.any(Number) }));
    const delays = stack.lines.filter((line) => 'EventLoopDelay' in line);
    expect(delays.length).toBeGreaterThanOrEqual(3); // of the tick, the worker and the tap reader
    expect(delays).toContainEqual(
      expect.objectContaining({ Stack: 'test-stack', EventLoopDelay: expect.any(Number) }),
    );
  });

  it('read a topic, over which no probe is sent, if its subscription is in place', async () => {
    const ships = 'arn:aws:sns:us-east-1:000000000000:ships';
    const steps = `  - publish: ${ships}\n    body: x\n  - expect: message\n    topic: ships\n    within: 10s\n`;
    const fleet = fleetWith(
      'topics',
      `canary: topics\nowner: t\nschedule:\n  ${onceNow()}\nalert: { to: [topic] }\nsteps:\n${steps}`,
    );

    await minuteOf({ ...fleet, project: { ...fleet.project, taps: [] } });

    expect(stack.lines).toContainEqual(
      expect.objectContaining({ result: expect.objectContaining({ canary: 'topics', verdict: 'passed' }) }),
    );
  });

  it('call a tap whose target is gone an error of the observer, before anything is acted', async () => {
    const fleet = fleetWith('aimless', dueCanary('aimless', 'Sent'));
    const events = awsClients({ endpoint: stack.url, region: stack.region }).clientOf(
      EventBridgeClient,
      'observe',
    );
    const rule = { Rule: 'tap-1', EventBusName: 'default' };
    const { Targets } = await events.send(new ListTargetsByRuleCommand(rule));
    await events.send(new RemoveTargetsCommand({ ...rule, Ids: ['tap'] }));

    await minuteOf(fleet);
    await events.send(new PutTargetsCommand({ ...rule, Targets }));

    const [run] = stack.lines.filter(({ message }) => message === 'run');
    expect(run).toMatchObject({
      result: { verdict: 'error', steps: [expect.anything(), { blame: 'observer' }] },
    });
    expect(JSON.stringify(run)).toContain('does not lead to its queue: its rule has another target, or none');
  });

  it('remove what a dead run left: the tick asks, a worker does it', async () => {
    const cleanup = `cleanup:
  - putEvent: default
    source: test
    detailType: Undone
    detail:
      run: \${run.id}
`;
    const fleet = fleetWith('leaving', `${dueCanary('leaves', 'Sent')}${cleanup}`);
    const { cleanups } = storeOf(fleet);
    const left = async () => cleanups.due({ byMs: Number.MAX_SAFE_INTEGER, most: 9 });
    const { cleanup: steps } = fleet.canaries[0] as Fleet['canaries'][number];
    await cleanups.save(entryOf({ canary: 'leaves', steps, dueAtMs: Date.now() - 1 }), 0);

    await stack.tick(fleet)();
    const event = await stack.queued(1);
    expect(event.Records.map(({ body }) => body)).toEqual(['{"sweep":true}']);
    const answer = await stack.worker(fleet)(event);
    await stack.settle(event, answer);

    expect(answer).toEqual({ batchItemFailures: [] });
    const [swept] = stack.lines.filter(({ message }) => message === 'sweep');
    expect(swept).toMatchObject({ level: 'INFO', canary: 'leaves', clean: true, steps: [{ fate: 'done' }] });
    expect(await left()).toEqual([]);
  });

  it.each([
    { name: 'own-table', step: '  - putItem: state\n    item: { pk: x, sk: x }' },
    { name: 'own-queue', step: '  - never: message\n    queue: runs\n    for: 1s' },
  ])('refuse a canary that names a resource of the stack itself: $name', async ({ name, step }) => {
    const text = `canary: ${name}\nowner: t\nschedule:\n  ${onceNow()}\nalert: { to: [topic] }\nsteps:\n${step}\n`;
    const fleet = fleetWith(name, text);

    await tickWithWork(fleet);
    const event = await stack.queued(1);
    await stack.settle(event, await stack.worker(fleet)(event));

    const [run] = stack.lines.filter(({ message }) => message === 'run');
    expect(run).toMatchObject({ result: { verdict: 'error', steps: [{ blame: 'definition' }] } });
    expect(JSON.stringify(run)).toContain(
      'belongs to the stack of Coalmine itself, so no canary may touch it',
    );
  });

  it('say which leftovers they could not remove', async () => {
    const fleet = fleetWith('stuck', dueCanary('sticks', 'Sent'));
    const { cleanups } = storeOf(fleet);
    const steps = [actStep('undo', { kind: 'deleteObject', input: { bucket: 'b', key: 'constant' } })];
    await cleanups.save(entryOf({ canary: 'sticks', steps, dueAtMs: Date.now() - 1 }), 0);

    await stack.tick(fleet)();
    const event = await stack.queued(1);
    await stack.settle(event, await stack.worker(fleet)(event));

    const [swept] = stack.lines.filter(({ message }) => message === 'sweep');
    expect(swept).toMatchObject({ level: 'WARN', clean: false, steps: [{ fate: 'refused' }] });
    expect(await stack.alertSubjects()).toEqual(['Cleanup is incomplete in aws']);
  });

  it('plan a slot once, however often the tick comes', async () => {
    const fleet = fleetWith('twice', dueCanary('once', 'Sent'));

    await Promise.all([tickWithWork(fleet), tickWithWork(fleet)]);
    await stack.tick(fleet)();
    const event = await stack.queued(2);
    const stopHearing = stack.hear(fleet);
    const answer = await stack.worker(fleet)({ Records: [...event.Records, ...event.Records] });
    await stack.settle(event, answer);
    await stopHearing();

    const slots = event.Records.map(({ body }) => JSON.parse(body) as QueuedSlot)
      .filter(({ canary }) => canary === 'once') // the tests share a queue
      .map(({ slotAtMs }) => slotAtMs);
    expect(new Set(slots).size).toBe(1);
    expect(stack.lines.filter(({ message }) => message === 'run')).toHaveLength(1);
  });

  it('notify people of a failing canary at once; that is no failure of the function', async () => {
    const fleet = fleetWith('failing', dueCanary('fails', 'NeverSent', { within: '1s' }));

    const answer = await minuteOf(fleet);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(stack.lines).toContainEqual(
      expect.objectContaining({
        level: 'WARN',
        message: 'run',
        result: expect.objectContaining({ verdict: 'failed' }),
      }),
    );
    expect(await stack.alertSubjects()).toEqual([expect.stringContaining('fails')]);
  });

  it('end a run whose worker died, and notify people of it with a later tick', async () => {
    const fleet = fleetWith('dying', dueCanary('dies', 'Sent'));
    const { runs } = storeOf(fleet);
    for (const ago of [12, 11, 10]) {
      const slotAtMs = Math.floor(Date.now() / 60_000 - ago) * 60_000;
      const claim = { canary: 'dies', slotAtMs, owner: 'somebody dead' };
      await runs.claim({ ...claim, nowMs: slotAtMs, leaseUntilMs: slotAtMs + 60_000 });
    }

    await stack.tick(fleet)();

    expect(stack.lines).toContainEqual(expect.objectContaining({ message: 'tick', lost: 3, faults: 0 }));
    const found = await runs.history({ canary: 'dies', most: 10 });
    expect(found.map(({ what }) => what)).toContain('lost');
    expect(await stack.alertSubjects()).toEqual([expect.stringContaining('dies')]);
    await stack.settle(await stack.queued(2), { batchItemFailures: [] });
  });

  it('apply the outcome that a dead worker left, and list changes before it as unknown', async () => {
    const fleet = fleetWith('left', invokingCanary('left'));
    const { runs, alerts } = storeOf(fleet);
    for (const [ago, verdict] of [
      [12, 'passed'],
      [11, 'failed'],
    ] as const) {
      const slotAtMs = Math.floor(Date.now() / 60_000 - ago) * 60_000;
      const slot = { canary: 'left', slotAtMs, owner: 'a worker', nowMs: slotAtMs };
      const claimed = await runs.claim({ ...slot, leaseUntilMs: slotAtMs + 60_000 });
      const { fence } = claimed as { readonly fence: number };
      const run = {
        runId: runIdOf(ago),
        canary: 'left',
        startedAtMs: slotAtMs,
        definition: 'a',
        runnerVersion: '1',
      };
      const result = resultOf({ ...run, slotAtMs, verdict, environment: 'aws', region: 'us-east-1' });
      await runs.commit({ ...slot, fence, result });
    }

    await stack.tick(fleet)();

    const state = await alerts.load('left');
    expect(state?.alert.target.incident?.changes).toMatchObject({
      changes: [],
      unread: [
        { resource: 'function store-order', why: 'The worker that made the run ended before it read them.' },
      ],
    });
    expect(await stack.alertSubjects()).toEqual([expect.stringContaining('left')]);
  });

  it('give back a slot that they could not work on, so that it comes again', async () => {
    const fleet = fleetWith('denied', dueCanary('denied', 'Sent'));
    await tickWithWork(fleet);
    const event = await stack.queued(2);
    stack.deny('worker', 'dynamodb:PutItem');

    const answer = await stack.worker(fleet)(event);

    const ids = event.Records.map(({ messageId }) => ({ itemIdentifier: messageId }));
    expect(answer).toEqual({ batchItemFailures: ids });
    expect(stack.lines).toContainEqual(
      expect.objectContaining({ level: 'ERROR', message: expect.stringContaining('dynamodb:PutItem') }),
    );
    await stack.settle(event, { batchItemFailures: [] });
  });

  it('say which permission a canary lacks, and where to add it', async () => {
    const fleet = fleetWith('lacking', dueCanary('lacks', 'Sent', { within: '1s' }));
    await tickWithWork(fleet);
    const event = await stack.queued(2);
    stack.deny('worker', 'events:PutEvents');
    const stopHearing = stack.hear(fleet);

    await stack.settle(event, await stack.worker(fleet)(event));
    await stopHearing();

    const [run] = stack.lines.filter(({ message }) => message === 'run');
    expect(JSON.stringify(run)).toContain(
      "The runner's role may not do events:PutEvents here. 'coalmine iam' lists",
    );
    expect(run).toMatchObject({ result: { verdict: 'error' } });
    await stack.alertSubjects();
  });

  it('cut a run short while there is time to store it', async () => {
    const fleet = fleetWith('short', dueCanary('cut', 'NeverSent'));
    await tickWithWork(fleet);
    const event = await stack.queued(2);

    const stopHearing = stack.hear(fleet);
    const answer = await stack.worker(fleet)(event, 17_000);
    await stack.settle(event, answer);
    await stopHearing();

    expect(stack.lines).toContainEqual(
      expect.objectContaining({
        result: expect.objectContaining({
          verdict: 'error',
          interrupted: true,
          reason: expect.stringContaining('The worker function reached its timeout'),
        }),
      }),
    );
    await stack.alertSubjects();
  });

  it('send a slot on that came too early, and one whose canary is busy with an earlier run', async () => {
    const fleet = fleetWith(
      'queueing',
      dueCanary('queues', 'Sent').replace('schedule:', 'schedule:\n  overlap: queue'),
    );
    const slotAtMs = Math.floor(Date.now() / 60_000) * 60_000;
    const bodyOf = (notBeforeMs: number): string =>
      JSON.stringify({ canary: 'queues', slotAtMs, notBeforeMs });
    const claim = { canary: 'queues', slotAtMs: slotAtMs - 60_000, owner: 'earlier' };
    const nowMs = Date.now();
    await storeOf(fleet).runs.claim({ ...claim, nowMs, leaseUntilMs: nowMs + 60_000 });
    const records = [bodyOf(nowMs + 1_000), bodyOf(nowMs - 1_000)].map((body, index) => ({
      messageId: `m${index}`,
      body,
    }));

    const answer = await stack.worker(fleet)({ Records: records } as SQSEvent);
    const again = await stack.queued(5);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(stack.lines.filter(({ message }) => message === 'run')).toEqual([]);
    expect(again.Records.length).toBeGreaterThan(0);
    await stack.settle(again, { batchItemFailures: [] });
  });

  it('give back what holds no slot', async () => {
    const fleet = fleetWith('odd', dueCanary('odd', 'Sent'));

    const answer = await stack.worker(fleet)({
      Records: [{ messageId: 'm1', body: '{"canary": 5}', receiptHandle: 'none' }],
    } as unknown as SQSEvent);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  });

  it('give no sign of life after a tick that could not do all there was', async () => {
    const fleet = fleetWith('ill', dueCanary('ill', 'Sent'));
    await storeOf(fleet).runs.advance({ canary: 'ill', toMs: Date.now() - HOUR_MS });
    stack.deny('tick', 'sqs:SendMessage');

    await stack.tick(fleet, { COALMINE_HEARTBEAT_URL: 'http://127.0.0.1:9/never' })();

    expect(stack.lines.filter((line) => 'Heartbeat' in line)).toEqual([]);
    expect(stack.lines).toContainEqual(expect.objectContaining({ level: 'ERROR' }));
    expect(stack.lines).toContainEqual(expect.objectContaining({ MissedSlots: 0, OldestRunAge: 0 }));
  });

  it('mark what the tap reader could not write, so that the tap is not complete until it is written', async () => {
    const fleet = fleetWith('marking', dueCanary('marks', 'Sent'));
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const journal = dynamodbJournal({
      clients,
      table: 'state',
      namespace: 'marking/aws',
      clock: systemClock(),
    });
    const unwritten = async () =>
      unwrittenAmong(await journal.read({ feed: 'bus default', key: UNWRITTEN_KEY, sinceMs: 0 }));
    const event = (size: number, count: number) =>
      stack.tapEvent({
        MessageId: 'm1',
        Body: JSON.stringify({ id: 'e1', detail: { text: 'x'.repeat(size) } }),
        Attributes: { SentTimestamp: String(Date.now()), ApproximateReceiveCount: String(count) },
      });
    const reader = stack.tapReader(fleet);

    await expect(reader(event(450_000, 1))).rejects.toThrow('size'); // DynamoDB keeps no item of more than 400 KB
    expect(await unwritten()).toBe(1);
    await reader(event(10, 2));
    expect(await unwritten()).toBe(0);

    stack.deny('tap-reader', 'dynamodb:BatchWriteItem');
    await expect(reader(event(10, 3), 3_000)).rejects.toThrow('dynamodb:BatchWriteItem');
    clients.close();
  });

  it('write the pages of the state into the bucket of the stack', async () => {
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const s3 = clients.clientOf(S3Client, 'act');
    await s3.send(new CreateBucketCommand({ Bucket: 'pages' }));
    await stack.tick(fleetWith('paged', dueCanary('paged', 'Sent')), { COALMINE_SITE_BUCKET: 'pages' })();

    const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: 'pages' }));
    expect(KeyCount).toBe(5);
    await stack.settle(await stack.queued(), { batchItemFailures: [] });
    clients.close();
  });

  it('refuse to begin with settings that are faulty, and name every fault', () => {
    const fleet = fleetWith('faulty', dueCanary('faulty', 'Sent'));
    const env = {
      COALMINE_STATE_TABLE: '',
      COALMINE_ALLOW_SHRINK: 'perhaps',
      COALMINE_HEARTBEAT_URL: 'example.com',
      COALMINE_TAP_BUS_1: 'default|nowhere|',
      AWS_ENDPOINT_URL: 'nowhere',
    };

    expect(() => stack.tick(fleet, env)).toThrow(
      [
        "The stack's settings are faulty:",
        "- AWS_ENDPOINT_URL is 'nowhere', which is not a URL.",
        '- COALMINE_STATE_TABLE is not set.',
        "- COALMINE_ALLOW_SHRINK is 'perhaps', and can only be yes or no.",
        '- COALMINE_HEARTBEAT_URL is no address: it must begin with https://.',
        "- COALMINE_TAP_BUS_1 is 'default|nowhere|', which is not address|queue URL|ARN of its rule.",
        'They come from template.yaml: deploy it again.',
      ].join('\n'),
    );
  });

  it.each([
    { name: 'tick', roleName: 'TickRole' },
    { name: 'worker', roleName: 'WorkerRole' },
    { name: 'tap-reader', roleName: 'TapReaderRole' },
  ] as const)('use, in the $name, the actions that its role grants, and no others', ({ name, roleName }) => {
    const fleet = fleetWith('whole', dueCanary('whole-way', 'Sent'));
    const { Resources } = stackOf(fleet) as { readonly Resources: Readonly<Record<string, Value>> };
    const role = Resources[roleName] as {
      readonly Properties: {
        readonly Policies: readonly [{ readonly PolicyDocument: { readonly Statement: readonly Value[] } }];
      };
    };
    const granted = new Set(role.Properties.Policies[0].PolicyDocument.Statement.flatMap(actionsIn));

    const used = stack.actionsOf(name);

    expect([...used].filter((action) => !granted.has(action))).toEqual([]);
    expect([...granted].filter((action) => !used.has(action) && !BY_LAMBDA.has(action))).toEqual([]);
  });
});

/** Lambda's own calls in a function's name: its logs, its queues, its dead letters, its place in a VPC, and the deployer's own key. */
const BY_LAMBDA = new Set([
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
]);
