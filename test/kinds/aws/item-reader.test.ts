import type { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import { type Item, readItem } from '../../../runner/kinds/aws/item-reader.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

type Keys = readonly Item[];
type Answer = { readonly found?: Keys; readonly left?: Keys };

/** A client with given answers that records the requested keys. */
function asked(answer: (keys: Keys, call: number) => Answer) {
  const calls: Keys[] = [];
  const client = {
    send: async ({ input }: BatchGetItemCommand) => {
      const keys = (input.RequestItems?.['orders']?.Keys ?? []) as Keys;
      calls.push(keys);
      const { found = [], left = [] } = answer(keys, calls.length);
      return {
        Responses: { orders: found },
        UnprocessedKeys: left.length === 0 ? {} : { orders: { Keys: left } },
      };
    },
  } as unknown as DynamoDBClient;
  return { client, calls };
}

const echo = (keys: Keys): Answer => ({ found: keys.toReversed() });

function looking(
  client: DynamoDBClient,
  { signal = new AbortController().signal, clock = new ManualClock() } = {},
) {
  const read = async (id: string): Promise<Item | undefined> =>
    readItem('orders', {
      key: { id: { S: id } },
      own: { partition: ['id'], sort: [] },
      client,
      clock,
      signal,
    });
  return { read, clock };
}

describe('the reader of items', () => {
  it('asks once for all polls of about the same time, and gives each its own', async () => {
    const { client, calls } = asked(echo);
    const { read } = looking(client);

    const items = ['a', 'b', 'a'].map(read);

    expect(await Promise.all(items)).toEqual([{ id: { S: 'a' } }, { id: { S: 'b' } }, { id: { S: 'a' } }]);
    expect(calls).toEqual([[{ id: { S: 'a' } }, { id: { S: 'b' } }]]);
  });

  it('asks for a hundred keys a call', async () => {
    const { client, calls } = asked(() => ({}));
    const { read } = looking(client);

    const items = Array.from({ length: 101 }, (_, n) => read(`${n}`));

    expect((await Promise.all(items)).every((item) => item === undefined)).toBe(true);
    expect(calls.map(({ length }) => length)).toEqual([100, 1]);
  });

  it('knows numbers again that DynamoDB writes in its own way', async () => {
    const { client } = asked(() => ({ found: [{ id: { N: '1000000000000000000000' } }] }));
    const clock = new ManualClock();
    const { signal } = new AbortController();

    const item = readItem('orders', {
      key: { id: { N: '1e+21' } },
      own: { partition: ['id'], sort: [] },
      client,
      clock,
      signal,
    });

    expect(await item).toEqual({ id: { N: '1000000000000000000000' } });
  });

  it('asks again for what was left out, and no sooner than after a while', async () => {
    const { client, calls } = asked((keys, call) =>
      call === 1 ? { found: [], left: keys } : { found: keys },
    );
    const { read, clock } = looking(client);
    const beganAtMs = clock.nowMs();

    expect(await read('a')).toEqual({ id: { S: 'a' } });
    expect(calls).toHaveLength(2);
    expect(clock.nowMs() - beganAtMs).toBeGreaterThanOrEqual(60);
  });

  it('says that a table is throttled, where it goes on to leave items out', async () => {
    const { client, calls } = asked((keys) => ({ left: keys }));
    const { read } = looking(client);

    await expect(read('a')).rejects.toThrow(ObserverError);
    expect(calls).toHaveLength(5);
  });

  it('asks for each alone where one key spoils it for all', async () => {
    const { client, calls } = asked((keys) => {
      if (!keys.some(({ id }) => id?.S === 'bad')) return { found: keys };
      throw Object.assign(new Error('The provided key element does not match the schema'), {
        name: 'ValidationException',
      });
    });
    const { read } = looking(client);

    const [good, bad] = await Promise.allSettled([read('good'), read('bad')]);

    expect(good).toEqual({ status: 'fulfilled', value: { id: { S: 'good' } } });
    expect(bad).toMatchObject({ reason: { name: 'ValidationException' } });
    expect(calls).toHaveLength(3);
  });

  it('gives all requests a fault that is not of one key', async () => {
    const { client, calls } = asked(() => {
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    });
    const { read } = looking(client);

    const both = await Promise.allSettled(['a', 'b'].map(read));

    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toHaveLength(1);
  });

  it('asks for no request that has left, and begins anew for the next', async () => {
    const { client, calls } = asked(echo);
    const clock = new ManualClock();
    const leaving = new AbortController();

    const left = looking(client, { signal: leaving.signal, clock }).read('a');
    leaving.abort(new Error('over'));
    await expect(left).rejects.toThrow('over');
    await clock.sleep(20);
    expect(calls).toEqual([]);
    const item = looking(client, { clock }).read('b');

    expect(await item).toEqual({ id: { S: 'b' } });
    expect(calls).toEqual([[{ id: { S: 'b' } }]]);
  });
});
