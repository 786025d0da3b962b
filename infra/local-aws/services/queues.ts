import { EventEmitter, once } from 'node:events';
import { buildApp } from 'fauxqs';
import { notHere } from '../protocol/refusal.ts';
import { handOutWholeGroups } from './message-groups.ts';
import { withTraceHeaders } from './trace-headers.ts';

/** An answer as it goes back to the client. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  /** The error's code, if only a header has it. */
  readonly code?: string;
}

/** A request to S3, as it came. */
export interface S3Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** SQS, SNS and S3, by fauxqs, called in process. */
export interface Queues {
  /** A call of SQS's JSON protocol; its long polls end when the client closes the connection. */
  sqs(operation: string, body: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Answer>;
  /** A call of SNS's (or STS's) query protocol. */
  query(form: string): Promise<Answer>;
  /** A call of S3's REST protocol. */
  s3(request: S3Request): Promise<Answer & { readonly headers: Readonly<Record<string, string>> }>;
  close(): Promise<void>;
}

const SQS_TYPE = 'application/x-amz-json-1.0';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const LONGEST_SLEEP_MS = 200; // the greatest delay for messages that become visible by time alone

handOutWholeGroups();

/** Starts SQS and SNS. `host` is the host of queue URLs: this process's own address. */
export async function startQueues(region: string, host: string): Promise<Queues> {
  const app = buildApp({ logger: false, defaultRegion: region, host: 'localhost' });
  await app.ready();
  const traffic = new EventEmitter().setMaxListeners(0);
  const inject = async (
    type: string,
    payload: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const request = {
      method: 'POST' as const,
      url: '/',
      payload,
      headers: { 'content-type': type, host, ...headers },
    };
    const { statusCode, body, headers: answered } = await app.inject(request);
    return {
      status: statusCode,
      type: answered['content-type'] ?? type,
      body: withHost(body, region, host),
    };
  };
  const call = withTraceHeaders((operation, body) =>
    inject(SQS_TYPE, JSON.stringify(body), { 'x-amz-target': `AmazonSQS.${operation}` }),
  );

  return {
    sqs: async (operation, body, signal) => {
      if (operation === 'ListDeadLetterSourceQueues') return sourcesOf(body, call);
      if (operation === 'ReceiveMessage') return longPoll(body, call, { traffic, signal });
      const answer = await call(operation, body);
      traffic.emit('moved');
      return answer;
    },
    query: async (form) => {
      const answer = await inject(FORM_TYPE, form);
      traffic.emit('moved');
      return answer;
    },
    s3: async ({ method, url, headers, body }) => {
      const request = { method: method as 'GET', url, headers: { ...headers, host }, payload: body };
      const { statusCode, rawPayload, headers: answered } = await app.inject(request);
      const type = answered['content-type'] ?? 'application/xml';
      return { status: statusCode, type, body: rawPayload, headers: textsOf(answered) };
    },
    close: async () => {
      traffic.emit('moved');
      await app.close();
    },
  };
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

export type Call = (operation: string, body: object) => Promise<Answer>;

/** The queues whose redrive policy leads to one: fauxqs has the policies, and not this call. */
async function sourcesOf(
  { QueueUrl, ...more }: Readonly<Record<string, unknown>>,
  call: Call,
): Promise<Answer> {
  const [other] = Object.keys(more);
  if (other !== undefined) throw notHere('SQS', `ListDeadLetterSourceQueues with ${other}`);
  const asked = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] });
  if (asked.status !== 200) return asked;
  const { QueueArn } = attributesIn(asked);
  const { QueueUrls = [] } = JSON.parse(String((await call('ListQueues', {})).body)) as {
    readonly QueueUrls?: readonly string[];
  };
  const sources = await Promise.all(
    QueueUrls.map(async (url) => {
      const one = await call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['RedrivePolicy'] });
      return attributesIn(one)['RedrivePolicy']?.includes(`"${QueueArn}"`) === true ? [url] : [];
    }),
  );
  return { ...asked, body: JSON.stringify({ queueUrls: sources.flat() }) };
}

function attributesIn({ body }: Answer): Readonly<Record<string, string>> {
  return (JSON.parse(String(body)) as { readonly Attributes?: Record<string, string> }).Attributes ?? {};
}

interface Waiting {
  readonly traffic: EventEmitter;
  readonly signal: AbortSignal | undefined;
}

/** fauxqs wakes every waiting poll and keeps those of clients that have gone, which would swallow messages. */
async function longPoll(
  body: Readonly<Record<string, unknown>>,
  call: Call,
  { traffic, signal }: Waiting,
): Promise<Answer> {
  const untilMs = performance.now() + Number(body['WaitTimeSeconds'] ?? 0) * 1_000;
  for (;;) {
    const answer = await call('ReceiveMessage', { ...body, WaitTimeSeconds: 0 });
    const leftMs = untilMs - performance.now();
    if (
      String(answer.body).includes('"MessageId"') ||
      answer.status !== 200 ||
      leftMs <= 0 ||
      signal?.aborted === true
    )
      return answer;
    await Promise.race([once(traffic, 'moved'), pause(Math.min(leftMs, LONGEST_SLEEP_MS))]);
  }
}

function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  return promise;
}

/** Queue URLs have a host of their own, which no resolver knows here. */
function withHost(body: string, region: string, host: string): string {
  const port = host.split(':')[1] ?? '';
  return body.replaceAll(`sqs.${region}.localhost:${port}`, host).replaceAll(`sqs.${region}.localhost`, host);
}
