import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { classifyAwsError } from '../../runner/adapters/aws/errors.ts';
import { isMissing } from '../../runner/core/base/errors.ts';
import type { Json, JsonMap } from '../../runner/core/base/json.ts';
import { numberFrom } from '../../runner/core/base/numbers.ts';
import { type RunId, setupIdOf, traceparentOf, xrayHeaderOf } from '../../runner/core/base/run-id.ts';
import type { ActContext, Verb } from '../../runner/kinds/kind.ts';
import * as table from '../../runner/kinds/verbs/table.ts';
import { type KindHarness, startKindHarness } from '../support/run/kind-harness.ts';

const VERBS = table as unknown as Readonly<Record<string, Verb>>;
const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;
const SPAN = 'a1b2c3d4e5f60718';
const METADATA = { correlationId: `canary-${RUN}`, traceparent: traceparentOf(RUN, SPAN), canary: true };

let harness: KindHarness;
let names: KindHarness['names'];

beforeAll(async () => {
  harness = await startKindHarness();
  names = harness.names;
});
beforeEach(() => {
  harness.proxy.taken.length = 0;
  harness.proxy.refusal = undefined;
});
afterAll(async () => harness.close());

let step = 0;

/** Acts with a fixed run, and a step of its own. */
async function act(verb: string, input: JsonMap, more: Partial<ActContext> = {}) {
  step += 1;
  return harness.act(VERBS[verb] as Verb, input, { runId: RUN, spanId: SPAN, stepId: String(step), ...more });
}

async function storedItem(key: Readonly<Record<string, { readonly S: string }>>, TableName = names.table) {
  const { Item } = await harness.clientOf(DynamoDBClient).send(new GetItemCommand({ TableName, Key: key }));
  return Item;
}

