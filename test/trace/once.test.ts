import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { contextOf, runIn } from '../../runner/trace/ids/context.ts';
import { byKey, type ClaimsClient, NotDoneError, onceIn, put, writes } from '../../runner/trace/index.ts';
import { localClients } from '../support/aws/local-clients.ts';
import { clientOf, MemoryTables } from './claims-table.ts';

const local = localClients();
let lines: string[];
beforeEach(() => {
  lines = [];
  for (const method of ['log', 'warn', 'error'] as const)
    jest.spyOn(console, method).mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const under = async <T>(work: () => Promise<T>, payload: unknown = { n: 1 }, id = 'order-1'): Promise<T> =>
  runIn(contextOf({ id }), work, { payload });

/** A table without items. It is emptied, and not made anew: a deletion ends later than its call. */
async function emptyTable(db: DynamoDB, TableName: string): Promise<void> {
  const { TableNames = [] } = await db.listTables({});
  if (!TableNames.includes(TableName))
    await db.createTable({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  const { Items = [] } = await db.scan({ TableName });
  for (const { id } of Items) await db.deleteItem({ TableName, Key: { id: id as { S: string } } });
}

/** An effect that lasts until it is ended, and the moment at which it begins. */
function lasting() {
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const effect = async () => {
    begin();
    return ended;
  };
  return { effect, began, end };
}

const places: readonly (readonly [string, () => Promise<ClaimsClient>])[] = [
  ['tables in memory', async () => clientOf(new MemoryTables())],
  [
    'DynamoDB',
    async () => {
      const db = local.clientOf(DynamoDB);
      for (const TableName of ['claims', 'orders']) await emptyTable(db, TableName);
      return db;
    },
  ],
];

describe.each(places)('once, with %s', (_, open) => {
  let client: ClaimsClient;
  let now: number;
  beforeEach(async () => {
    client = await open();
    now = 1_800_000_000_000;
  });
  const once = () => onceIn(client, { table: 'claims', leaseMs: 60_000, nowMs: () => now });
  const itemIn = async (table: string, id: string) =>
    (await client.getItem({ TableName: table, Key: { id: { S: id } } } as never)).Item;
  const order = {
    id: 'o-1',
    qty: 2,
    tags: ['new', null],
    paid: false,
    card: { last: '1234' },
    none: undefined,
  };

  it('an item is put once, whatever its values are', async () => {
    for (const qty of [2, 3]) await under(() => once()('store', put('orders', { ...order, qty })));
    expect(await itemIn('orders', 'o-1')).toEqual({
      id: { S: 'o-1' },
      qty: { N: '2' },
      tags: { L: [{ S: 'new' }, { NULL: true }] },
      paid: { BOOL: false },
      card: { M: { last: { S: '1234' } } },
    });
  });

  it('a write whose own condition fails is refused, and may be tried again', async () => {
    const write = (id: string) =>
      writes({
        Put: {
          TableName: 'orders',
          Item: { id: { S: id } },
          ConditionExpression: 'attribute_not_exists(id)',
        },
      });
    await under(() => once()('other', write('taken')));
    await expect(under(() => once()('store', write('taken')))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
    await under(() => once()('store', write('free')));
    expect(await itemIn('orders', 'free')).toBeDefined();
  });

  it('a function runs once, and its result is given again', async () => {
    const effect = jest.fn(async () => ({ receipt: 7 }));
    const results = [await under(() => once()('mail', effect)), await under(() => once()('mail', effect))];
    expect(results).toEqual([{ receipt: 7 }, { receipt: 7 }]);
    expect(effect).toHaveBeenCalledTimes(1);
  });

  it('a function without a result runs once too', async () => {
    const effect = jest.fn(async () => {});
    expect([await under(() => once()('mail', effect)), await under(() => once()('mail', effect))]).toEqual([
      undefined,
      undefined,
    ]);
    expect(effect).toHaveBeenCalledTimes(1);
  });

  it('another step, another id and another record are effects of their own', async () => {
    const effect = jest.fn(async () => {});
    await under(() => once()('mail', effect));
    await under(() => once()('print', effect));
    await under(() => once()('mail', effect), { n: 1 }, 'order-2');
    await under(() => once()('mail', effect, { of: 'line-1' }));
    await under(() => once()('mail', effect, { of: 'line-2' }));
    expect(effect).toHaveBeenCalledTimes(5);
  });

  it('a second record under the same id is never taken for the first', async () => {
    await under(() => once()('store', put('orders', { id: 'o-1' })), { n: 1 });
    await expect(under(() => once()('store', put('orders', { id: 'o-2' })), { n: 2 })).rejects.toMatchObject({
      name: 'KeyReusedError',
    });
    await under(() => once()('mail', async () => {}), { n: 1 });
    await expect(under(() => once()('mail', async () => {}), { n: 2 })).rejects.toMatchObject({
      name: 'KeyReusedError',
    });
  });

  it('an effect that knows that it did nothing is tried again', async () => {
    const effect = jest.fn(async () => 'sent').mockRejectedValueOnce(new NotDoneError('refused'));
    await expect(under(() => once()('mail', effect))).rejects.toThrow('refused');
    expect(await under(() => once()('mail', effect))).toBe('sent');
  });

  it('a function that throws anything else is parked, reported, and not run again', async () => {
    const effect = jest.fn(async () => Promise.reject(new Error('socket hang up')));
    await expect(under(() => once()('mail', effect))).rejects.toMatchObject({
      name: 'ParkedError',
      cause: { message: 'socket hang up' },
    });
    await expect(under(() => once()('mail', effect))).rejects.toMatchObject({ name: 'ParkedError' });
    expect(effect).toHaveBeenCalledTimes(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'WARN',
      parked: 'order-1#mail',
      correlationId: 'order-1',
    });
  });

  it('an effect by key is sent again with the same key after an error', async () => {
    const effect = jest.fn(async (key: string) => key).mockRejectedValueOnce(new Error('socket hang up'));
    await expect(under(() => once()('charge', byKey(effect)))).rejects.toThrow('socket hang up');
    expect(await under(() => once()('charge', byKey(effect)))).toBe('order-1#charge');
    expect(effect.mock.calls).toEqual([['order-1#charge'], ['order-1#charge']]);
  });

  it('while an attempt holds the claim, another one waits for its turn', async () => {
    const { effect, began, end } = lasting();
    const first = under(() => once()('mail', effect));
    await began;
    await expect(under(() => once()('mail', async () => 'second'))).rejects.toMatchObject({
      name: 'InProgressError',
    });
    end('first');
    expect(await first).toBe('first');
  });

  /** The client, with something that happens after the call of a claim, or in place of a release. */
  const withFaults = (faults: { readonly afterPut?: () => void; readonly onDelete?: () => void }) => ({
    getItem: async (input: never) => client.getItem(input),
    transactWriteItems: async (input: never) => client.transactWriteItems(input),
    putItem: async (input: never) => {
      await client.putItem(input);
      faults.afterPut?.();
    },
    deleteItem: async (input: never) => {
      faults.onDelete?.();
      await client.deleteItem(input);
    },
  });
  const fail = (message: string) => () => {
    throw new Error(message);
  };
  const freeze = () => void (now += 60_001);
  const onceWith = (faulty: ClaimsClient) =>
    onceIn(faulty, { table: 'claims', leaseMs: 60_000, nowMs: () => now });

  it('an attempt that was frozen before its effect gives the claim free: nothing was done', async () => {
    const effect = jest.fn(async () => 'sent');
    const frozen = under(() => onceWith(withFaults({ afterPut: freeze }))('mail', effect));
    await expect(frozen).rejects.toMatchObject({ name: 'InProgressError' });
    expect(effect).not.toHaveBeenCalled();
    expect(await under(() => once()('mail', effect))).toBe('sent');
  });

  it('a claim whose answer was lost is given free: nothing was done', async () => {
    const effect = jest.fn(async () => 'sent');
    const lost = under(() => onceWith(withFaults({ afterPut: fail('socket hang up') }))('mail', effect));
    await expect(lost).rejects.toThrow('socket hang up');
    expect(effect).not.toHaveBeenCalled();
    expect(await under(() => once()('mail', effect))).toBe('sent');
  });

  it('a claim that could not be given free is parked, and the log says so', async () => {
    const faulty = withFaults({ afterPut: freeze, onDelete: fail('throttled') });
    const effect = async () => 'sent';
    await expect(under(() => onceWith(faulty)('mail', effect))).rejects.toThrow('is over');
    await expect(under(() => once()('mail', effect))).rejects.toMatchObject({ name: 'ParkedError' });
    expect(lines.join()).toContain('the claim of order-1#mail could not be released: Error: throttled');
  });

  it('the reason of an effect that did nothing is given, also if its claim could not be given free', async () => {
    const faulty = withFaults({ onDelete: fail('throttled') });
    const refused = under(() => onceWith(faulty)('mail', async () => Promise.reject(new NotDoneError('no'))));
    await expect(refused).rejects.toMatchObject({ name: 'NotDoneError' });
  });

  it('an attempt that did nothing, and whose claim was decided to be done, leaves it so', async () => {
    const effect = async () => {
      const Item = { ...(await itemIn('claims', 'order-1#mail')), state: { S: 'done' } };
      await client.putItem({ TableName: 'claims', Item } as never);
      throw new NotDoneError('no');
    };
    await expect(under(() => once()('mail', effect))).rejects.toThrow('no');
    expect(await under(() => once()('mail', async () => 'again'))).toBeUndefined();
  });

  it('an attempt that died parks a function, and is taken over by key', async () => {
    const [mail, charge] = [lasting(), lasting()];
    void under(() => once()('mail', mail.effect));
    void under(() => once()('charge', byKey(charge.effect)));
    await Promise.all([mail.began, charge.began]);
    now += 60_001;
    await expect(under(() => once()('mail', async () => 'again'))).rejects.toMatchObject({
      name: 'ParkedError',
    });
    expect(
      await under(() =>
        once()(
          'charge',
          byKey(async () => 'charged'),
        ),
      ),
    ).toBe('charged');
  });

  it('a slow attempt whose claim was parked meanwhile says that it is done after all', async () => {
    const { effect, began, end } = lasting();
    const slow = under(() => once()('mail', effect));
    await began;
    now += 60_001;
    await expect(under(() => once()('mail', async () => 'again'))).rejects.toMatchObject({
      name: 'ParkedError',
    });
    end('late');
    expect([await slow, await under(() => once()('mail', async () => 'again'))]).toEqual(['late', 'late']);
  });

  it('a result that is too large is not kept, and the log says so', async () => {
    const text = 'x'.repeat(100_001);
    expect([
      await under(() => once()('mail', async () => text)),
      await under(() => once()('mail', async () => text)),
    ]).toEqual([text, undefined]);
    expect(lines.join()).toContain('the result of order-1#mail is too large to be kept');
  });

  it('a record that the last hop sent twice, each time with ids of its own, is one record', async () => {
    const effect = jest.fn(async () => {});
    for (const traceparent of ['00-a-1', '00-a-2'])
      await under(() => once()('mail', effect), { n: 1, metadata: { traceparent } });
    expect(effect).toHaveBeenCalledTimes(1);
  });

  it('a result that is no JSON is not kept, and its effect is done', async () => {
    const effect = jest.fn(async () => 10n);
    expect(await under(() => once()('charge', byKey(effect)))).toBe(10n);
    expect(await under(() => once()('charge', byKey(effect)))).toBeUndefined();
    expect(effect).toHaveBeenCalledTimes(1);
    expect(lines.join()).toContain('the result of order-1#charge is no JSON');
  });

  it('a write under a key that is parked, or that another attempt holds, is not taken for done', async () => {
    await expect(under(() => once()('x', async () => Promise.reject(new Error('gone'))))).rejects.toThrow(
      'is parked',
    );
    await expect(under(() => once()('x', put('orders', { id: 'o-9' })))).rejects.toMatchObject({
      name: 'ParkedError',
    });
    const { effect, began } = lasting();
    void under(() => once()('y', effect));
    await began;
    await expect(under(() => once()('y', put('orders', { id: 'o-9' })))).rejects.toMatchObject({
      name: 'InProgressError',
    });
  });

  it('without one record it has to name one', async () => {
    const call = async () => once()('mail', async () => 'sent');
    await expect(runIn(contextOf({ id: 'order-1' }), call)).rejects.toThrow(
      "once('mail') needs to know the record",
    );
  });

  it('a claim ends with the time of its function', async () => {
    const untilNow = onceIn(client, { table: 'claims', nowMs: () => now });
    const about = { payload: { n: 1 }, endsAtMs: now + 5_000 };
    const { effect, began } = lasting();
    void runIn(contextOf({ id: 'order-1' }), async () => untilNow('mail', effect), about);
    await began;
    now += 5_001;
    await expect(under(() => once()('mail', async () => 'again'))).rejects.toMatchObject({
      name: 'ParkedError',
    });
  });

  it('outside of any work there is no key', async () => {
    await expect(once()('mail', async () => {})).rejects.toThrow("once('mail') needs an id");
  });
});
