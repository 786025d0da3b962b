import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import type { Clock } from '../../runner/core/base/clock.ts';
import type { Json, JsonMap } from '../../runner/core/base/json.ts';
import type { Engine } from '../../runner/engine/engine.ts';
import type { Noun } from '../../runner/kinds/kind.ts';
import * as table from '../../runner/kinds/nouns/table.ts';
import { formatReads } from '../../runner/kinds/read-limit.ts';
import { canaryOf, expectStep, neverStep } from '../support/run/builders.ts';
import { InboxReceiver, pathOf } from '../support/run/inbox-receiver.ts';
import { RunHarness } from '../support/run/run-harness.ts';

const NOUNS = table as unknown as Readonly<Record<string, Noun>>;
/** Nouns that a server outside this suite is needed for: `test/emulated/rows.test.ts`. */
const ELSEWHERE = ['row'];
const LIMITED = Object.entries(NOUNS).filter(
  ([name, { reads }]) => reads !== 'all' && !ELSEWHERE.includes(name),
);
const NOW_MS = 1_700_000_000_000;

/** A source that holds so many things, of which only the last one that it gives fits `has`. */
interface Served {
  readonly input: JsonMap;
  readonly has: JsonMap;
  /** The client's answer to a command, by the command's name and input. */
  send?(name: string, input: JsonMap): unknown;
  readonly clock?: Clock;
  /** Bodies of the requests in the inbox. */
  readonly requests?: readonly string[];
}