describe('what reaches the other end', () => {
  it('putEvent: the event, with the ids in its detail and the trace in its entry', async () => {
    const sent = { bus: names.bus, source: 's', detailType: 'd', detail: { a: 1 }, resources: ['arn:x'] };
    const evidence = await act('putEvent', sent);
    const event = JSON.parse((await harness.receive('of-the-bus'))?.Body ?? '') as JsonMap;
    await act('putEvent', sent, { correlate: false });
    const bare = JSON.parse((await harness.receive('of-the-bus'))?.Body ?? '') as JsonMap;

    const [first, second] = harness.proxy.calls('PutEvents').map(({ body }) => entryIn(body));
    expect(event).toMatchObject({
      source: 's',
      'detail-type': 'd',
      resources: ['arn:x'],
      detail: { a: 1, metadata: METADATA },
    });
    expect(evidence).toMatchObject({
      kind: 'putEvent',
      data: { eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(first?.['TraceHeader']).toBe(xrayHeaderOf(RUN, SPAN));
    expect(second?.['TraceHeader']).toBeUndefined();
    expect(bare['detail']).toEqual({ a: 1 });
  });

  it('publish: the message, with the ids among its attributes', async () => {
    const evidence = await act('publish', {
      topic: names.topic,
      body: { a: 1 },
      subject: 'news',
      attributes: { kind: 'order' },
    });
    const envelope = JSON.parse((await harness.receive('of-the-topic'))?.Body ?? '') as JsonMap;
    await act('publish', { topic: names.topic, body: 'text' }, { correlate: false });
    const bare = JSON.parse((await harness.receive('of-the-topic'))?.Body ?? '') as JsonMap;

    expect(envelope).toMatchObject({
      Message: '{"a":1}',
      Subject: 'news',
      MessageId: (evidence.data as JsonMap)['messageId'],
      MessageAttributes: {
        kind: { Value: 'order' },
        correlationId: { Value: METADATA.correlationId },
        traceparent: { Value: METADATA.traceparent },
        canary: { Value: 'true' },
      },
    });
    expect(bare['Message']).toBe('text');
    expect(bare['MessageAttributes'] ?? {}).toEqual({});
  });

  it('sendMessage: the message, with the ids among its attributes and the trace in its system attribute', async () => {
    const evidence = await act('sendMessage', {
      queue: names.queue,
      body: { a: 1 },
      attributes: { n: numberFrom('1234567890123456789') as Json },
    });
    const message = await harness.receive(names.queue);
    await act('sendMessage', { queue: names.queue, body: 'text' }, { correlate: false });
    const bare = await harness.receive(names.queue);

    const [first, second] = harness.proxy.calls('SendMessage').map(({ body }) => JSON.parse(body) as JsonMap);
    expect(message).toMatchObject({
      MessageId: (evidence.data as JsonMap)['messageId'],
      Body: '{"a":1}',
      MessageAttributes: {
        n: { DataType: 'Number', StringValue: '1234567890123456789' },
        correlationId: { StringValue: METADATA.correlationId },
        traceparent: { StringValue: METADATA.traceparent },
        canary: { StringValue: 'true' },
      },
    });
    expect(first?.['MessageSystemAttributes']).toEqual({
      AWSTraceHeader: { DataType: 'String', StringValue: xrayHeaderOf(RUN, SPAN) },
    });
    expect(bare).toMatchObject({ Body: 'text' });
    expect(bare?.MessageAttributes).toBeUndefined();
    expect(second?.['MessageSystemAttributes']).toBeUndefined();
  });

  it('sendMessage names the queue that it fills, and its evidence the message, as sendMessages does and no other verb', async () => {
    const sent = { queue: names.queue, body: 'x' };
    const { id } = await act('sendMessage', sent);

    expect(await harness.receive(names.queue)).toMatchObject({ MessageId: id });
    expect(VERBS['sendMessage']?.fills?.(sent)).toBe(names.queue);
    expect(Object.keys(VERBS).filter((name) => VERBS[name]?.fills !== undefined)).toEqual([
      'sendMessage',
      'sendMessages',
    ]);
  });

  it('sendMessage to a FIFO queue: once, whatever is sent again under the same run and step', async () => {
    const sent = { queue: names.fifo, groupId: 'g', body: 'once' };
    await act('sendMessage', sent, { stepId: 'same' });
    await act('sendMessage', sent, { stepId: 'same' });

    const message = await harness.receive(names.fifo);

    expect(message?.Attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: `${RUN}-same` });
    expect(harness.proxy.calls('SendMessage').length).toBe(2);
  });

  it('invoke, waiting: the payload with the ids, the client context, and the trace header of this run', async () => {
    const evidence = await act('invoke', { function: 'echo', body: { a: 1 } });
    await act('invoke', { function: 'echo', body: { a: 1 } }, { correlate: false });

    const [ours, bare] = harness.called.slice(-2);
    const [first, second] = harness.proxy.taken.map(({ headers }) => headers['x-amzn-trace-id']);
    expect(ours).toEqual({
      event: { a: 1, metadata: METADATA },
      clientContext: { custom: { ...METADATA, canary: 'true' } },
    });
    expect(bare).toEqual({ event: { a: 1 }, clientContext: undefined });
    expect(first).toBe(xrayHeaderOf(RUN, SPAN));
    expect(second).not.toBe(first);
    expect(evidence.data).toEqual({
      status: 200,
      body: { a: 1, metadata: METADATA },
      version: '$LATEST',
      log: expect.stringContaining('START'),
    });
  });

  it('invoke, fire and forget: the payload with the ids, and no client context', async () => {
    const before = harness.called.length;
    const evidence = await act('invoke', { function: 'echo', body: { a: 2 }, mode: 'fireAndForget' });
    while (harness.called.length === before) await new Promise((resolve) => setImmediate(resolve));

    expect(harness.called.at(-1)).toEqual({ event: { a: 2, metadata: METADATA }, clientContext: undefined });
    expect(harness.proxy.taken[0]?.headers['x-amz-client-context']).toBeUndefined();
    expect(evidence.data).toMatchObject({ status: 202, body: null });
  });

  it.each<{ body: Json; says: string }>([
    { body: [1, 2], says: 'a list' },
    { body: 'text', says: 'text' },
  ])('invoke: $says as it is, since ids have no place in it', async ({ body }) => {
    const evidence = await act('invoke', { function: 'echo', body });

    expect(harness.called.at(-1)?.event).toEqual(body);
    expect(evidence.data).toMatchObject({ body });
  });

  it('invoke: a function that throws is answered as it is, for the default response to refuse', async () => {
    const evidence = await act('invoke', { function: 'echo', body: { fail: 'no stock' } });

    expect(evidence.data).toMatchObject({
      status: 200,
      error: 'Unhandled',
      body: { errorMessage: 'no stock' },
      log: expect.stringContaining('no stock'),
    });
    expect(VERBS['invoke']?.defaultResponse).toMatchObject({ error: { $exists: false } });
  });

  it('startExecution: an execution named by run and step, the ids in its input, the trace in its header', async () => {
    const evidence = await act(
      'startExecution',
      { stateMachine: names.machine, body: { a: 1 } },
      { stepId: 'go' },
    );
    const { executionArn } = evidence.data as { executionArn: string };
    const found = await harness.clientOf(SFNClient).send(new DescribeExecutionCommand({ executionArn }));
    const bare = await act(
      'startExecution',
      { stateMachine: names.machine, body: { a: 1 } },
      { correlate: false },
    );
    const { executionArn: other } = bare.data as { executionArn: string };
    const foundBare = await harness
      .clientOf(SFNClient)
      .send(new DescribeExecutionCommand({ executionArn: other }));

    const [first, second] = harness.proxy
      .calls('StartExecution')
      .map(({ body }) => JSON.parse(body) as JsonMap);
    expect(found.name).toBe(`${RUN}-go`);
    expect(JSON.parse(found.input ?? '')).toEqual({ a: 1, metadata: METADATA });
    expect(first?.['traceHeader']).toBe(xrayHeaderOf(RUN, SPAN));
    expect(foundBare.name).not.toContain(RUN);
    expect(JSON.parse(foundBare.input ?? '')).toEqual({ a: 1 });
    expect(second?.['traceHeader']).toBeUndefined();
  });

  /** Starts an execution whose task waits; its ARN, and the token of the task. */
  async function waiting() {
    const { data } = await act('startExecution', { stateMachine: names.waits });
    const { token } = JSON.parse((await harness.receive('of-the-task'))?.Body ?? '{}') as { token: string };
    return { executionArn: (data as { executionArn: string }).executionArn, token };
  }

  /** The execution once it has ended. */
  async function ended(executionArn: string) {
    for (;;) {
      const found = await harness.clientOf(SFNClient).send(new DescribeExecutionCommand({ executionArn }));
      if (found.status !== 'RUNNING') return found;
      await pause(20);
    }
  }

  it('sendTaskSuccess: the output of the task, after a heartbeat that leaves it waiting', async () => {
    const { executionArn, token } = await waiting();

    const beat = await act('sendTaskHeartbeat', { stateMachine: names.waits, token });
    await act('sendTaskSuccess', { stateMachine: names.waits, token, body: { approved: true } });

    const { status, output } = await ended(executionArn);
    expect({ status, output: JSON.parse(String(output)) as unknown }).toEqual({
      status: 'SUCCEEDED',
      output: { approved: true },
    });
    expect(JSON.stringify(beat)).not.toContain(token);
  });

  it('sendTaskSuccess without a body: an empty map', async () => {
    const { executionArn, token } = await waiting();

    await act('sendTaskSuccess', { stateMachine: names.waits, token });

    expect(await ended(executionArn)).toMatchObject({ output: '{}' });
  });

  it('sendTaskFailure: the error and its cause', async () => {
    const { executionArn, token } = await waiting();

    await act('sendTaskFailure', { stateMachine: names.waits, token, error: 'Refused', cause: 'too late' });

    expect(await ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Refused',
      cause: 'too late',
    });
  });

  it('an answer to a task that was answered before is an error that says so, and not a failure', async () => {
    const { token } = await waiting();
    const answer = { stateMachine: names.waits, token };
    await act('sendTaskSuccess', answer);

    expect(await faultOf('sendTaskFailure', answer)).toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('does not wait any more'),
    });
  });

  it('putRecord: the record with the ids in its data, in the shard of its key', async () => {
    const evidence = await act('putRecord', { stream: names.stream, body: { a: 1 }, partitionKey: 'one' });
    await act('putRecord', { stream: names.stream, body: 'text' });
    await act('putRecord', { stream: names.stream, body: { a: 2 } }, { correlate: false });

    const [first, second, bare] = harness.proxy.calls('PutRecord').map(({ body }) => {
      const { PartitionKey, Data = '' } = JSON.parse(body) as Record<string, string>;
      return { PartitionKey, data: Buffer.from(Data, 'base64').toString() };
    });
    expect(first?.PartitionKey).toBe('one');
    expect(JSON.parse(first?.data ?? '')).toEqual({ a: 1, metadata: METADATA });
    expect(evidence.data).toEqual({
      shardId: expect.stringMatching(/^shardId-\d{12}$/),
      sequenceNumber: expect.stringMatching(/^\d+$/),
    });
    expect(second).toEqual({ PartitionKey: RUN, data: 'text' });
    expect(bare).toEqual({ PartitionKey: SPAN, data: '{"a":2}' });
  });

  it('putObject and deleteObject: the object with the id in its metadata; then none', async () => {
    const where = { bucket: names.bucket, key: 'a b/ü.json' };
    const evidence = await act('putObject', { ...where, body: { a: 1 } });
    const s3 = harness.clientOf(S3Client);
    const found = await s3.send(new GetObjectCommand({ Bucket: where.bucket, Key: where.key }));
    await act(
      'putObject',
      { ...where, key: 'bare.txt', body: 'text', contentType: 'text/csv' },
      { correlate: false },
    );
    const bare = await s3.send(new GetObjectCommand({ Bucket: where.bucket, Key: 'bare.txt' }));

    expect(await found.Body?.transformToString()).toBe('{"a":1}');
    expect(found).toMatchObject({
      ContentType: 'application/json',
      Metadata: { 'correlation-id': METADATA.correlationId },
    });
    expect(evidence.data).toMatchObject({ etag: found.ETag });
    expect(bare).toMatchObject({ ContentType: 'text/csv', Metadata: {} });

    expect((await act('deleteObject', where)).data).toEqual({});
    expect((await act('deleteObject', where)).data).toEqual({});
    await expect(
      s3.send(new HeadObjectCommand({ Bucket: where.bucket, Key: where.key })),
    ).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('putItem and deleteItem: the item with the ids and the end of its time among its attributes; then none', async () => {
    const item = { orderId: 'ord_1', qty: 2, ok: true, none: null, lines: [{ sku: 'a' }, 'b'] };
    const correlation = { header: 'x', field: 'y', ttl: 'expiresAt' };
    const evidence = await act('putItem', { table: names.table, item }, { correlation });
    const found = await storedItem({ orderId: { S: 'ord_1' } });
    await act(
      'putItem',
      { table: names.table, item: { orderId: 'bare' } },
      { correlation, correlate: false },
    );
    const bare = await storedItem({ orderId: { S: 'bare' } });

    expect(found).toMatchObject({
      qty: { N: '2' },
      ok: { BOOL: true },
      none: { NULL: true },
      lines: { L: [{ M: { sku: { S: 'a' } } }, { S: 'b' }] },
      correlationId: { S: METADATA.correlationId },
      canary: { BOOL: true },
    });
    const dayFromNow = Date.now() / 1_000 + 86_400;
    expect(Math.abs(Number(found?.['expiresAt']?.N) - dayFromNow)).toBeLessThan(60);
    expect(bare).toEqual({ orderId: { S: 'bare' } });
    expect(evidence.data).toEqual({});

    await act('deleteItem', { table: names.table, key: { orderId: 'ord_1' } });
    expect(await storedItem({ orderId: { S: 'ord_1' } })).toBeUndefined();
  });

  it('deleteItem, for a run that is over: its own item, that of its setup and one of no run, but none of another run', async () => {
    const other = '6553f1014bf92f3577b34da6a3ce929d' as RunId;
    const put = async (orderId: string, more: Partial<ActContext>) =>
      act('putItem', { table: names.table, item: { orderId } }, more);
    await put('own', {});
    await put('nobody', { correlate: false });
    await put('other', { runId: other });
    await put('set up', { runId: setupIdOf(RUN) });
    const sweep = async (orderId: string) =>
      act('deleteItem', { table: names.table, key: { orderId } }, { sweeping: true });

    for (const orderId of ['own', 'set up', 'nobody', 'gone']) await sweep(orderId);
    await expect(sweep('other')).rejects.toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('carries the id of something else'),
    });

    expect(await storedItem({ orderId: { S: 'own' } })).toBeUndefined();
    expect(await storedItem({ orderId: { S: 'set up' } })).toBeUndefined();
    expect(await storedItem({ orderId: { S: 'nobody' } })).toBeUndefined();
    expect(await storedItem({ orderId: { S: 'other' } })).toBeDefined();
  });
});

