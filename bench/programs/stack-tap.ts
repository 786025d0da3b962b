import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbJournal } from '../../runner/adapters/dynamodb/journal.ts';
import { createTable, STATE_TABLE } from '../../runner/adapters/dynamodb/schema.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { systemRandom } from '../../runner/adapters/runtime/system-random.ts';
import { chunksOf } from '../../runner/core/aws/chunks.ts';
import { correlationIdOf, newRunId } from '../../runner/core/base/run-id.ts';
import { tapReaderHandler } from '../../runner/lambda/tap-reader.ts';
import { bundleOf, recordOf } from '../../test/support/aws/local-stack.ts';
import { httpFleet } from '../measure/function-bundles.ts';
import { median } from '../measure/numbers.ts';

/**
 * Events that are put at once, and read by the tap reader function with two invocations at a time, as in the stack. By round: the time from the
 * answer to a put until the moment by which the journal dates its event, and until it was received. The medians, as JSON.
 */
const [endpoint = '', region = '', events = '0', rounds = '0'] = process.argv.slice(2);
const INVOCATIONS = 2;
const BATCH = 10;
const ACCOUNT = '000000000000';
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });

const clients = awsClients({ endpoint, region });
const sqs = clients.clientOf(SQSClient, 'observe');
const bus = clients.clientOf(EventBridgeClient, 'act');
const clock = systemClock();
const random = systemRandom();
await createTable(clients, 'state', STATE_TABLE);
const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'stack-tap' }));
const Arn = `arn:aws:sqs:${region}:${ACCOUNT}:stack-tap`;
const EventPattern = JSON.stringify({ source: ['bench'] });
const { RuleArn = '' } = await bus.send(new PutRuleCommand({ Name: 'stack-tap', EventPattern }));
await bus.send(new PutTargetsCommand({ Rule: 'stack-tap', Targets: [{ Id: 'tap', Arn }] }));
const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
});
await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
const fleet = httpFleet('http://example.com/');
const env = {
  AWS_REGION: region,
  AWS_ENDPOINT_URL: endpoint,
  COALMINE_STATE_TABLE: 'state',
  COALMINE_STACK: 'bench',
  COALMINE_TAP_BUS_1: `default|${QueueUrl}|${RuleArn}`,
};
const handler = tapReaderHandler(bundleOf(fleet), { env, line: () => {} });
const namespace = `${fleet.project.name}/${fleet.environment.name}`;
const journal = dynamodbJournal({ clients, table: 'state', namespace, clock });

/** Puts them, and returns the moment of the answer by the id of each event. */
async function put(): Promise<ReadonlyMap<string, number>> {
  const entries = Array.from({ length: Number(events) }, () => ({
    Source: 'bench',
    DetailType: 'Happened',
    Detail: JSON.stringify({ correlationId: correlationIdOf(newRunId(clock.nowMs(), random)) }),
  }));
  const answered = chunksOf(entries, BATCH).map(async (some) => {
    const { Entries: taken = [] } = await bus.send(new PutEventsCommand({ Entries: [...some] }));
    return taken.map(({ EventId = '' }) => [EventId, clock.nowMs()] as const);
  });
  return new Map((await Promise.all(answered)).flat());
}

/** Invokes the function with what the queue holds, until so many messages were read. */
async function read(left: { count: number }): Promise<void> {
  while (left.count > 0) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) continue;
    const invocation = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
    await handler({ Records: Messages.map((message) => recordOf(message, Arn)) }, invocation);
    left.count -= Messages.length;
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

const found: object[] = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const sinceMs = clock.nowMs();
  const left = { count: Number(events) };
  const [putAtMs] = await Promise.all([put(), ...Array.from({ length: INVOCATIONS }, () => read(left))]);
  const entries = (await journal.read({ feed: 'bus default', sinceMs })).filter(({ id }) => putAtMs.has(id));
  if (entries.length !== Number(events)) throw new Error(`${entries.length} of ${events} events are known`);
  const after = (atMs: number, id: string): number => Math.max(0, atMs - (putAtMs.get(id) as number));
  found.push({
    datedMs: median(entries.map(({ id, happenedAtMs }) => after(happenedAtMs, id))),
    receivedMs: median(entries.map(({ id, receivedAtMs }) => after(receivedAtMs, id))),
  });
}
process.stdout.write(JSON.stringify(found));
process.exit(0);
