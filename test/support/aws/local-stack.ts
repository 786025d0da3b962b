import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Ajv } from 'ajv';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import * as notifiers from '../../../reporters/notifications/table.ts';
import * as reporters from '../../../reporters/registry/table.ts';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import * as changes from '../../../runner/adapters/changes/table.ts';
import { createTable, STATE_TABLE } from '../../../runner/adapters/dynamodb/schema.ts';
import { SOURCES } from '../../../runner/adapters/references/sources.ts';

import { stackPatternOf } from '../../../runner/adapters/taps/tap-pattern.ts';
import type { Json } from '../../../runner/core/base/json.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { fleetOf } from '../../../runner/deploy/fleet.ts';
import type { Fleet } from '../../../runner/engine/fleet-context.ts';
import type { WorkerBundle } from '../../../runner/lambda/bundle.ts';
import type { Invocation, LambdaEnvironment } from '../../../runner/lambda/lambda-environment.ts';
import { tapReaderHandler } from '../../../runner/lambda/tap-reader.ts';
import { tickHandler } from '../../../runner/lambda/tick.ts';
import { workerHandler } from '../../../runner/lambda/worker.ts';
import { formatDiagnostic, load } from '../../../runner/load/index.ts';
import type { InputCheck } from '../../../runner/load/yaml/input-problem.ts';
import { KINDS } from '../../../runner/registry.ts';
import { filesOf } from '../../load/support.ts';
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';

const TABLE = 'state';
const NAMES = ['tick', 'worker', 'tap-reader', 'inbox'] as const;
type Name = (typeof NAMES)[number];

/** The fleet that some files come to. */
export function fleetFrom(texts: Readonly<Record<string, string>>, environment?: string): Fleet {
  const { canaries, diagnostics } = load(filesOf(texts, true), KINDS);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(formatDiagnostic).join('\n'));
  const chosen = fleetOf(canaries, environment);
  if ('faults' in chosen) throw new Error(chosen.faults.join('\n'));
  return chosen.fleet;
}

/** A canary that puts an event, and expects one of some type. */
export function eventCanary(
  name: string,
  expected: string,
  { within = '20s', timeout = '30s', schedule = 'every: 1m' } = {},
): string {
  return `canary: ${name}
owner: team-test
schedule:
  ${schedule}
timeout: ${timeout}
alert:
  after: 1
  to: [topic]
steps:
  - putEvent: default
    source: test
    detailType: Sent
    detail:
      note: \${run.shortId}
  - expect: event
    bus: default
    source: test
    detailType: ${expected}
    has:
      detail:
        note: \${run.shortId}
    within: ${within}
`;
}

/** A fleet in the form of a build's files. */
export function bundleOf(fleet: Fleet): WorkerBundle {
  const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false });
  const kinds = Object.values({ ...KINDS.verbs, ...KINDS.nouns });
  const checks = Object.fromEntries(kinds.map(({ name, input }) => [name, ajv.compile(input) as InputCheck]));
  const { verbs, nouns } = KINDS;
  const tables = { verbs, nouns, notifiers, reporters, sources: SOURCES, changes };
  return { fleet: JSON.stringify(fleet), ...tables, checks };
}

type Queue = 'runs' | 'busTap' | 'topicTap' | 'alerts';

/** The stack's three functions on the local AWS, called as AWS would call them. */
export class LocalStack {
  readonly lines: Readonly<Record<string, Json>>[] = [];
  readonly topicArn: string;
  readonly #aws: LocalAws;
  readonly #proxies: Readonly<Record<Name, RecordingProxy>>;
  readonly #env: Readonly<Record<string, string>>;
  readonly #urls: Readonly<Record<Queue, string>>;
  readonly #sqs: SQSClient;
  #requests = 0;

  private constructor(
    aws: LocalAws,
    proxies: Readonly<Record<Name, RecordingProxy>>,
    made: { env: Record<string, string>; urls: Record<Queue, string>; topicArn: string },
    sqs: SQSClient,
  ) {
    this.#aws = aws;
    this.#proxies = proxies;
    this.#env = made.env;
    this.#urls = made.urls;
    this.topicArn = made.topicArn;
    this.#sqs = sqs;
  }