function entryIn(body: string): JsonMap | undefined {
  return (JSON.parse(body) as { Entries: JsonMap[] }).Entries[0];
}

/** The error of a call, as the engine sorts it. */
async function faultOf(
  verb: string,
  input: JsonMap,
): Promise<{ blame: string; message: string; permanent?: boolean }> {
  const thrown: unknown = await act(verb, input).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  return classifyAwsError(thrown) as { blame: string; message: string };
}

describe('what is not there', () => {
  it.each<{ verb: string; input: () => JsonMap; says: string }>([
    { verb: 'sendMessage', input: () => ({ queue: 'gone', body: 'x' }), says: 'QueueDoesNotExist' },
    {
      verb: 'sendMessages',
      input: () => ({ queue: 'gone', messages: [{ body: 'x' }] }),
      says: 'QueueDoesNotExist',
    },
    {
      verb: 'putEvents',
      input: () => ({ bus: 'gone', events: [{ source: 's', detailType: 'd' }] }),
      says: 'Bus gone did not take the event: The bus or rule does not exist. Check its name',
    },
    {
      verb: 'putEvent',
      input: () => ({ bus: 'gone', source: 's', detailType: 'd' }),
      says: 'Bus gone did not take the event: The bus or rule does not exist. Check its name',
    },
    { verb: 'publish', input: () => ({ topic: `${names.topic}gone`, body: 'x' }), says: 'NotFound' },
    { verb: 'invoke', input: () => ({ function: 'gone' }), says: 'Function not found: ' },
    {
      verb: 'startExecution',
      input: () => ({ stateMachine: `${names.machine}-gone` }),
      says: 'StateMachineDoesNotExist',
    },
    { verb: 'putObject', input: () => ({ bucket: 'gone', key: 'k', body: 'x' }), says: 'NoSuchBucket' },
    { verb: 'putRecord', input: () => ({ stream: 'gone', body: 'x' }), says: 'Stream gone' },
    { verb: 'putItem', input: () => ({ table: 'gone', item: { a: 1 } }), says: 'ResourceNotFoundException' },
    {
      verb: 'deleteItem',
      input: () => ({ table: 'gone', key: { a: 1 } }),
      says: 'ResourceNotFoundException',
    },
    {
      verb: 'updateItem',
      input: () => ({ table: 'gone', key: { a: 1 }, set: { b: 1 } }),
      says: 'ResourceNotFoundException',
    },
  ])('$verb is an error that says $says', async ({ verb, input, says }) => {
    const fault = await faultOf(verb, input());

    expect(fault).toMatchObject({ blame: 'observer', message: expect.stringContaining(says) });
    expect(isMissing(fault)).toBe(true);
  });
});

