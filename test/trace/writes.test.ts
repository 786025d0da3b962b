import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { write } from '../../runner/trace/carriers/write.ts';
import { contextOf } from '../../runner/trace/ids/context.ts';
import { sampleSize } from '../support/effort.ts';

const SENT = contextOf({ id: 'order-1', baggage: 'x'.repeat(4_000) });
const sent = (command: string, input: Readonly<Record<string, unknown>>) =>
  write(command, input, SENT, () => {});
const detailOf = (Detail: string) =>
  (sent('PutEventsCommand', { Entries: [{ Detail }] })['Entries'] as { Detail: string }[])[0]?.Detail ?? '';

afterEach(() => {
  delete process.env['_X_AMZN_TRACE_ID'];
});

describe('the text of a message', () => {
  it.each([
    ['{"id":12345678901234567890,"p":1.0}', '{"id":12345678901234567890,"p":1.0,"metadata":{'],
    ['{ "a" : 1 }', '{ "a" : 1 ,"metadata":{'],
    ['{}', '{"metadata":{'],
  ])('%s keeps its spelling', (text, begin) => {
    expect(detailOf(text)).toMatch(new RegExp(`^${begin.replaceAll(/[{}.]/g, '\\$&')}`));
  });

  it('keeps the newline at its end, as bytes too', () => {
    const { Data } = sent('PutRecordCommand', { Data: Buffer.from('{"a":1}\n') }) as { Data: Buffer };
    expect(Data.toString()).toMatch(/^\{"a":1,"metadata":\{.*\}\}\n$/);
  });

  it('of bytes that are no UTF-8 stays as it is', () => {
    const Data = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xe9, 0x22, 0x7d]);
    expect(sent('PutRecordCommand', { Data })).toEqual({ Data });
  });

  it('whatever it is, all of it but the metadata is what it was', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => name !== 'metadata'),
          fc.jsonValue(),
        ),
        (value) => {
          const { metadata, ...rest } = JSON.parse(detailOf(JSON.stringify(value))) as Record<
            string,
            unknown
          >;
          expect(rest).toEqual(JSON.parse(JSON.stringify(value)));
          expect(metadata).toMatchObject({ correlationId: 'order-1' });
        },
      ),
      { numRuns: sampleSize({ small: 30, full: 300 }) },
    );
  });
});

describe('an update', () => {
  const update = (UpdateExpression: unknown, more: object = {}) =>
    sent('UpdateItemCommand', { Key: { id: { S: '1' } }, UpdateExpression, ...more });

  it.each([
    ['SET a = :a', 'SET correlationId = :coalmineId, a = :a'],
    ['REMOVE x SET a = :a', 'REMOVE x SET correlationId = :coalmineId, a = :a'],
    ['ADD tags :set', 'SET correlationId = :coalmineId ADD tags :set'],
    ['REMOVE #set', 'SET correlationId = :coalmineId REMOVE #set'],
    ['REMOVE data.set', 'SET correlationId = :coalmineId REMOVE data.set'],
  ])('%s also sets the id', (expression, expected) => {
    expect(String(update(expression)['UpdateExpression']).replaceAll(/ +/g, ' ').trim()).toBe(expected);
  });

  it('without an expression stays as it is', () => {
    expect(update(undefined)).toEqual({ Key: { id: { S: '1' } }, UpdateExpression: undefined });
  });

  it.each([
    [{ Key: { id: '1' } }, 'order-1'],
    [{ Key: { id: '1' }, ExpressionAttributeValues: { ':a': { street: 'x' } } }, 'order-1'],
    [{ Key: { id: { S: '1' } }, ExpressionAttributeValues: { ':a': { M: {} } } }, { S: 'order-1' }],
  ])('%j is written in the form of its client', (more, expected) => {
    const { ExpressionAttributeValues: values } = update('SET a = :a', more) as {
      ExpressionAttributeValues: Record<string, unknown>;
    };
    expect(values[':coalmineId']).toEqual(expected);
  });
});

