import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { dynamodbJournal } from '../../../runner/adapters/dynamodb/journal.ts';
import { dynamodbStore } from '../../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';
import type { Journal } from '../../../runner/core/taps/ports.ts';
import { bundleFunction } from '../../../runner/deploy/build/bundle-function.ts';
import { FUNCTIONS, type FunctionName } from '../../../runner/deploy/functions.ts';
import type { Fleet } from '../../../runner/engine/fleet-context.ts';
import { emptyFolder } from '../../support/command.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { keyOf, packagedTemplate, type Template } from './template.ts';
import { zipOf } from './zip.ts';

const BUCKET = 'code';
const STACK = 'coalmine';

/** The stack of template.yaml in MiniStack, with the built bundles of a fleet as its functions. */
export interface DeployedStack {
  readonly template: Template;
  readonly resources: readonly StackResourceSummary[];
  readonly store: StateStore;
  readonly journal: Journal;
  clientOf<Client>(constructor: new (config: never) => Client): Client;
  physicalId(logicalId: string): string;
  /** Calls the tick function with Scheduler's input. */
  tick(): Promise<void>;
  /** Number of messages in the run queue, including those in progress at a worker. */
  queued(): Promise<number>;
  /** The lines that a function has written, those that are JSON. */
  linesOf(name: FunctionName): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** New messages of the alert topic, by subject. */
  alertSubjects(waitSeconds: number): Promise<readonly string[]>;
  /** Ends the processes of a function, as a machine that fails would. */
  kill(name: FunctionName): number;
  close(): Promise<void>;
}

export async function deployStack(fleet: Fleet): Promise<DeployedStack> {
  const emulator = await startEmulator();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const clients = awsClients({ endpoint: emulator.url, region: emulator.region });
  const close = async (): Promise<void> => {
    clients.close();
    await emulator.close();
  };
  try {
    return { ...(await deployInto(emulator, clients, fleet)), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function deployInto(
  { url, folder, account, region }: Emulator,
  clients: AwsClients,
  fleet: Fleet,
): Promise<Omit<DeployedStack, 'close'>> {
  const clientOf: DeployedStack['clientOf'] = (constructor) => clients.clientOf(constructor, 'act');
  const template = packagedTemplate(BUCKET);
  await upload(fleet, template, clientOf(S3Client));
  const resources = await create(clientOf(CloudFormationClient), `${url}/${BUCKET}/template.json`);
  const physicalId = (logicalId: string): string => {
    const found = resources.find(({ LogicalResourceId }) => LogicalResourceId === logicalId);
    return found?.PhysicalResourceId ?? `no ${logicalId}`;
  };
  const alerts = await hearAlerts(physicalId('AlertTopic'), {
    clientOf,
    queueArn: `arn:aws:sqs:${region}:${account}:alerts`,
  });
  const clock = systemClock();
  const { project, environment } = fleet;
  const at = { table: physicalId('StateTable'), project: project.name, environment: environment.name };
  return {
    template,
    resources,
    clientOf,
    physicalId,
    store: dynamodbStore(at, { clients, clock }),
    journal: dynamodbJournal({
      clients,
      clock,
      table: at.table,
      namespace: `${at.project}/${at.environment}`,
    }),
    tick: async () => {
      const scheduledTime = new Date().toISOString().replace(/:\d\d\.\d+Z$/, ':00Z');
      const Payload = Buffer.from(JSON.stringify({ scheduledTime }));
      const command = new InvokeCommand({ FunctionName: physicalId('TickFunction'), Payload });
      const answer = await clientOf(LambdaClient).send(command);
      if (answer.FunctionError !== undefined) throw new Error(Buffer.from(answer.Payload ?? []).toString());
    },
    queued: async () => queuedIn(physicalId('RunQueue'), clientOf(SQSClient)),
    linesOf: async (name) => linesIn(physicalId(`${logicalName(name)}Logs`), clientOf(CloudWatchLogsClient)),
    alertSubjects: alerts,
    kill: (name) => kill(physicalId(`${logicalName(name)}Function`), folder),
  };
}

function logicalName(name: FunctionName): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}

async function upload(fleet: Fleet, template: Template, s3: S3Client): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (const name of FUNCTIONS) {
    const folder = join(emptyFolder(), name);
    await bundleFunction(name, fleet, folder);
    const files = ['index.js', 'fleet.json'].map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
    const Body = zipOf(Object.fromEntries(files) as Record<string, string>);
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: keyOf(`${logicalName(name)}Function`), Body }));
  }
  const Body = JSON.stringify(template);
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'template.json', Body }));
}

async function create(
  cloudFormation: CloudFormationClient,
  TemplateURL: string,
): Promise<readonly StackResourceSummary[]> {
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: STACK,
      TemplateURL,
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
    }),
  );
  for (;;) {
    const { Stacks: [stack] = [] } = await cloudFormation.send(
      new DescribeStacksCommand({ StackName: STACK }),
    );
    if (stack?.StackStatus === 'CREATE_COMPLETE') break;
    if (stack?.StackStatus !== 'CREATE_IN_PROGRESS') throw new Error(`the stack is ${stack?.StackStatus}`);
    await pause(200);
  }
  const resources: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: STACK }))
    resources.push(...(page.StackResourceSummaries ?? []));
  return resources;
}

interface Hearing {
  readonly clientOf: DeployedStack['clientOf'];
  readonly queueArn: string;
}

async function hearAlerts(
  TopicArn: string,
  { clientOf, queueArn }: Hearing,
): Promise<DeployedStack['alertSubjects']> {
  const sqs = clientOf(SQSClient);
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'alerts', Attributes: { VisibilityTimeout: '3600' } }),
  );
  await clientOf(SNSClient).send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn }));
  return async (WaitTimeSeconds) => {
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await sqs.send(command);
    return Messages.map(({ Body = '' }) => (JSON.parse(Body) as { readonly Subject: string }).Subject);
  };
}

async function queuedIn(QueueUrl: string, sqs: SQSClient): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
  const { Attributes = {} } = await sqs.send(asked);
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

async function linesIn(
  logGroupName: string,
  logs: CloudWatchLogsClient,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  return events.flatMap(({ message = '' }) =>
    message.startsWith('{') ? [JSON.parse(message) as Readonly<Record<string, unknown>>] : [],
  );
}

/** The emulator runs each function in processes of its own, whose code lies in the emulator's folder. */
function kill(functionName: string, folder: string): number {
  const listed = execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' });
  const ours = listed
    .split('\n')
    .filter((line) => line.includes(folder) && line.includes(`-${functionName}-`))
    .map((line) => Number.parseInt(line, 10));
  for (const pid of ours) process.kill(pid, 'SIGKILL');
  return ours.length;
}