describe('what the service will not have', () => {
  it.each<{ title: string; verb: string; input: () => JsonMap; says: string; blame: string }>([
    {
      title: 'a key that is not the table’s',
      verb: 'deleteItem',
      input: () => ({ table: names.table, key: { orderid: 'x' } }),
      says: "needs 'orderId', which is not given. Was 'orderid' meant",
      blame: 'definition',
    },
    {
      title: 'a text that is no token',
      verb: 'sendTaskSuccess',
      input: () => ({ stateMachine: names.waits, token: 'any' }),
      says: "does not know the token of 'token'",
      blame: 'definition',
    },
    {
      title: 'half of a key',
      verb: 'deleteItem',
      input: () => ({ table: names.pairs, key: { left: 'x' } }),
      says: "needs 'right', which is not given. Add 'right'.",
      blame: 'definition',
    },
    {
      title: 'an item without the table’s key',
      verb: 'putItem',
      input: () => ({ table: names.pairs, item: { left: 'x', other: 1 } }),
      says: "needs 'right'",
      blame: 'definition',
    },
    {
      title: 'a key that is a list',
      verb: 'putItem',
      input: () => ({ table: names.table, item: { orderId: [1] } }),
      says: "The key attribute 'orderId' is text, and the step gives a list",
      blame: 'definition',
    },
    {
      title: 'ids where a text stands in their way',
      verb: 'putEvent',
      input: () => ({ bus: names.bus, source: 's', detailType: 'd', detail: { metadata: 'taken' } }),
      says: "'metadata' is not a map",
      blame: 'definition',
    },
    {
      title: 'an event that is too large',
      verb: 'putEvent',
      input: () => ({ bus: names.bus, source: 's', detailType: 'd', detail: { a: 'x'.repeat(300_000) } }),
      says: 'Total size of the entry is too large',
      blame: 'definition',
    },
    {
      title: 'a message that is too large',
      verb: 'sendMessage',
      input: () => ({ queue: names.queue, body: 'x'.repeat(1_100_000) }),
      says: 'InvalidParameterValue',
      blame: 'definition',
    },
    {
      title: 'an item that is too large',
      verb: 'putItem',
      input: () => ({ table: names.table, item: { orderId: 'large', a: 'x'.repeat(410_000) } }),
      says: 'Item size has exceeded the maximum allowed size',
      blame: 'definition',
    },
  ])('$title is reported by name: $verb', async ({ verb, input, says, blame }) => {
    expect(await faultOf(verb, input())).toMatchObject({ blame, message: expect.stringContaining(says) });
  });
});