describe('an execution', () => {
  it('with a name of its own gets the same input each time: the name stands for it', () => {
    const input = { stateMachineArn: 'm', name: 'order-7', input: '{"orderId":7}' };
    const inputs = [1, 2].map(() =>
      write('StartExecutionCommand', input, contextOf({ id: 'order-1' }), () => {}),
    );
    expect(inputs[0]).toEqual(inputs[1]);
    expect(inputs[0]).toEqual({ ...input, input: '{"orderId":7,"metadata":{"correlationId":"order-1"}}' });
  });

  it('durable, with a name of its own, likewise', () => {
    const { Payload } = sent('InvokeCommand', {
      FunctionName: 'f',
      DurableExecutionName: 'n',
      Payload: '{}',
    });
    expect(Payload).toBe('{"metadata":{"correlationId":"order-1"}}');
  });
});

describe('a call near a limit of its service', () => {
  const text = (bytes: number) => 'x'.repeat(bytes);
  const items = (count: number, bytes: number) =>
    Array.from({ length: count }, (_, index) => ({ id: String(index), text: text(bytes) }));
  const puts = (all: readonly object[]) => all.map((Item) => ({ PutRequest: { Item } }));

  it.each([
    ['PublishCommand', { Message: text(255_000) }, true],
    ['PublishCommand', { Message: text(261_500) }, false],
    ['SendMessageCommand', { MessageBody: text(262_200) }, true],
    ['SendMessageCommand', { MessageBody: text(1_048_000) }, false],
    ['InvokeCommand', { FunctionName: 'f', Payload: JSON.stringify(text(1)) }, false],
    ['InvokeCommand', { FunctionName: 'f', Payload: JSON.stringify({ a: text(1_100_000) }) }, true],
    ['InvokeCommand', { FunctionName: 'f', Payload: JSON.stringify({ a: text(6_291_000) }) }, false],
    ['BatchWriteItemCommand', { RequestItems: { orders: puts(items(25, 400_000)) } }, true],
    [
      'TransactWriteItemsCommand',
      { TransactItems: items(10, 400_000).map((Item) => ({ Put: { Item } })) },
      true,
    ],
    [
      'TransactWriteItemsCommand',
      { TransactItems: items(11, 381_200).map((Item) => ({ Put: { Item } })) },
      false,
    ],
    ['PutItemCommand', { Item: { set: new Set([text(409_000)]) } }, false],
    ['PutItemCommand', { Item: { number: 1, flag: true, none: null, set: new Set(['a']) } }, true],
  ])('%s %# has ids only if it stays below it', (command, input, isWritten) => {
    const written = sent(command, input);
    expect(JSON.stringify(written).includes('order-1')).toBe(isWritten);
    if (!isWritten) expect(written).toEqual(input);
  });

  it('an item that is full is written without the id, and its neighbours with it', () => {
    const full = { id: 'full', text: text(409_400) };
    const { RequestItems } = sent('BatchWriteItemCommand', {
      RequestItems: { orders: puts([full, { id: 'small' }]) },
    }) as { RequestItems: { orders: readonly { PutRequest: { Item: object } }[] } };
    expect(RequestItems.orders.map(({ PutRequest: { Item } }) => Item)).toEqual([
      full,
      { id: 'small', correlationId: 'order-1' },
    ]);
  });
});

it('the metadata of an object stay within the 2,048 bytes that S3 takes, the id first', () => {
  const { Metadata } = sent('PutObjectCommand', {
    Bucket: 'b',
    Key: 'k',
    Metadata: { own: 'x'.repeat(1_990) },
  }) as { Metadata: object };
  expect(Object.keys(Metadata)).toEqual(['correlation-id', 'own']);
});

it('in Lambda the header of X-Ray is left to the SDK, which knows the segment of the function', () => {
  process.env['_X_AMZN_TRACE_ID'] = 'Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a:1';
  expect(sent('SendMessageCommand', { MessageBody: 'b' })).not.toHaveProperty('MessageSystemAttributes');
  expect(detailOf('{}')).toContain('order-1');
});
