import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { dynamodbJournal } from '../../../runner/adapters/dynamodb/journal.ts';
import { createTable, STATE_TABLE } from '../../../runner/adapters/dynamodb/schema.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { parseJson } from '../../../runner/core/base/json.ts';
import type { Journal, JournalEntry } from '../../../runner/core/taps/ports.ts';

const TABLE = 'state';

describe('a journal in DynamoDB', () => {
  let aws: LocalAws;
  let clients: AwsClients;
  const clock = systemClock();
  const journalOf = (namespace: string): Journal =>
    dynamodbJournal({ clients, table: TABLE, namespace, clock });
  const entryOf = (more: Partial<JournalEntry> = {}): JournalEntry => ({
    feed: 'bus orders',
    id: 'e1',
    keys: ['run-1'],
    receivedAtMs: Math.floor(clock.nowMs()),
    happenedAtMs: Math.floor(clock.nowMs()) - 7,
    unread: [{ path: 'body', why: 'its body is not JSON' }],
    redriven: true,
    data: { detail: { sku: 'ü', n: 1, big: parseJson('9007199254740993') } },
    ...more,
  });

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
    aws = await startLocalAws();
    clients = awsClients({ region: aws.region, endpoint: aws.url });
    await createTable(clients, TABLE, STATE_TABLE);
  });
  afterAll(async () => {
    clients.close();
    await aws.close();
  });

  it('gives back what was written, under each key and under none, oldest first', async () => {
    const journal = journalOf('a');
    const atMs = Math.floor(clock.nowMs());
    const older = entryOf({ id: 'e0', keys: ['run-1', 'order-7'], receivedAtMs: atMs - 5 });
    const newer = entryOf({ receivedAtMs: atMs });

    await journal.append([newer, older]);

    expect(await journal.read({ feed: 'bus orders', key: 'run-1', sinceMs: 0 })).toEqual([older, newer]);
    expect(await journal.read({ feed: 'bus orders', key: 'order-7', sinceMs: 0 })).toEqual([older]);
    expect(await journal.read({ feed: 'bus orders', sinceMs: atMs })).toEqual([newer]);
    expect(await journal.read({ feed: 'bus other', sinceMs: 0 })).toEqual([]);
  });

  it('keeps namespaces apart', async () => {
    await journalOf('b').append([entryOf()]);

    expect(await journalOf('c').read({ feed: 'bus orders', sinceMs: 0 })).toEqual([]);
  });

  it('takes more than one batch at once', async () => {
    const journal = journalOf('d');
    const many = Array.from({ length: 60 }, (_, n) => entryOf({ id: `e${n}` }));

    await journal.append(many);

    expect(await journal.read({ feed: 'bus orders', key: 'run-1', sinceMs: 0 })).toHaveLength(60);
  });

  it('takes two deliveries of one event at once, and keeps the event once', async () => {
    const journal = journalOf('f');
    const entry = entryOf();

    await journal.append([entry, entry]);

    expect(await journal.read({ feed: 'bus orders', key: 'run-1', sinceMs: 0 })).toEqual([entry]);
  });

  it('wakes those who wait for a key once', async () => {
    const journal = journalOf('e');
    const { promise, resolve } = Promise.withResolvers<void>();
    const ask = { feed: 'bus orders', key: 'run-9' };
    const forget = journal.subscribe(ask, resolve);
    const all = journal.subscribe({ feed: 'bus orders' }, () => {});

    await journal.append([entryOf({ keys: ['run-9'] })]);
    await promise;

    forget();
    all();
  });
});
