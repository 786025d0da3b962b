import { createHash } from 'node:crypto';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Streams, startStreams } from '../../../infra/local-aws/services/streams.ts';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import type { Watch, WatchContext } from '../../../runner/kinds/kind.ts';
import { record } from '../../../runner/kinds/nouns/messages/record.ts';
import { watchContext } from '../../support/run/kind-contexts.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;
const HALF = String(2n ** 127n);

/** The part of a command of the SDK that is seen here. */
interface Command {
  readonly input: JsonMap;
  readonly middlewareStack: {
    resolve(handler: unknown, context: object): (args: object) => Promise<{ readonly output: object }>;
  };
}

/** One call that reached the stream. */
interface Call {
  readonly name: string;
  readonly input: JsonMap;
  readonly atMs: number;
}

let clock: ManualClock;
let streams: Streams;
let calls: Call[];
/** Answers in place of the stream's own: an error, or undefined for none. */
let refuse: (call: Call) => Error | undefined;
/** The lead of Kinesis's clock over ours, in milliseconds. */
let aheadMs: number;
let client: { send(command: Command): Promise<object> };

beforeEach(() => {
  clock = new ManualClock();
  calls = [];
  refuse = () => undefined;
  aheadMs = 0;
  streams = startStreams('eu-west-1', '000000000000', () => clock.nowMs() + aheadMs);
  streams.call('CreateStream', { StreamName: 'clicks', ShardCount: 1 });
  client = { send: async (command) => answerTo(command) };
});

/** The answer as the SDK gives it: bytes, dates, and the date of the answer for those who ask for it. */
async function answerTo({ constructor, input, middlewareStack }: Command): Promise<object> {
  const call = { name: constructor.name.replace(/Command$/, ''), input, atMs: clock.nowMs() };
  calls.push(call);
  const fault = refuse(call);
  if (fault !== undefined) throw fault;
  const date = new Date(clock.nowMs() + aheadMs).toUTCString();
  const handler = async () => ({ response: { headers: { date } }, output: opened(call) });
  return (await middlewareStack.resolve(handler, {})({ input })).output;
}

function opened({ name, input }: Call): object {
  const { Timestamp, ...rest } = input as JsonMap & { readonly Timestamp?: unknown };
  const body = Timestamp instanceof Date ? { ...rest, Timestamp: Timestamp.getTime() / 1_000 } : rest;
  try {
    const answer = streams.call(name, body as never) as JsonMap;
    const { Records } = answer as { readonly Records?: readonly Record<string, string>[] };
    if (Records === undefined) return answer;
    const records = Records.map(({ Data = '', ApproximateArrivalTimestamp, ...one }) => ({
      ...one,
      Data: Buffer.from(Data, 'base64'),
      ApproximateArrivalTimestamp: new Date(Number(ApproximateArrivalTimestamp) * 1_000),
    }));
    return { ...answer, Records: records };
  } catch (thrown) {
    throw Object.assign(new Error((thrown as Error).message), { name: (thrown as { code: string }).code });
  }
}

function named(name: string): Error {
  return Object.assign(new Error('no'), { name });
}

function put(data: string | Buffer, PartitionKey = 'k'): void {
  streams.call('PutRecord', {
    StreamName: 'clicks',
    PartitionKey,
    Data: Buffer.from(data).toString('base64'),
  });
}

async function open(more: Partial<WatchContext> = {}, stream = 'clicks'): Promise<Watch> {
  const clientOf = (() => client) as unknown as WatchContext['clientOf'];
  return record.open({ stream }, watchContext({ clientOf, clock, runId: RUN, ...more }));
}

/** The bodies that a last poll selects. */
async function bodiesOf(watch: Watch, sinceMs = clock.nowMs()): Promise<readonly (Json | undefined)[]> {
  const { selected } = await watch.poll({ sinceMs, last: true });
  return selected.map(({ data }) => (data as JsonMap)['body']);
}

const ours = (more: JsonMap = {}): string =>
  JSON.stringify({ metadata: { correlationId: `canary-${RUN}` }, ...more });

