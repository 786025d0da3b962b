import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerFromElsewhere, type HomeLocation } from './elsewhere.ts';
import type { Json } from './events/event-pattern.ts';
import type { UserPools } from './identity/user-pools.ts';
import { notHere, Refusal } from './protocol/refusal.ts';
import type { Functions } from './services/functions.ts';
import type { Answer, Queues } from './services/queues.ts';
import { assumeRole } from './services/roles.ts';
import { refusalInXml, STACKS_VERSION, type Stacks } from './services/stacks.ts';
import type { Tables } from './services/transactions.ts';
import type { XRay } from './services/x-ray.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';

/** Services of the JSON protocols, by the prefix of `x-amz-target`. */
export type Services = Readonly<
  Record<string, { call(operation: string, body: Readonly<Record<string, Json>>): Promise<Json> | Json }>
>;

/** Calls of DynamoDB that dynalite lacks, in whole or in part. */
const WRITES: Readonly<Record<string, 'transactWrite' | 'update'>> = {
  TransactWriteItems: 'transactWrite',
  UpdateItem: 'update',
};

/** The services behind the one address of the local AWS. */
export interface Front {
  readonly here: HomeLocation;
  readonly dynamodb: Tables;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly services: Services;
  readonly stacks: Stacks;
  readonly xray: XRay;
  readonly userPools: UserPools;
}

/** Routes a request to its service; an unsupported one is refused, and so is one for another region. */
export async function route(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const asked = { authorization: String(request.headers.authorization), path: request.url ?? '/' };
  const elsewhere = answerFromElsewhere({ ...asked, body: '' }, front.here);
  if (elsewhere !== undefined) return write(response, elsewhere);
  const ofTables = WRITES[operation];
  if (service === 'DynamoDB_20120810' && ofTables === undefined)
    return front.dynamodb.pass(request, response);
  try {
    if (ofTables !== undefined)
      write(response, await front.dynamodb[ofTables](await textOf(request), asked.authorization));
    else await serve(front, { service: service ?? '', operation }, request, response);
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
  const { queues, services, functions, xray } = front;
  const bytes = await bytesOf(request);
  const body = bytes.toString();
  const path = request.url ?? '/';
  const authorization = String(request.headers.authorization);
  const elsewhere = answerFromElsewhere({ authorization, path, body }, front.here);
  if (elsewhere !== undefined) return write(response, elsewhere);
  if (service === 'AmazonSQS') {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const answer = await queues.sqs(operation, JSON.parse(body) as Record<string, unknown>, gone.signal);
    return write(response, answer);
  }
  const named = services[service];
  if (named !== undefined) {
    const answer = await named.call(operation, JSON.parse(body) as Record<string, Json>);
    return write(response, { status: 200, type: JSON_TYPE, body: JSON.stringify(answer) });
  }
  const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(path);
  if (invoked !== null)
    return invokeFor(functions, decodeURIComponent(invoked[1] ?? ''), { body, request, response });
  const described = functions.describe(request.method ?? '', path);
  if (described !== undefined)
    return write(response, { status: 200, type: 'application/json', body: described });
  const traced = xray.answer(path, body);
  if (traced !== undefined) return write(response, { status: 200, type: 'application/json', body: traced });
  if (service === '' && /(^|&)Action=/.test(body)) return write(response, await query(front, body));
  if (/\/s3\/aws4_request/.test(authorization)) return toS3(queues, { request, path, body: bytes }, response);
  throw notHere(service || 'anything at', operation || `${request.method} ${path}`);
}

async function toS3(
  queues: Queues,
  {
    request,
    path,
    body,
  }: { readonly request: IncomingMessage; readonly path: string; readonly body: Buffer },
  response: ServerResponse,
): Promise<void> {
  if (/^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(path)) return write(response, badPath(path));
  const asked = { method: request.method ?? 'GET', url: path, headers: headersOf(request), body };
  const answer = await queues.s3(asked);
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** S3 does not take a path out of which a part would fall: it would be about something else. */
function badPath(path: string): Answer {
  const body = `<Error><Code>InvalidURI</Code><Message>Couldn't parse the specified URI.</Message><URI>${encodeURI(path)}</URI></Error>`;
  return { status: 400, type: 'application/xml', body };
}

/** The services of the query protocol share a path; the version distinguishes them. */
async function query({ queues, stacks }: Front, body: string): Promise<Answer> {
  const form = new URLSearchParams(body);
  const roles = form.get('Action') === 'AssumeRole';
  if (!roles && form.get('Version') !== STACKS_VERSION) return queues.query(body);
  try {
    return roles ? assumeRole(form) : stacks.query(form);
  } catch (thrown) {
    if (thrown instanceof Refusal) return refusalInXml(thrown);
    throw thrown;
  }
}

interface Exchange {
  readonly body: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Lambda's Invoke: a handler's error is an answer with status 200, marked by a header. */
async function invokeFor(
  functions: Functions,
  name: string,
  { body, request, response }: Exchange,
): Promise<void> {
  const event: unknown = JSON.parse(body === '' ? '{}' : body);
  if (request.headers['x-amz-invocation-type'] === 'Event') {
    functions.find(name);
    void functions.invokeAsync(name, event);
    return write(response, { status: 202, type: 'application/json', body: '' });
  }
  const context = String(request.headers['x-amz-client-context'] ?? '');
  const { result, fault, log } = await functions.answer(name, event, context);
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    ...(fault === undefined ? {} : { 'x-amz-function-error': 'Unhandled' }),
    ...(request.headers['x-amz-log-type'] === 'Tail' ? { 'x-amz-log-result': log } : {}),
  });
  response.end(JSON.stringify(fault ?? result ?? null));
}

export async function textOf(request: IncomingMessage): Promise<string> {
  return (await bytesOf(request)).toString();
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
}

function write(response: ServerResponse, { status, type, body, code }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    ...(code === undefined ? {} : { 'x-amzn-errortype': code }),
  });
  response.end(body);
}
