import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import type { Json } from './events/event-pattern.ts';
import { type Events, startEvents } from './events/events.ts';
import type { Target } from './events/target-input.ts';
import { type Front, route, type Services, textOf } from './front.ts';
import { startUserPools, type UserPools } from './identity/user-pools.ts';
import { notHere } from './protocol/refusal.ts';
import { type Functions, startFunctions } from './services/functions.ts';
import { callApi, type Routes } from './services/http-api.ts';
import { type Logs, startLogs } from './services/logs.ts';
import { startMetrics } from './services/metrics.ts';
import { startParameters } from './services/parameters.ts';
import { type Queues, startQueues } from './services/queues.ts';
import { startSecrets } from './services/secrets.ts';
import { type Stacks, startStacks } from './services/stacks.ts';
import { startStreams } from './services/streams.ts';
import { startTables } from './services/transactions.ts';
import { startXRay, type XRay } from './services/x-ray.ts';
import { type StepFunctions, startStepFunctions } from './workflows/step-functions.ts';

/** A small AWS on loopback, for the demonstration and the tests; it refuses unsupported calls. */
export interface LocalAws {
  /** Address of all its services: the value of AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly region: string;
  readonly account: string;
  readonly functions: Functions;
  readonly events: Events;
  readonly stacks: Stacks;
  readonly logs: Logs;
  readonly xray: XRay;
  readonly userPools: UserPools;
  /** Opens an HTTP API on a port of its own, and gives its URL. */
  api(routes: Routes): Promise<string>;
  close(): Promise<void>;
}

const ACCOUNT = '000000000000'; // the account of fauxqs and dynalite

/** Port, and simulated region. */
export interface LocalAwsOf {
  /** @default a port of its own */
  readonly port?: number;
  /** @default us-east-1 */
  readonly region?: string;
}

/** Starts it on 127.0.0.1. */
export async function startLocalAws({ port = 0, region = 'us-east-1' }: LocalAwsOf = {}): Promise<LocalAws> {
  const dynamodb = await startTables(dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
  const closers: (() => Promise<void>)[] = [];
  const front: Partial<Front> = { dynamodb, here: { region, account: ACCOUNT } };
  const server = createServer((request, response) => void route(front as Front, request, response));
  const url = await listen(server, port, closers);
  const queues = await startQueues(region, new URL(url).host);
  const logs = startLogs();
  const functions = startFunctions(region, ACCOUNT, {
    writeLog: (group, line) => logs.write(group, line),
    deadLetters: async (queueArn, body, attributes) => {
      const named = Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: 'String', StringValue: value },
      ]);
      await send(queues, url, { queueArn, body, MessageAttributes: Object.fromEntries(named) });
    },
  });
  const machines = startStepFunctions(region, ACCOUNT, {
    functions,
    sendMessage: async (queueUrl, body) =>
      send(queues, url, { queueArn: queueUrl.split('/').at(-1) ?? '', body }),
  });
  const events = startEvents({
    region,
    account: ACCOUNT,
    deliver: (target, input) => deliver(target, input, { queues, functions, machines, url }),
  });
  const served = startServices(region, { events, machines, logs });
  Object.assign(front, { queues, functions, ...served } satisfies Omit<Front, 'dynamodb' | 'here'>);
  return {
    url,
    region,
    account: ACCOUNT,
    functions,
    events,
    ...served,
    api: async (routes) => {
      const api = createServer((request, response) => void answerApi(routes, functions, request, response));
      return listen(api, 0, closers);
    },
    close: async () => {
      functions.close();
      machines.close();
      await queues.close();
      await dynamodb.close();
      await Promise.all(closers.map((close) => close()));
    },
  };
}

/** The services of the JSON protocols, and others without dependencies. */
function startServices(
  region: string,
  {
    events,
    machines,
    logs,
  }: { readonly events: Events; readonly machines: StepFunctions; readonly logs: Logs },
) {
  const userPools = startUserPools();
  const services: Services = {
    AWSCognitoIdentityProviderService: userPools,
    AWSEvents: events,
    AmazonSSM: startParameters(region, ACCOUNT),
    secretsmanager: startSecrets(region, ACCOUNT),
    AWSStepFunctions: machines,
    Logs_20140328: logs,
    GraniteServiceVersion20100801: startMetrics(),
    Kinesis_20131202: startStreams(region, ACCOUNT),
  };
  return { services, stacks: startStacks(region, ACCOUNT), logs, xray: startXRay(), userPools };
}

interface Around {
  readonly queues: Queues;
  readonly functions: Functions;
  readonly machines: StepFunctions;
  readonly url: string;
}

/** Delivers an event to a target, by the service in its ARN; after a failure it goes to the target's dead-letter queue. */
async function deliver(
  { Arn, SqsParameters, DeadLetterConfig }: Target,
  input: Json,
  { queues, functions, machines, url }: Around,
): Promise<void> {
  const service = Arn.split(':')[2];
  const body = JSON.stringify(input);
  try {
    if (service === 'sqs') await send(queues, url, { queueArn: Arn, body, ...SqsParameters });
    else if (service === 'states')
      await machines.call('StartExecution', { stateMachineArn: Arn, input: body });
    else if (service === 'lambda') await functions.invokeAsync(Arn.split(':').at(-1) ?? '', input);
    else if (service === 'sns')
      await queues.query(new URLSearchParams({ Action: 'Publish', TopicArn: Arn, Message: body }).toString());
    else throw notHere('EventBridge', `a target in ${service ?? 'nowhere'}`);
  } catch (thrown) {
    if (DeadLetterConfig === undefined) throw thrown;
    await send(queues, url, { queueArn: DeadLetterConfig.Arn, body });
  }
}

async function send(
  queues: Queues,
  url: string,
  {
    queueArn,
    body,
    ...rest
  }: { readonly queueArn: string; readonly body: string; readonly [more: string]: unknown },
): Promise<void> {
  const QueueUrl = `${url}/${ACCOUNT}/${queueArn.split(':').at(-1)}`;
  const { status, body: answer } = await queues.sqs('SendMessage', { QueueUrl, MessageBody: body, ...rest });
  if (status !== 200) throw new Error(`the local queue ${QueueUrl} answered ${status}: ${String(answer)}`);
}

async function answerApi(
  routes: Routes,
  functions: Functions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await callApi(routes, functions, request, await textOf(request));
  response.writeHead(status, headers);
  response.end(body);
}

async function listen(
  server: ReturnType<typeof createServer>,
  port: number,
  closers: (() => Promise<void>)[],
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.keepAliveTimeout = 0; // A connection stays open: one that closes while a busy client sends on it would fail a call.
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