/** A field of bytes in a message of Protocol Buffers, and one of a number. */
const bytesField = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2]), varint(bytes.length), bytes]);
const numberField = (number: number, value: number): Buffer =>
  Buffer.concat([Buffer.from([number * 8]), varint(value)]);

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value % 128) + 128]), varint(Math.floor(value / 128))]);
}

function sealed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()]);
}

/** Records as the Kinesis Producer Library puts them into one, with the keys in turn. */
function aggregateOf(data: readonly (string | Buffer)[], keys: readonly string[]): Buffer {
  const member = (one: string | Buffer, n: number): Buffer =>
    Buffer.concat([numberField(1, n % keys.length), numberField(2, 0), bytesField(3, Buffer.from(one))]);
  return sealed(
    Buffer.concat([
      ...keys.map((key) => bytesField(1, Buffer.from(key))),
      bytesField(2, Buffer.from('0')),
      ...data.map((one, n) => bytesField(3, member(one, n))),
    ]),
  );
}

function damagedAggregate(how: string): Buffer {
  const whole = aggregateOf([ours()], ['k']);
  if (how === 'cut') return sealed(whole.subarray(4, -17));
  if (how === 'with another digest') return whole.subarray(0, -1);
  if (how === 'with a field of another type') return sealed(Buffer.from([0x0d, 0, 0, 0, 0]));
  return sealed(bytesField(3, bytesField(3, Buffer.from(ours()))));
}

const countOf = (name: string): number => calls.filter((call) => call.name === name).length;

describe('the records of a stream', () => {
  it('are those that came since the step above and carry the run’s id, with their fields', async () => {
    put(ours({ n: 0 }));
    await clock.sleep(60_000);
    const watch = await open();
    const sinceMs = clock.nowMs();
    put(ours({ n: 1 }), 'ord_1');
    put('another');

    const found = await watch.poll({ sinceMs, last: true });

    expect(found.selected).toEqual([
      expect.objectContaining({
        kind: 'record',
        final: true,
        data: {
          body: { metadata: { correlationId: `canary-${RUN}` }, n: 1 },
          partitionKey: 'ord_1',
          shardId: 'shardId-000000000000',
          sequenceNumber: expect.stringMatching(/^\d+$/),
        },
      }),
    ]);
    expect(found).toMatchObject({ others: 1, nearby: [] });
  });

  it('are selected by a value as a whole word, or all of them', async () => {
    const [byValue, all] = [await open({ correlate: 'ord_1' }), await open({ correlate: false })];
    const sinceMs = clock.nowMs();
    for (const body of ['ord_12', 'id=ord_1', '{"o":"ord_1"}']) put(body);
    put('by its key', 'ord_1');

    expect(await bodiesOf(byValue, sinceMs)).toEqual(['id=ord_1', { o: 'ord_1' }, 'by its key']);
    expect(await bodiesOf(all, sinceMs)).toHaveLength(4);
  });

  it('that came before the step above are reported and not counted; so are those without the id', async () => {
    const watch = await open();
    put(ours());
    await clock.sleep(20_000);
    put('other');

    expect(await watch.poll({ sinceMs: clock.nowMs() - 5_000, last: true })).toMatchObject({
      selected: [],
      earlier: 1,
      others: 1,
      nearby: [
        expect.stringMatching(/^1 earlier, not counted: a record .* before the step above began$/),
        "1 record without the run's id arrived in the same time",
      ],
    });
  });

  it('are found with a clock that is minutes from ours, in both directions', async () => {
    for (const ahead of [-240_000, 240_000]) {
      aheadMs = ahead;
      const watch = await open();
      const sinceMs = clock.nowMs();
      put(ours({ ahead }));

      const { selected } = await watch.poll({ sinceMs, last: true });

      expect(selected.map(({ data }) => (data as JsonMap)['body'])).toEqual([
        expect.objectContaining({ ahead }),
      ]);
      await watch.close();
    }
  });

  it('are read for a watch that was opened after its act, though another has read past it', async () => {
    const early = await open();
    const sinceMs = clock.nowMs();
    put(ours());
    await early.poll({ sinceMs, last: true });
    await clock.sleep(5_000);

    const late = await open();

    expect(await bodiesOf(late, sinceMs)).toHaveLength(1);
  });

  it.each(['while that round runs', 'after that round'])(
    'are read for a watch that was opened after its act, though a round that began before the act read past it: %s',
    async (when) => {
      const { send } = client;
      let sinceMs = 0;
      let late: Promise<number> | undefined;
      const seenBy = async (): Promise<number> => (await bodiesOf(await open(), sinceMs)).length;
      client = {
        send: async (command) => {
          if (command.constructor.name !== 'GetRecordsCommand' || sinceMs > 0) return send(command);
          await clock.sleep(100);
          sinceMs = clock.nowMs();
          await clock.sleep(50);
          put(ours());
          const answer = await send(command);
          if (when === 'while that round runs') late = seenBy();
          return answer;
        },
      };
      const early = await open();
      await early.poll({ sinceMs: clock.nowMs(), last: true });

      expect(await (late ?? seenBy())).toBe(1);
    },
  );
});