  /** Starts the local AWS and creates the template's resources. */
  static async start(): Promise<LocalStack> {
    const aws = await startLocalAws();
    const [tick, worker, reader, inbox] = await Promise.all(
      NAMES.map(async () => startRecordingProxy(aws.url)),
    );
    const at = { endpoint: aws.url, region: aws.region };
    const clients = awsClients(at);
    await createTable(clients, TABLE, STATE_TABLE);
    const sqs = clients.clientOf(SQSClient, 'observe');
    const queue = async (QueueName: string, from?: string): Promise<string> => {
      const Attributes = from === undefined ? {} : { Policy: letsIn(from) };
      return String((await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl);
    };
    const arnOf = (url: string): string =>
      `arn:aws:sqs:${aws.region}:${aws.account}:${url.split('/').at(-1)}`;
    const events = clients.clientOf(EventBridgeClient, 'observe');
    const EventPattern = JSON.stringify(stackPatternOf('bus', NO_PROJECT));
    const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name: 'tap-1', EventPattern }));
    const sns = clients.clientOf(SNSClient, 'observe');
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    const { TopicArn: ships = '' } = await sns.send(new CreateTopicCommand({ Name: 'ships' }));
    const urls = {
      runs: await queue('runs'),
      busTap: await queue('tap-1', RuleArn),
      topicTap: await queue('tap-2', ships),
      alerts: await queue('alerts'),
    };
    await events.send(
      new PutTargetsCommand({ Rule: 'tap-1', Targets: [{ Id: 'tap', Arn: arnOf(urls.busTap) }] }),
    );
    const subscribe = async (to: string, url: string, filter?: Json): Promise<string> => {
      const Attributes = filter === undefined ? {} : { FilterPolicy: JSON.stringify(filter) };
      const command = new SubscribeCommand({
        TopicArn: to,
        Protocol: 'sqs',
        Endpoint: arnOf(url),
        Attributes,
      });
      return String((await sns.send(command)).SubscriptionArn);
    };
    await subscribe(TopicArn, urls.alerts);
    const env = {
      AWS_REGION: aws.region,
      COALMINE_STATE_TABLE: TABLE,
      COALMINE_STACK: 'test-stack',
      COALMINE_RUN_QUEUE_URL: urls.runs,
      COALMINE_ALERT_TOPIC_ARN: TopicArn,
      COALMINE_TAP_BUS_1: `default|${urls.busTap}|${RuleArn}`,
      COALMINE_TAP_BUS_2: '',
      COALMINE_TAP_TOPIC_1: `${ships}|${urls.topicTap}|${await subscribe(ships, urls.topicTap, stackPatternOf('topic', NO_PROJECT))}`,
    };
    const proxies = { tick, worker, 'tap-reader': reader, inbox } as Record<Name, RecordingProxy>;
    return new LocalStack(aws, proxies, { env, urls, topicArn: TopicArn }, sqs);
  }

  get url(): string {
    return this.#aws.url;
  }

  get region(): string {
    return this.#aws.region;
  }

  /** A function's calls to AWS, in the names of IAM. */
  actionsOf(name: Name): ReadonlySet<string> {
    return this.#proxies[name].actions;
  }

  /** Counts the calls of an action by all functions. */
  callsOf(action: string): number {
    return Object.values(this.#proxies).flatMap(({ asked }) => asked.filter((one) => one.action === action))
      .length;
  }

  /** Leaves calls of some actions by a function without an answer. */
  silence(name: Name, ...actions: readonly string[]): void {
    this.#proxies[name].answers.clear();
    for (const action of actions) this.#proxies[name].answers.set(action, 'nothing');
  }

  /** Refuses a function some actions, as a role without them would. */
  deny(name: Name, ...actions: readonly string[]): void {
    this.#proxies[name].denied.clear();
    for (const action of actions) this.#proxies[name].denied.add(action);
  }

  around(name: Name, more: Readonly<Record<string, string>> = {}): LambdaEnvironment {
    return {
      env: { ...this.#env, AWS_ENDPOINT_URL: this.#proxies[name].url, ...more },
      line: (text) => void this.lines.push(JSON.parse(text) as Readonly<Record<string, Json>>),
    };
  }

  invocation(remainingMs = 60_000): Invocation {
    this.#requests += 1;
    const endMs = Date.now() + remainingMs;
    return { awsRequestId: `request-${this.#requests}`, getRemainingTimeInMillis: () => endMs - Date.now() };
  }

  tick(fleet: Fleet, env: Readonly<Record<string, string>> = {}): () => Promise<void> {
    const handler = tickHandler(bundleOf(fleet), this.around('tick', env));
    const event = { scheduledTime: '2026-11-24T12:00:00Z' };
    return async () => handler(event, this.invocation());
  }

  worker(
    fleet: Fleet,
    env: Readonly<Record<string, string>> = {},
  ): (event: SQSEvent, remainingMs?: number) => Promise<SQSBatchResponse> {
    const handler = workerHandler(bundleOf(fleet), this.around('worker', env));
    return async (event, remainingMs) => handler(event, this.invocation(remainingMs));
  }

  tapReader(fleet: Fleet): (event: SQSEvent, remainingMs?: number) => Promise<void> {
    const handler = tapReaderHandler(bundleOf(fleet), this.around('tap-reader'));
    return async (event, remainingMs) => handler(event, this.invocation(remainingMs));
  }

  /** A message as the tap brings it. */
  tapEvent(message: Message): SQSEvent {
    const name = this.#urls.busTap.split('/').at(-1);
    return { Records: [recordOf(message, `arn:aws:sqs:${this.region}:${this.#aws.account}:${name}`)] };
  }

  /** Messages of the run queue, in the form of Lambda's event. */
  async queued(waitSeconds = 0): Promise<SQSEvent> {
    return this.#receive('runs', waitSeconds);
  }

  /** Removes the successful messages of a batch from the queue. */
  async settle({ Records }: SQSEvent, { batchItemFailures }: SQSBatchResponse): Promise<void> {
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = Records.filter(({ messageId }) => !failed.has(messageId));
    await Promise.all(done.map(async ({ receiptHandle }) => this.#remove('runs', receiptHandle)));
  }

  /** Passes the taps' messages to the tap reader until it is ended. */
  hear(fleet: Fleet): () => Promise<void> {
    const reader = this.tapReader(fleet);
    const ending = new AbortController();
    const hear = async (tap: 'busTap' | 'topicTap'): Promise<void> => {
      while (!ending.signal.aborted) {
        const event = await this.#receive(tap, 1);
        if (event.Records.length > 0) await reader(event);
        for (const { receiptHandle } of event.Records) await this.#remove(tap, receiptHandle);
      }
    };
    const hearing = [hear('busTap'), hear('topicTap')];
    return async () => {
      ending.abort();
      await Promise.all(hearing);
    };
  }

  /** Messages of the alert topic. */
  async alertSubjects(): Promise<readonly string[]> {
    const { Records } = await this.#receive('alerts', 2);
    for (const { receiptHandle } of Records) await this.#remove('alerts', receiptHandle);
    return Records.map(({ body }) => (JSON.parse(body) as { readonly Subject: string }).Subject);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#proxies).map(async (proxy) => proxy.close()));
    await this.#aws.close();
  }

  async #receive(queue: Queue, WaitTimeSeconds: number): Promise<SQSEvent> {
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#urls[queue],
        MaxNumberOfMessages: 10,
        WaitTimeSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const name = this.#urls[queue].split('/').at(-1);
    const arn = `arn:aws:sqs:${this.region}:${this.#aws.account}:${name}`;
    return { Records: Messages.map((message) => recordOf(message, arn)) };
  }

  async #remove(queue: Queue, ReceiptHandle: string): Promise<void> {
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#urls[queue], ReceiptHandle }));
  }
}

/** A queue's policy by which only a rule or a topic may send. */
function letsIn(from: string): string {
  const Condition = { ArnEquals: { 'aws:SourceArn': from } };
  const Statement = [
    { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*', Condition },
  ];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

export function recordOf(message: Message, eventSourceARN: string): SQSRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue = '', DataType = 'String' }]) => [
        name,
        { stringValue: StringValue, dataType: DataType },
      ]),
    ) as SQSRecord['messageAttributes'],
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: eventSourceARN.split(':')[3] ?? '',
  };
}
