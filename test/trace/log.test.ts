import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { contextOf, runIn } from '../../runner/trace/ids/context.ts';
import { forEachRecord, progress, traced, withTrace } from '../../runner/trace/index.ts';
import { queueRecord } from './hops.ts';

let lines: unknown[];
beforeEach(() => {
  lines = [];
  for (const method of ['log', 'warn', 'error'] as const)
    jest.spyOn(console, method).mockImplementation((line) => void lines.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env['AWS_LAMBDA_LOG_FORMAT'];
});
const logged = () => lines.map((line) => JSON.parse(String(line)) as Record<string, unknown>);
const record = (body: object, id = 'order-1') =>
  queueRecord(JSON.stringify(body), {
    MessageAttributes: { correlationId: { DataType: 'String', StringValue: id } },
  });

describe('an event', () => {
  it('is logged once for each record, with its id', async () => {
    await forEachRecord(() => {})({ Records: [record({ n: 1 }, 'a'), record({ n: 2 }, 'b')] });
    expect(logged()).toMatchObject([
      { level: 'INFO', message: 'event received', correlationId: 'a', event: { n: 1 } },
      { level: 'INFO', message: 'event received', correlationId: 'b', event: { n: 2 } },
    ]);
  });

  it('is logged without its secrets, at any depth, and in text that holds JSON', async () => {
    const body = {
      Password: 'p1',
      card: { number: 'p2' },
      inner: JSON.stringify({ authorization: 'p3', deep: [{ token: 'p4' }] }),
    };
    await withTrace(() => {}, { log: { redact: ['Card'] } })({ Records: [record(body)] });
    expect(String(lines[0])).not.toMatch(/p\d/);
    expect(logged()[0]).toMatchObject({
      event: [{ Password: '***', card: '***', inner: { authorization: '***', deep: [{ token: '***' }] } }],
    });
  });

  it('is cut if it is long, and the line says so', async () => {
    await withTrace(() => {}, { log: { most: 20 } })({ detail: { text: 'x'.repeat(100) } });
    expect(logged()[0]).toMatchObject({ cut: true, event: expect.stringMatching(/^.{20}$/) });
  });

  it('that cannot be written as JSON does not fail the work', async () => {
    const event: Record<string, unknown> = {};
    event['self'] = event;
    expect(await withTrace(() => 'done')(event)).toBe('done');
    expect(logged()[0]).toMatchObject({ level: 'ERROR' });
  });

  it.each([
    ['a request without a body', undefined, undefined],
    ['a form', 'user=a&password=p1', '18 characters'],
    ['JSON', '{"n":1,"password":"p1"}', { n: 1, password: '***' }],
  ])('of HTTP with %s is logged by its method, its path and its JSON', async (_, body, shown) => {
    await withTrace(() => {})({
      rawPath: '/orders',
      rawQueryString: 'token=p1',
      cookies: ['session=p1'],
      headers: { authorization: 'p1' },
      requestContext: { http: { method: 'POST' }, authorizer: { jwt: 'p1' } },
      body,
    });
    expect(String(lines[0])).not.toContain('p1');
    expect(logged()[0]).toMatchObject({
      event: { method: 'POST', path: '/orders', ...(shown === undefined ? {} : { body: shown }) },
    });
  });

  it('is not logged if that is turned off', async () => {
    await withTrace(() => {}, { log: false })({});
    expect(lines).toEqual([]);
  });
});

it('progress is one line with the step, the ids and the fields', () => {
  runIn(contextOf({ id: 'canary-1' }), () => progress('stored', { orderId: 'o-1' }));
  expect(lines).toEqual([expect.stringContaining('"canary-1"')]);
  expect(logged()).toMatchObject([
    {
      level: 'INFO',
      message: 'stored',
      progress: 'stored',
      correlationId: 'canary-1',
      canary: true,
      orderId: 'o-1',
    },
  ]);
});

it('progress with fields that are no JSON is logged without them', () => {
  progress('stored', { n: 10n });
  expect(logged()).toEqual([{ level: 'INFO', message: 'stored' }]);
});

it("with Lambda's JSON format a line is an object, which the runtime writes as JSON", () => {
  process.env['AWS_LAMBDA_LOG_FORMAT'] = 'JSON';
  progress('stored');
  expect(lines).toEqual([{ level: 'INFO', message: 'stored', progress: 'stored' }]);
});

describe('a message that has no room for the id', () => {
  const ten = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`own${index}`, { DataType: 'String', StringValue: '1' }]),
  );
  const nine = Object.fromEntries(Object.entries(ten).slice(1));
  const send = async (commandName: string, input: object): Promise<{ MessageAttributes: object }> => {
    type Middleware = (
      next: (handled: object) => unknown,
      context: object,
    ) => (handled: object) => Promise<{ input: { MessageAttributes: object } }>;
    let middleware: Middleware | undefined;
    traced({ middlewareStack: { add: (added: never) => void (middleware = added) } });
    const handle = (middleware as unknown as Middleware)(async (handled) => handled, { commandName });
    return (await runIn(contextOf({ id: 'order-1' }), async () => handle({ input }))).input;
  };

  it('with nine attributes of its own keeps them, and gets the id', async () => {
    const { MessageAttributes } = await send('SendMessageCommand', {
      MessageBody: 'b',
      MessageAttributes: nine,
    });
    expect(MessageAttributes).toEqual({
      ...nine,
      correlationId: { DataType: 'String', StringValue: 'order-1' },
    });
    expect(lines).toEqual([]);
  });

  const withId = (name: string) => ({ ...nine, [name]: { DataType: 'String', StringValue: 'its own' } });

  it.each([
    ['PublishCommand', { Message: 'm', MessageAttributes: withId('correlationId') }],
    ['PublishCommand', { Message: 'm', MessageAttributes: withId('X-Correlation-Id') }],
    ['PutEventsCommand', { Entries: [{ Detail: '{"metadata":{"correlationId":"its own"},"n":1.0}' }] }],
    ['PutItemCommand', { Item: { correlationId: 'its own', text: 'x'.repeat(409_550) } }],
    ['PutObjectCommand', { Bucket: 'b', Metadata: { 'Correlation-Id': 'its own', own: 'x'.repeat(2_000) } }],
  ])('%s %# with an id of its own keeps it, and nothing is logged', async (command, input) => {
    expect(await send(command, input)).toMatchObject(input);
    expect(lines).toEqual([]);
  });

  it('with an id of its own has room for the rest', async () => {
    const { own1: _, ...eight } = nine;
    const own = { ...eight, correlationId: { DataType: 'String', StringValue: 'its own' } };
    const { MessageAttributes } = await send('PublishCommand', { Message: 'm', MessageAttributes: own });
    expect(Object.keys(MessageAttributes).toSorted()).toEqual(
      [...Object.keys(own), 'traceparent'].toSorted(),
    );
  });

  it.each([
    ['SendMessageCommand', { MessageBody: 'b', MessageAttributes: ten }, 'MessageAttributes'],
    ['PublishCommand', { Message: 'x'.repeat(261_500) }, 'the call'],
    ['SendMessageCommand', { MessageBody: 'ü'.repeat(130_750) }, 'the call'],
    [
      'PublishBatchCommand',
      { PublishBatchRequestEntries: Array.from({ length: 10 }, () => ({ Message: 'x'.repeat(26_000) })) },
      'the call',
    ],
    ['PutEventsCommand', { Entries: [{ Detail: '{"metadata":{"a":1},"n":1.0}' }] }, 'Detail'],
    ['UpdateScheduleCommand', { ScheduleExpression: 'rate(1 day)', Target: { Input: '{}' } }, 'Target'],
    [
      'CreateScheduleCommand',
      {
        ScheduleExpression: 'at(2026-12-01T00:00:00)',
        Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', Input: '{}' },
      },
      'Input',
    ],
    ['PutEventsCommand', { Entries: [{ Detail: 'no JSON' }] }, 'Detail'],
    ['PutEventsCommand', { Entries: [{ Detail: '{"metadata":"taken"}' }] }, 'Detail'],
    ['PutRecordCommand', { Data: new Uint8Array([255]) }, 'Data'],
    ['PutItemCommand', { Item: { text: { S: 'x'.repeat(409_000) } } }, 'Item'],
    ['InvokeCommand', { FunctionName: 'f', Payload: '[1]' }, 'Payload'],
    ['PutObjectCommand', { Bucket: 'b', Metadata: { own: 'x'.repeat(2_040) } }, 'Metadata'],
    ['CreateMultipartUploadCommand', { Bucket: 'b', Metadata: { own: 'x'.repeat(2_040) } }, 'Metadata'],
    ['UpdateItemCommand', { UpdateExpression: `SET ${'a'.repeat(4_070)} = :a` }, 'UpdateExpression'],
    [
      'TransactWriteItemsCommand',
      { TransactItems: [{ Update: { UpdateExpression: `REMOVE ${'ü'.repeat(2_040)}` } }] },
      'UpdateExpression',
    ],
  ])('%s %# goes on as it was, and the loss is logged', async (command, input, field) => {
    const sent = await send(command, input);
    expect(sent).toMatchObject(input);
    expect(logged()).toMatchObject([
      {
        level: 'WARN',
        message: `the correlation id has no room in ${field} of ${command}`,
        correlationId: 'order-1',
      },
    ]);
  });
});
