import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { STATE_USE } from '../../../runner/adapters/dynamodb/schema.ts';
import { openTable, type Table } from '../../../runner/adapters/dynamodb/table.ts';
import { localClients, type MeddledClients } from '../../support/aws/local-table.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

interface BatchInput {
  readonly RequestItems: { readonly state: { readonly Keys?: readonly unknown[] } & readonly unknown[] };
}

describe('a table that is throttled', () => {
  let server: Server;
  let clients: MeddledClients;
  let clock: ManualClock;
  let table: Table;
  /** Entries of each call. */
  let sizes: number[];
  /** Entries that a call processes, beginning with the first. */
  let processed: number;

  beforeEach(async () => {
    sizes = [];
    const answerTo = (body: string): unknown => {
      const { RequestItems } = JSON.parse(body) as BatchInput;
      const { Keys } = RequestItems.state;
      const entries = Keys ?? RequestItems.state;
      sizes.push(entries.length);
      const left = entries.slice(processed);
      return Keys === undefined
        ? { UnprocessedItems: left.length === 0 ? {} : { state: left } }
        : {
            Responses: { state: entries.slice(0, processed) },
            UnprocessedKeys: left.length === 0 ? {} : { state: { Keys: left } },
          };
    };
    server = createServer((request, response) => {
      void text(request).then((body) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(answerTo(body)));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    clients = localClients(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    clock = new ManualClock();
    table = openTable({ clients, clock, name: 'state', use: STATE_USE });
  });
  afterEach(() => {
    clients.close();
    server.closeAllConnections();
    server.close();
  });

  const keys = Array.from({ length: 3 }, (_, n) => ({ pk: 'p', sk: `${n}` }));
  const calls = [
    { title: 'a read of many items', call: async () => table.getAll(keys) },
    { title: 'a write of many items', call: async () => table.putAll(keys) },
  ];

  it.each(calls)('is asked again, after pauses, for the rest of $title', async ({ call }) => {
    processed = 1;
    const beganAtMs = clock.nowMs();

    expect((await call()) ?? keys).toEqual(keys);
    expect(sizes).toEqual([3, 2, 1]);
    expect(clock.nowMs() - beganAtMs).toBeGreaterThanOrEqual(2 * 50);
  });

  it.each(calls)('ends $title as an error of ours after five calls without effect', async ({ call }) => {
    processed = 0;
    const beganAtMs = clock.nowMs();

    await expect(call()).rejects.toMatchObject({
      blame: 'observer',
      permanent: false,
      message: expect.stringContaining('table state unprocessed: the table is throttled'),
    });
    expect(sizes).toEqual([3, 3, 3, 3, 3]);
    expect(clock.nowMs() - beganAtMs).toBeGreaterThanOrEqual(100 + 200 + 400 + 800);
  });

  it('takes 25 items and 100 keys a call', async () => {
    processed = 100;
    const many = Array.from({ length: 101 }, (_, n) => ({ pk: 'p', sk: `${n}` }));
    await table.putAll(many);
    await table.getAll(many);

    expect(sizes).toEqual([25, 25, 25, 25, 1, 100, 1]);
  });
});