describe('an AWS that says no', () => {
  const GOOD: Readonly<Record<string, () => JsonMap>> = {
    putEvent: () => ({ bus: names.bus, source: 's', detailType: 'd' }),
    putEvents: () => ({ bus: names.bus, events: [{ source: 's', detailType: 'd' }] }),
    publish: () => ({ topic: names.topic, body: 'x' }),
    sendMessage: () => ({ queue: names.queue, body: 'x' }),
    sendMessages: () => ({ queue: names.queue, messages: [{ body: 'x' }] }),
    invoke: () => ({ function: 'echo' }),
    startExecution: () => ({ stateMachine: names.machine }),
    sendTaskSuccess: () => ({ stateMachine: names.waits, token: 'any' }),
    sendTaskFailure: () => ({ stateMachine: names.waits, token: 'any' }),
    sendTaskHeartbeat: () => ({ stateMachine: names.waits, token: 'any' }),
    putRecord: () => ({ stream: names.stream, body: 'x' }),
    putObject: () => ({ bucket: names.bucket, key: 'k', body: 'x' }),
    deleteObject: () => ({ bucket: names.bucket, key: 'k' }),
    putItem: () => ({ table: names.table, item: { orderId: 'x' } }),
    deleteItem: () => ({ table: names.table, key: { orderId: 'x' } }),
    updateItem: () => ({ table: names.table, key: { orderId: 'x' }, set: { a: 1 } }),
  };

  it('is tried with every verb that goes through AWS', () => {
    const through = Object.values(VERBS).filter(({ blameOnTimeout }) => blameOnTimeout === 'api');

    expect(Object.keys(GOOD).toSorted()).toEqual(through.map(({ name }) => name).toSorted());
  });

  it.each(
    Object.keys(GOOD).flatMap((verb) => [
      { verb, status: 403, code: 'AccessDeniedException', says: "The runner's role may not do" },
      { verb, status: 429, code: 'ThrottlingException', says: 'AWS throttled the runner' },
    ]),
  )(
    'to $verb with $code is an error of ours, and it is not tried again',
    async ({ verb, status, code, says }) => {
      harness.proxy.refusal = { status, code };

      expect(await faultOf(verb, (GOOD[verb] as () => JsonMap)())).toMatchObject({
        blame: 'observer',
        message: expect.stringContaining(says),
      });
      expect(harness.proxy.taken.length).toBe(1);
    },
  );
});

describe('http, as cleanup', () => {
  const verb = VERBS['http'] as Verb;

  it.each<[string, Json, boolean]>([
    ['DELETE https://a.test/1', { status: 404 }, true],
    ['DELETE https://a.test/1', { status: 410 }, true],
    ['DELETE https://a.test/1', { status: 409 }, false],
    ['DELETE https://a.test/1', 'odd', false],
    ['POST https://a.test/1/cancel', { status: 404 }, false],
  ])('%s, answered by %j: is it gone? %s', (request, answer, gone) => {
    expect(verb.isAbsent?.({ request }, answer)).toBe(gone);
  });

  it('is about its address and what it sends, not about who sends it', () => {
    const asked = { request: 'POST https://a.test/cancel', headers: { authorization: 'x' } };

    expect(verb.identity?.({ ...asked, body: { id: 1 }, query: { a: 'b' } })).toEqual([
      asked.request,
      { a: 'b' },
      { id: 1 },
      {},
    ]);
    expect(verb.identity?.({ ...asked, form: { id: 1 } })).toEqual([asked.request, {}, null, { id: 1 }]);
  });
});
