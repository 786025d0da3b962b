import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import type { Json } from './event-pattern.ts';
import { type Events, startEvents } from './events.ts';
import { type Functions, startFunctions } from './functions.ts';
import { callApi, type Routes } from './http-api.ts';
import { type Parameters, startParameters } from './parameters.ts';
import { type Answer, type Queues, startQueues } from './queues.ts';
import { notHere, Refusal } from './refusal.ts';
import { type SecretStore, startSecrets } from './secrets.ts';
import { refusalInXml, STACKS_VERSION, type Stacks, startStacks } from './stacks.ts';
import type { Target } from './target-input.ts';

/** A small AWS on loopback, for the demonstration and the tests; what it does not have it refuses. */
export interface LocalAws {
  /** Where all its services listen: the value of AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly region: string;
  readonly account: string;
  readonly functions: Functions;
  readonly events: Events;
  readonly stacks: Stacks;
  /** Opens an HTTP API on a port of its own, and gives its URL. */
  api(routes: Routes): Promise<string>;
  close(): Promise<void>;
}

const REGION = 'us-east-1';
const ACCOUNT = '000000000000'; // the account of fauxqs and dynalite
const JSON_TYPE = 'application/x-amz-json-1.1';

/** Starts it on 127.0.0.1, on a port of its own unless one is given. */
export async function startLocalAws({ port = 0 }: { readonly port?: number } = {}): Promise<LocalAws> {
  const dynamodb = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const closers: (() => Promise<void>)[] = [];
  const front: Partial<Front> = { dynamodb };
  const server = createServer((request, response) => void route(front as Front, request, response));
  const url = await listen(server, port, closers);
  const queues = await startQueues(REGION, new URL(url).host);
  const functions = startFunctions(REGION, ACCOUNT, async (queueArn, body, attributes) => {
    const named = Object.entries(attributes).map(([name, value]) => [
      name,
      { DataType: 'String', StringValue: value },
    ]);
    await send(queues, url, { queueArn, body, MessageAttributes: Object.fromEntries(named) });
  });
  const events = startEvents({
    region: REGION,
    account: ACCOUNT,
    deliver: (target, input) => deliver(target, input, { queues, functions, url }),
  });
  const stacks = startStacks(REGION, ACCOUNT);
  const parameters = startParameters(REGION, ACCOUNT);
  const secrets = startSecrets(REGION, ACCOUNT);
  Object.assign(front, { queues, functions, events, stacks, parameters, secrets } satisfies Omit<
    Front,
    'dynamodb'
  >);
  return {
    url,
    region: REGION,
    account: ACCOUNT,
    functions,
    events,
    stacks,
    api: async (routes) => {
      const api = createServer((request, response) => void answerApi(routes, functions, request, response));
      return listen(api, 0, closers);
    },
    close: async () => {
      functions.close();
      await queues.close();
      await Promise.all(closers.map((close) => close()));
    },
  };
}

interface Front {
  readonly dynamodb: ReturnType<typeof dynalite>;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly events: Events;
  readonly stacks: Stacks;
  readonly parameters: Parameters;
  readonly secrets: SecretStore;
}

async function route(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (service === 'DynamoDB_20120810') {
    front.dynamodb.emit('request', request, response);
    return;
  }
  try {
    await serve(front, { service: service ?? '', operation }, request, response);
  } catch (thrown) {
    const { code, status, message } =
      thrown instanceof Refusal ? thrown : new Refusal('InternalFailure', String(thrown), 500);
    response.writeHead(status, { 'content-type': JSON_TYPE, 'x-amzn-errortype': code });
    response.end(JSON.stringify({ __type: code, message }));
  }
}

async function serve(
  front: Front,
  { service, operation }: { readonly service: string; readonly operation: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { queues, functions } = front;
  const body = await textOf(request);
  if (service === 'AmazonSQS') {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const answer = await queues.sqs(operation, JSON.parse(body) as Record<string, unknown>, gone.signal);
    return write(response, answer.status, answer.type, answer.body);
  }
  const called = inJson(front, service);
  if (called !== undefined) {
    const answer = await called.call(operation, JSON.parse(body) as Record<string, Json>);
    return write(response, 200, JSON_TYPE, JSON.stringify(answer));
  }
  const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '');
  if (invoked !== null) {
    const result = await functions.invoke(decodeURIComponent(invoked[1] ?? ''), JSON.parse(body || '{}'));
    return write(response, 200, 'application/json', JSON.stringify(result ?? null));
  }
  if (service === '' && /(^|&)Action=/.test(body)) {
    const answer = await query(front, body);
    return write(response, answer.status, answer.type, answer.body);
  }
  throw notHere(service || 'anything at', operation || `${request.method} ${request.url}`);
}

/** The service behind a name of the JSON protocol. */
function inJson(
  { events, parameters, secrets }: Front,
  service: string,
): Pick<Events | Parameters | SecretStore, 'call'> | undefined {
  if (service === 'AWSEvents') return events;
  if (service === 'AmazonSSM') return parameters;
  return service === 'secretsmanager' ? secrets : undefined;
}

/** The services of the query protocol share a path; the version tells them apart. */
async function query({ queues, stacks }: Front, body: string): Promise<Answer> {
  const form = new URLSearchParams(body);
  if (form.get('Version') !== STACKS_VERSION) return queues.query(body);
  try {
    return stacks.query(form);
  } catch (thrown) {
    if (thrown instanceof Refusal) return refusalInXml(thrown);
    throw thrown;
  }
}

interface Around {
  readonly queues: Queues;
  readonly functions: Functions;
  readonly url: string;
}

/** Hands an event to a target, by the service in its ARN; what cannot be delivered goes to the target's dead-letter queue. */
async function deliver(
  { Arn, SqsParameters, DeadLetterConfig }: Target,
  input: Json,
  { queues, functions, url }: Around,
): Promise<void> {
  const service = Arn.split(':')[2];
  const body = JSON.stringify(input);
  try {
    if (service === 'sqs') await send(queues, url, { queueArn: Arn, body, ...SqsParameters });
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
  if (status !== 200) throw new Error(`the local queue ${QueueUrl} answered ${status}: ${answer}`);
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
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function write(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}