describe('the reader of a stream', () => {
  it('is one for all who watch it, and reads a shard once a second', async () => {
    const watches = await Promise.all(Array.from({ length: 50 }, async () => open()));
    const sinceMs = clock.nowMs();
    for (let polls = 0; polls < 3; polls += 1)
      await Promise.all(watches.map(async (watch) => watch.poll({ sinceMs, last: false })));

    const reads = calls.filter(({ name }) => name === 'GetRecords').map(({ atMs }) => atMs);
    expect(countOf('ListShards')).toBe(1);
    expect(reads).toHaveLength(3);
    expect(reads.slice(1).map((atMs, n) => atMs - (reads[n] as number))).toEqual([1_000, 1_000]);
  });

  it('follows a reshard into the children of its shard, and of these, and loses nothing', async () => {
    const watch = await open();
    const sinceMs = clock.nowMs();
    put(ours({ n: 1 }));
    await watch.poll({ sinceMs, last: false });
    put(ours({ n: 2 }));
    const split = { StreamName: 'clicks', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: HALF };
    streams.call('SplitShard', split);
    for (let n = 3; n < 9; n += 1) put(ours({ n }), `key-${n}`);
    const [left, right] = ['shardId-000000000001', 'shardId-000000000002'];
    streams.call('MergeShards', { StreamName: 'clicks', ShardToMerge: left, AdjacentShardToMerge: right });
    put(ours({ n: 9 }));

    const bodies = await bodiesOf(watch, sinceMs);

    expect(bodies.map((body) => Number((body as JsonMap)['n'])).toSorted((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('lists the children again if that failed, so that no gap is left', async () => {
    const watch = await open();
    const sinceMs = clock.nowMs();
    await watch.poll({ sinceMs, last: false });
    const split = { StreamName: 'clicks', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: HALF };
    streams.call('SplitShard', split);
    put(ours());
    refuse = ({ name }) => (name === 'ListShards' ? named('LimitExceededException') : undefined);
    await expect(watch.poll({ sinceMs, last: true })).rejects.toThrow('no');
    refuse = () => undefined;

    expect(await bodiesOf(watch, sinceMs)).toHaveLength(1);
  });

  it.each([
    { when: 'nothing was read', before: 0 },
    { when: 'a record was read', before: 1 },
  ])('renews a position that expired when $when', async ({ before }) => {
    const watch = await open();
    const sinceMs = clock.nowMs();
    for (let n = 0; n < before; n += 1) put(ours());
    await watch.poll({ sinceMs, last: true });
    await clock.sleep(301_000);
    put(ours());

    expect(await bodiesOf(watch, sinceMs)).toHaveLength(before + 1);
    const types = calls.flatMap(({ input }) => input['ShardIteratorType'] ?? []);
    expect(types).toEqual(['AT_TIMESTAMP', before === 0 ? 'AT_TIMESTAMP' : 'AFTER_SEQUENCE_NUMBER']);
  });

  it('does not ask for ever for a position that expires at once', async () => {
    const watch = await open();
    refuse = ({ name }) => (name === 'GetRecords' ? named('ExpiredIteratorException') : undefined);

    await expect(watch.poll({ sinceMs: 0, last: true })).rejects.toMatchObject({
      name: 'ExpiredIteratorException',
    });
  });

  it('waits with its last poll while the shard is throttled, and says so if that does not end', async () => {
    const watch = await open();
    const sinceMs = clock.nowMs();
    put(ours());
    const throttled = named('ProvisionedThroughputExceededException');
    let left = 3;
    refuse = ({ name }) => (name === 'GetRecords' && left-- > 0 ? throttled : undefined);

    expect(await bodiesOf(watch, sinceMs)).toHaveLength(1);
    refuse = ({ name }) => (name === 'GetRecords' ? throttled : undefined);
    await expect(watch.poll({ sinceMs, last: false })).rejects.toBe(throttled);
    await expect(watch.poll({ sinceMs, last: true })).rejects.toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('was not reached within 30 s, so records may be missing'),
    });
  });

  it('is an error if one shard cannot be read, and reads the others on', async () => {
    streams.call('CreateStream', { StreamName: 'two', ShardCount: 2 });
    const watch = await open({}, 'two');
    const [fault] = [named('InternalFailureException')];
    refuse = ({ name, input }) =>
      name === 'GetShardIterator' && input['ShardId'] === 'shardId-000000000000' ? fault : undefined;

    await expect(watch.poll({ sinceMs: clock.nowMs(), last: true })).rejects.toBe(fault);
    expect(countOf('GetRecords')).toBe(1);
  });

  it('is an error if Kinesis gives no position', async () => {
    const watch = await open();
    const { send } = client;
    client = {
      send: async (command) => (command.constructor.name === 'GetShardIteratorCommand' ? {} : send(command)),
    };
    const other = await open();

    await expect(other.poll({ sinceMs: clock.nowMs(), last: true })).rejects.toMatchObject({
      blame: 'observer',
      message: 'Kinesis gave no position in shard shardId-000000000000 of stream clicks.',
    });
    await watch.close();
  });

  it.each([
    [200, 'resolves'],
    [201, 'rejects'],
  ] as const)('%d shards: its poll %s', async (ShardCount, settles) => {
    streams.call('CreateStream', { StreamName: 'wide', ShardCount });
    const polling = (await open({}, 'wide')).poll({ sinceMs: clock.nowMs(), last: true });

    if (settles === 'resolves') expect((await polling).selected).toEqual([]);
    else await expect(polling).rejects.toThrow('There are more than 200 shards in stream wide');
  });

  it('ends with the last watch: a watch after that starts anew, and does not see the past', async () => {
    const first = await open();
    put(ours());
    await bodiesOf(first);
    await first.close();
    await first.close();
    await clock.sleep(60_000);

    expect(await bodiesOf(await open())).toEqual([]);
    expect(countOf('ListShards')).toBe(2);
    expect(clock.open).toBe(0);
  });

  it('gives up a poll whose run has ended', async () => {
    const ending = new AbortController();
    const watch = await open({ signal: ending.signal });
    const polling = watch.poll({ sinceMs: clock.nowMs(), last: true });
    ending.abort(new Error('over'));

    await expect(polling).rejects.toThrow('over');
  });

  it('names a stream by its ARN in every call, where the file does', async () => {
    const arn = 'arn:aws:kinesis:eu-west-1:000000000000:stream/clicks';
    const watch = await open({}, arn);
    put(ours());

    expect(await bodiesOf(watch, 0)).toHaveLength(1);
    expect(new Set(calls.map(({ input }) => input['StreamARN']))).toEqual(new Set([arn]));
  });
});

describe('the content of a record', () => {
  it.each([
    { content: 'gzip', data: () => gzipSync(ours({ n: 1 })) },
    { content: 'zlib', data: () => deflateSync(ours({ n: 1 })) },
    { content: 'Zstandard', data: () => zstdCompressSync(ours({ n: 1 })) },
  ])('in $content is found by the id in it, and compared', async ({ data }) => {
    const watch = await open();
    put(data());

    expect(await bodiesOf(watch, 0)).toEqual([expect.objectContaining({ n: 1 })]);
  });

  it('that the Kinesis Producer Library put together with others is one of several, each with its own key', async () => {
    const [watch, byKey] = [await open(), await open({ correlate: 'ord_2' })];
    const others = Array.from({ length: 200 }, (_, n) => `other ${n}`);
    put(aggregateOf([ours({ n: 1 }), gzipSync(ours({ n: 2 })), ...others], ['ord_1', 'ord_2']));

    const { selected, others: strangers } = await watch.poll({ sinceMs: 0, last: true });

    expect(selected.map(({ data }) => data)).toMatchObject([
      { body: { n: 1 }, partitionKey: 'ord_1' },
      { body: { n: 2 }, partitionKey: 'ord_2' },
    ]);
    expect(new Set(selected.map(({ id }) => id)).size).toBe(2);
    expect(strangers).toBe(200);
    expect(await bodiesOf(byKey, 0)).toHaveLength(101);
  });

  const SNAPPY = Buffer.from('ff060000734e61507059', 'hex');

  it.each([
    { content: 'compressed by Snappy', data: () => SNAPPY, why: 'it is compressed by Snappy' },
    {
      content: 'damaged',
      data: () => gzipSync(ours()).subarray(0, 30),
      why: 'it begins as gzip, and is damaged',
    },
    {
      content: 'damaged zlib',
      data: () => deflateSync(ours()).subarray(0, 30),
      why: 'it begins as zlib, and is damaged',
    },
    ...['cut', 'with another digest', 'with a field of another type', 'with a key that is not there'].map(
      (how) => ({
        content: `an aggregate ${how}`,
        data: () => damagedAggregate(how),
        why: 'it begins as several records that the Kinesis Producer Library put into one, and is damaged',
      }),
    ),
    { content: 'too long', data: () => gzipSync('x'.repeat(1_200_000)), why: 'it is longer than 1 MiB' },
  ])('$content is an error where absence is concluded, and nothing otherwise', async ({ data, why }) => {
    const [never, expecting] = [await open({ asks: { absence: true, fields: [] } }), await open()];
    put(data());
    put(data());

    expect(await bodiesOf(expecting, 0)).toEqual([]);
    expect((await never.poll({ sinceMs: 0, last: false })).selected).toEqual([]);
    await expect(never.poll({ sinceMs: 0, last: true })).rejects.toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringContaining(`2 records of stream clicks could not be searched for the id: ${why}`),
    });
  });

  it('that cannot be searched is remembered behind any number of others, and all are counted', async () => {
    const watch = await open({ asks: { absence: true, fields: [] } });
    put(SNAPPY);
    for (let n = 0; n < 10_001; n += 1) put('other');

    expect(await watch.poll({ sinceMs: 0, last: false })).toMatchObject({ others: 10_002 });
    await expect(watch.poll({ sinceMs: 0, last: true })).rejects.toThrow(
      '1 record of stream clicks could not',
    );
    expect(await watch.poll({ sinceMs: clock.nowMs() + 60_000, last: true })).not.toHaveProperty('others');
  });

  it('that begins as the word of a compression is text', async () => {
    const watch = await open({ correlate: 'BZh1234' });
    put('BZh1234 is a text');

    expect(await bodiesOf(watch, 0)).toEqual(['BZh1234 is a text']);
  });

  it('in binary data is text as far as it goes, and carries its id', async () => {
    const watch = await open();
    put(Buffer.concat([Buffer.from([0xc3, 0x28, 0x02]), Buffer.from(RUN)]));

    const [seen] = (await watch.poll({ sinceMs: 0, last: true })).selected;

    expect(seen?.unread).toEqual([expect.objectContaining({ path: 'body', mangled: true })]);
  });

  it('selected otherwise says if it carries the run’s id', async () => {
    const watch = await open({ correlate: false });
    put(ours());
    put('other');

    const { selected } = await watch.poll({ sinceMs: 0, last: true });

    expect(selected.map(({ carriesId }) => carriesId)).toEqual([true, false]);
  });
});