/** A source for each noun that has a limit. A noun without a line here fails the first test. */
const SERVES: Readonly<Record<string, (count: number) => Served>> = {
  item: (count) => ({
    input: { table: 'orders', key: { customer: 'c1' } },
    has: { status: 'FAILED' },
    send: (name, { ExclusiveStartKey: from }) => {
      if (name === 'DescribeTableCommand') return { Table: { KeySchema: PAIR } };
      const at = Number((from as { readonly id?: { readonly N: string } } | undefined)?.id?.N ?? 0);
      return {
        Items: Array.from({ length: Math.min(count - at, 1_000) }, (_, n) => ({
          id: { N: `${at + n}` },
          status: { S: at + n === count - 1 ? 'FAILED' : 'OK' },
        })),
        ...(at + 1_000 < count ? { LastEvaluatedKey: { id: { N: `${at + 1_000}` } } } : {}),
      };
    },
  }),
  log: (count) => ({
    input: { logGroup: 'orders' },
    has: { message: 'last' },
    send: (_name, { nextToken }) => {
      const at = Number(nextToken ?? 0);
      return {
        events: Array.from({ length: Math.min(count - at, 1_000) }, (_, n) => ({
          eventId: `${at + n}`,
          timestamp: NOW_MS + 60_000,
          message: at + n === count - 1 ? 'last' : 'other',
        })),
        ...(at + 1_000 < count ? { nextToken: `${at + 1_000}` } : {}),
      };
    },
  }),
  execution: (count) => ({
    input: { stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:export' },
    has: { status: 'FAILED' },
    send: (_name, { executionArn, nextToken }) => {
      if (executionArn !== undefined)
        return { executionArn, status: executionArn === `e${count - 1}` ? 'FAILED' : 'SUCCEEDED' };
      const at = Number(nextToken ?? 0);
      return {
        executions: Array.from({ length: Math.min(count - at, 30) }, (_, n) => ({
          executionArn: `e${at + n}`,
          startDate: new Date(NOW_MS + 60_000 - n),
        })),
        ...(at + 30 < count ? { nextToken: `${at + 30}` } : {}),
      };
    },
  }),
  record: (count) => ({
    input: { stream: 'orders' },
    has: { body: 'last' },
    send: (name, { ShardIterator: at }) => {
      if (name === 'ListShardsCommand') return { Shards: [{ ShardId: 's' }] };
      if (name === 'GetShardIteratorCommand') return { ShardIterator: '0' };
      const from = Number(at);
      const given = Math.min(count - from, 10_000);
      return {
        Records: Array.from({ length: given }, (_, n) => ({
          SequenceNumber: `${from + n}`,
          PartitionKey: 'k',
          Data: Buffer.from(from + n === count - 1 ? 'last' : 'other'),
          ApproximateArrivalTimestamp: new Date(NOW_MS + 60_000),
        })),
        NextShardIterator: `${from + given}`,
        MillisBehindLatest: from + given < count ? 1 : 0,
      };
    },
  }),
  object: (count) => ({
    input: { bucket: 'reports', key: 'a.txt' },
    has: { body: { $endsWith: 'x!' } },
    send: () => ({ ContentLength: count, Body: Readable.from([Buffer.from(`${'x'.repeat(count - 1)}!`)]) }),
  }),
  request: (count) => ({
    input: { path: '/last' },
    has: { body: 'last' },
    requests: Array.from({ length: count }, (_, n) => (n === count - 1 ? 'last' : 'other')),
  }),
  response: (count) => ({
    input: { http: `GET ${url}/${count}` },
    has: { body: { $endsWith: 'x!' } },
    clock: systemClock(),
  }),
};
const PAIR = [
  { AttributeName: 'customer', KeyType: 'HASH' },
  { AttributeName: 'id', KeyType: 'RANGE' },
];

const server = createServer((request, answer) => {
  answer.end(`${'x'.repeat(Number(request.url?.slice(1)) - 1)}!`);
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

async function verdictOf(noun: string, extra: number, step: (kind: string, has: Json) => Step) {
  const { reads } = NOUNS[noun] as Noun;
  const { most } = reads as Exclude<typeof reads, 'all'>;
  const { input, has, send, clock, requests } = (SERVES[noun] as (count: number) => Served)(most + extra);
  const harness = new RunHarness();
  const client = {
    send: async ({ constructor, input: asked }: { readonly input: JsonMap; constructor: { name: string } }) =>
      send?.(constructor.name, asked),
  };
  const engine: Partial<Engine> = {
    nouns: NOUNS,
    clientOf: (() => client) as unknown as Engine['clientOf'],
    ...(clock === undefined ? {} : { clock }),
    ...(requests === undefined ? {} : { inboxes: holding(requests, harness) }),
  };
  const { steps } = await harness.run(canaryOf({}, { ...step(noun, has), input }), { engine });
  const [{ verdict, blame, reason }] = steps as [(typeof steps)[number]];
  return { verdict, blame, reason };
}

/** Inboxes that hold some requests. */
function holding(bodies: readonly string[], { clock }: RunHarness): NonNullable<Engine['inboxes']> {
  const receiver = new InboxReceiver({ clock, most: 1_000 });
  return {
    open: async (of) => {
      const inbox = await receiver.inboxes.open(of);
      const target = `${pathOf(inbox)}/last`;
      for (const body of bodies) await receiver.send({ target, body: Buffer.from(body) });
      return inbox;
    },
  };
}

type Step = ReturnType<typeof expectStep> | ReturnType<typeof neverStep>;

const STEPS: Readonly<Record<string, (kind: string, has: Json) => Step>> = {
  never: (kind, has) => neverStep('it', { kind, has, correlate: false, forMs: 1 }),
  expect: (kind, has) => expectStep('it', { kind, has, correlate: false, withinMs: 1 }),
  'expect with a count': (kind, has) =>
    expectStep('it', { kind, has, correlate: false, withinMs: 1, count: { atLeast: 0, atMost: 1_000_000 } }),
};

describe('a poll that has a limit', () => {
  it('is tried with more than its limit, for every noun that has one', () => {
    expect(Object.keys(SERVES).toSorted()).toEqual(LIMITED.map(([name]) => name).toSorted());
  });

  const cases = LIMITED.flatMap(([noun]) => Object.keys(STEPS).map((mode) => [noun, mode] as const));

  it.each(cases)('%s: with one more than the limit, %s is an error of the observer', async (noun, mode) => {
    expect(await verdictOf(noun, 1, STEPS[mode] as (typeof STEPS)[string])).toMatchObject({
      verdict: 'error',
      blame: 'observer',
      reason: expect.stringMatching(/more .*than|truncated at its size limit/i),
    });
  });

  it.each(LIMITED)('%s: sees the last of as many as the limit', async (noun) => {
    expect(await verdictOf(noun, 0, STEPS['never'] as (typeof STEPS)[string])).toMatchObject({
      verdict: 'failed',
      blame: 'target',
    });
  });
});

describe('items of a key', () => {
  it.each([
    [50, 'failed'],
    [51, 'error'],
  ])('that fill %i pages are %s for a never', async (count, verdict) => {
    const send = async ({
      input,
    }: {
      readonly input: { readonly TableName?: string; ExclusiveStartKey?: number };
    }) => {
      if (!('KeyConditionExpression' in input)) return { Table: { KeySchema: PAIR } };
      const page = input.ExclusiveStartKey ?? 1;
      const status = { S: page === count ? 'FAILED' : 'OK' };
      return {
        Items: [{ id: { N: `${page}` }, status }],
        ...(page < count ? { LastEvaluatedKey: page + 1 } : {}),
      };
    };
    const engine = { nouns: NOUNS, clientOf: (() => ({ send })) as unknown as Engine['clientOf'] };
    const input = { table: 'orders', key: { customer: 'c1' } };
    const step = neverStep('it', { kind: 'item', has: { status: 'FAILED' }, input, forMs: 1 });

    expect((await new RunHarness().run(canaryOf({}, step), { engine })).steps[0]).toMatchObject({ verdict });
  });
});

describe('what a poll reads, in words', () => {
  it.each([
    ['all' as const, 'all that is there; a part that could not be read is an error.'],
    [{ most: 1_000, unit: 'items' }, 'up to 1,000 items; if there is more, the check is an error.'],
    [
      { most: 5, unit: 'bytes', beyond: 'a check of `body`' },
      'up to 5 bytes; if there is more, a check of `body` is an error.',
    ],
  ])('of %j is a sentence', (reads, sentence) => {
    expect(formatReads(reads)).toBe(sentence);
  });
});
