import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { forEachRecord } from '../../runner/trace/index.ts';
import { queueRecord, topicRecord } from './hops.ts';

beforeEach(() => {
  for (const method of ['log', 'warn', 'error'] as const) jest.spyOn(console, method).mockReturnValue();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const quiet = { log: false } as const;
const messages = (...bodies: readonly string[]) => ({
  Records: bodies.map((body, index) => queueRecord(JSON.stringify({ body }), {}, `m-${index}`)),
});
const fifo = (...bodies: readonly string[]) => ({
  Records: messages(...bodies).Records.map((record) => ({
    ...record,
    eventSourceARN: 'arn:aws:sqs:eu-west-1:1:orders.fifo',
  })),
});
const stream = (...bodies: readonly string[]) => ({
  Records: bodies.map((body, index) => ({
    eventSource: 'aws:kinesis',
    kinesis: { sequenceNumber: `s-${index}`, data: Buffer.from(JSON.stringify({ body })).toString('base64') },
  })),
});
const table = (...bodies: readonly string[]) => ({
  Records: bodies.map((body, index) => ({
    eventSource: 'aws:dynamodb',
    body,
    dynamodb: { SequenceNumber: `d-${index}`, NewImage: { body: { S: body } } },
  })),
});
const bad = async (payload: unknown): Promise<void> => {
  const { body, dynamodb } = payload as { body?: string; dynamodb?: unknown };
  if ((body ?? JSON.stringify(dynamodb)).startsWith('bad')) throw new Error(body);
};
const failuresOf = async (event: unknown) => {
  const response = await forEachRecord(bad, quiet)(event);
  return 'batchItemFailures' in response
    ? response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    : response;
};

describe('an odd record', () => {
  const good = queueRecord('{"body":"good"}', {}, 'good');

  it.each([
    ['{"Sns":null}'],
    ['{"kinesis":null,"eventSource":"aws:kinesis"}'],
    ['null'],
    ['[1,2]'],
    ['{"s3":{"bucket":{"name":"b"},"object":{"key":"%"}}}'],
  ])('with the body %s fails alone at most', async (body) => {
    const s3 = { headObject: async () => Promise.reject(new Error('no')) };
    const seen: unknown[] = [];
    const handler = forEachRecord((payload) => void seen.push(payload), { ...quiet, s3 });
    await handler({ Records: [queueRecord(body, {}, 'odd'), good] });
    expect(seen).toContainEqual({ body: 'good' });
    expect(seen).toHaveLength(2);
  });

  it.each([['hello'], [5], [null], [undefined]])('%j that is no object runs once', async (event) => {
    let calls = 0;
    await forEachRecord(() => void (calls += 1), quiet)(event);
    expect(calls).toBe(1);
  });

  it.each([
    ['{"recordId":"r-1","name":"x"}'],
    ['{"messageId":"x","to":"bob","body":"hello"}'],
    ['{"Type":"Notification","Message":"shipped","UserId":"u1"}'],
    ['{"kinesis":{"data":"x"},"orderId":1}'],
    ['{"detail-type":"x","detail":{"a":1}}'],
    [`{"text":"${'x'.repeat(1_100_000)}"}`],
  ])('of the application that looks like an envelope stays whole: %#', async (body) => {
    const seen: unknown[] = [];
    await forEachRecord((payload) => void seen.push(payload), quiet)({ Records: [queueRecord(body)] });
    expect(seen).toEqual([JSON.parse(body)]);
  });

  it('of a stream through a pipe gives its data, and its failure its name', async () => {
    const record = {
      eventSource: 'aws:kinesis',
      sequenceNumber: 's-7',
      data: Buffer.from('{"body":"bad"}').toString('base64'),
    };
    expect(
      await failuresOf([{ ...record, data: Buffer.from('{"body":"a"}').toString('base64') }, record]),
    ).toEqual(['s-7']);
  });
});

describe('records that fail come again', () => {
  it.each([
    ['a queue, all good', messages('a', 'b'), []],
    ['a queue, one bad', messages('a', 'bad', 'c'), ['m-1']],
    ['a FIFO queue: the bad one and all after it', fifo('a', 'bad', 'c', 'bad'), ['m-1', 'm-2', 'm-3']],
    ['a stream: the bad one and all after it', stream('a', 'bad', 'c'), ['s-1', 's-2']],
    ['a table stream: the bad one and all after it', table('a', 'bad', 'c'), ['d-1', 'd-2']],
    ['no records', { Records: [] }, []],
  ])('of %s', async (_, event, expected) => {
    expect(await failuresOf(event)).toEqual(expected);
  });

  it('of a queue of which all fail: the invocation fails, so that the function counts as failing', async () => {
    await expect(failuresOf(messages('bad', 'bad2'))).rejects.toThrow('bad');
  });

  it('of a topic: all are tried, and the first error fails the invocation', async () => {
    const tried: unknown[] = [];
    const event = { Records: ['bad', 'b'].map((body) => topicRecord({ Message: JSON.stringify({ body }) })) };
    const handler = forEachRecord(async (payload) => {
      tried.push(payload);
      await bad(payload);
    }, quiet);
    await expect(handler(event)).rejects.toThrow('bad');
    expect(tried).toEqual([{ body: 'bad' }, { body: 'b' }]);
  });

  it('of an event that is no batch: the invocation fails', async () => {
    await expect(failuresOf({ 'detail-type': 'x', source: 's', detail: { body: 'bad' } })).rejects.toThrow(
      'bad',
    );
  });

  it('a throw of undefined is a failure too', async () => {
    const handler = forEachRecord(async () => Promise.reject(undefined), quiet);
    await expect(handler({ detail: {} })).rejects.toThrow('the work threw nothing');
  });
});

it('a delivery stream gets what the work returned, and the record itself where it failed', async () => {
  const data = (body: string) => Buffer.from(JSON.stringify({ body })).toString('base64');
  const event = {
    deliveryStreamArn: 'arn',
    records: ['a', 'bad'].map((body, index) => ({
      recordId: `r-${index}`,
      approximateArrivalTimestamp: 1,
      data: data(body),
    })),
  };
  const response = await forEachRecord(async (payload) => {
    await bad(payload);
    return { seen: payload };
  }, quiet)(event);
  expect(response).toEqual({
    records: [
      { recordId: 'r-0', result: 'Ok', data: Buffer.from('{"seen":{"body":"a"}}').toString('base64') },
      { recordId: 'r-1', result: 'ProcessingFailed', data: data('bad') },
    ],
  });
});
