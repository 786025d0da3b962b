import { gzipSync } from 'node:zlib';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { classifyAwsError } from '../../../runner/adapters/aws/errors.ts';
import { systemRandom } from '../../../runner/adapters/runtime/system-random.ts';
import { isMissing } from '../../../runner/core/base/errors.ts';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';
import {
  correlationIdOf,
  newRunId,
  type RunId,
  traceparentOf,
  xrayIdOf,
} from '../../../runner/core/base/run-id.ts';
import type { Noun, PollResult, WatchContext } from '../../../runner/kinds/kind.ts';
import * as table from '../../../runner/kinds/nouns/table.ts';
import { type KindHarness, startKindHarness } from '../../support/run/kind-harness.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

const NOUNS = table as unknown as Readonly<Record<string, Noun>>;

let harness: KindHarness;
let names: KindHarness['names'];
let runId: RunId;
let sinceMs: number;

beforeAll(async () => {
  harness = await startKindHarness();
  names = harness.names;
});
beforeEach(() => {
  harness.proxy.taken.length = 0;
  harness.proxy.refusal = undefined;
  runId = newRunId(Date.now(), systemRandom());
  sinceMs = Date.now();
});
afterAll(async () => harness.close());

async function poll(
  noun: string,
  input: JsonMap,
  more: Partial<WatchContext> = {},
  last = false,
): Promise<PollResult> {
  const watch = await harness.open(NOUNS[noun] as Noun, input, { runId, ...more });
  return watch.poll({ sinceMs, last });
}

async function dataOf(noun: string, input: JsonMap, more: Partial<WatchContext> = {}) {
  return (await poll(noun, input, more)).selected.map(({ data }) => data);
}

/** A simulated clock for the log poller, which would pause for two real seconds between its polls. */
function quick(): Partial<WatchContext> {
  return { clock: new ManualClock(Date.now()) };
}

async function putItem(TableName: string, Item: PutItemCommand['input']['Item']): Promise<void> {
  await harness.clientOf(DynamoDBClient).send(new PutItemCommand({ TableName, Item }));
}

async function putObject(
  key: string,
  Body: string | Uint8Array,
  ContentType?: string,
  ContentEncoding?: string,
): Promise<void> {
  const more = {
    ...(ContentType === undefined ? {} : { ContentType }),
    ...(ContentEncoding === undefined ? {} : { ContentEncoding }),
  };
  await harness
    .clientOf(S3Client)
    .send(
      new PutObjectCommand({ Bucket: names.bucket, Key: key, Body, Metadata: { team: 'shop' }, ...more }),
    );
}

async function start(input: JsonMap, name?: string): Promise<string> {
  const command = new StartExecutionCommand({
    stateMachineArn: names.machine,
    input: JSON.stringify(input),
    ...(name === undefined ? {} : { name }),
  });
  return (await harness.clientOf(SFNClient).send(command)).executionArn ?? '';
}

/** Polls until an execution has ended. */
async function ended(input: JsonMap, more: Partial<WatchContext> = {}): Promise<PollResult> {
  for (;;) {
    const seen = await poll('execution', input, more);
    if (seen.selected.length > 0 && seen.selected.every(({ final }) => final === true)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('item', () => {
  it('is nothing at first, and then what DynamoDB holds, as plain JSON', async () => {
    const address = { table: names.table, key: { orderId: runId } };

    expect(await dataOf('item', address)).toEqual([]);
    await putItem(names.table, {
      orderId: { S: runId },
      qty: { N: '2' },
      tags: { SS: ['a', 'b'] },
      none: { NULL: true },
    });

    expect(await dataOf('item', address)).toEqual([{ orderId: runId, qty: 2, tags: ['a', 'b'], none: null }]);
    const calls = harness.proxy.calls('BatchGetItem');
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.every(({ body }) => body.includes('"ConsistentRead":true'))).toBe(true);
  });

  it('finds all items under a partition key, and one by the whole key', async () => {
    for (const right of ['1', '2']) await putItem(names.pairs, { left: { S: runId }, right: { S: right } });

    const both = await poll('item', { table: names.pairs, key: { left: runId } });
    const one = await dataOf('item', { table: names.pairs, key: { left: runId, right: '2' } });

    expect(both.selected.map(({ id }) => id)).toEqual([
      JSON.stringify([runId, '1']),
      JSON.stringify([runId, '2']),
    ]);
    expect(one).toEqual([{ left: runId, right: '2' }]);
  });
});

describe('object', () => {
  it('is nothing at first, names what lies next to it at the last poll, and then what S3 holds', async () => {
    const address = { bucket: names.bucket, key: `${runId}/report.json` };
    await putObject(`${runId}/reprot.json`, '{}');

    const early = await poll('object', address);
    const last = await poll('object', address, {}, true);
    await putObject(address.key, '{"total":3}', 'application/json');

    expect(early).toEqual({ selected: [], nearby: [], present: true });
    expect(last).toMatchObject({ selected: [], nearby: [`reports holds ${runId}/reprot.json (2 bytes)`] });
    expect(await dataOf('object', address)).toEqual([
      { size: 11, contentType: 'application/json', metadata: { team: 'shop' }, body: { total: 3 } },
    ]);
  });

  it.each<{ body: string | Uint8Array; type?: string; encoding?: string; reads: Json }>([
    { body: '{"a":1}', reads: { a: 1 } },
    { body: '{"a":1}', type: 'text/plain', reads: { a: 1 } },
    { body: '{not', type: 'application/json', reads: '{not' },
    { body: gzipSync('{"a":1}'), type: 'application/json', encoding: 'gzip', reads: { a: 1 } },
    { body: Buffer.from('Müller', 'latin1'), type: 'text/plain; charset=iso-8859-1', reads: 'Müller' },
    { body: '\uFEFF{"a":1}', type: 'application/json', reads: { a: 1 } },
  ])('of type $type, encoded as $encoding, has the body $reads', async ({ body, type, encoding, reads }) => {
    await putObject('body', body, type, encoding);

    expect(await dataOf('object', { bucket: names.bucket, key: 'body' })).toMatchObject([{ body: reads }]);
  });

  it('says of a body beyond 1 MiB that it was cut, and still gives its size', async () => {
    await putObject('large', Buffer.alloc(1_048_577, 'x'));

    const { selected } = await poll('object', { bucket: names.bucket, key: 'large' });

    expect(selected).toMatchObject([{ truncated: ['body'], data: { size: 1_048_577 } }]);
    expect(JSON.stringify(selected[0]?.data).match(/x/g)?.length).toBe(1_048_576);
  });

  it('asks by path, so that a bucket’s name is no host', async () => {
    await poll('object', { bucket: names.bucket, key: 'a b/ü' });

    expect(harness.proxy.taken[0]?.url).toMatch(/^\/reports\/a%20b\/%C3%BC/);
  });
});

describe('execution', () => {
  it('is found by its ARN, and is final when it has ended', async () => {
    const arn = await start({ a: 1 });

    const { selected, complete } = await ended({ arn });

    expect(selected).toMatchObject([
      { id: arn, data: { status: 'SUCCEEDED', input: { a: 1 }, output: { a: 1 } } },
    ]);
    expect(complete).toBe(true);
  });

  it('gives the reason of its failure', async () => {
    const arn = await start({ fail: 'no stock' });

    const { selected } = await ended({ arn });

    expect(selected[0]?.data).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('no stock') });
    expect(selected[0]?.data).not.toHaveProperty('output');
  });

  it.each<{ way: string; begin: () => Promise<string> }>([
    {
      way: 'the correlation id in its input',
      begin: async () => start({ metadata: { correlationId: correlationIdOf(runId) } }),
    },
    { way: 'X-Ray’s spelling in its input', begin: async () => start({ trace: xrayIdOf(runId) }) },
    {
      way: 'a traceparent in its input',
      begin: async () => start({ trace: traceparentOf(runId, 'a'.repeat(16)) }),
    },
    { way: 'its name', begin: async () => start({}, `${runId}-go`) },
  ])('is found among those of its state machine by $way', async ({ begin }) => {
    await start({ another: newRunId(Date.now(), systemRandom()) });
    const arn = await begin();

    const { selected } = await ended({ stateMachine: names.machine });

    expect(selected.map(({ id }) => id)).toEqual([arn]);
  });

  it('says how many others there were, and polls into each of them once', async () => {
    await start({ another: 1 });
    const watch = await harness.open(NOUNS['execution'] as Noun, { stateMachine: names.machine }, { runId });

    const first = await watch.poll({ sinceMs, last: false });
    const describes = harness.proxy.calls('DescribeExecution').length;
    await watch.poll({ sinceMs, last: false });

    expect(first).toMatchObject({ selected: [], complete: false });
    expect(first.nearby[0]).toMatch(/^\d+ executions? without the run's id began in the same time$/);
    expect(describes).toBeGreaterThan(0);
    expect(harness.proxy.calls('DescribeExecution').length).toBe(describes);
  });

  it('passes over those that began before the step above', async () => {
    await start({ id: runId });
    await ended({ stateMachine: names.machine });
    sinceMs = Date.now() + 1_000;

    expect((await poll('execution', { stateMachine: names.machine })).selected).toEqual([]);
  });

  it('waits for an ARN that Step Functions does not know yet', async () => {
    const arn = `${names.machine.replace(':stateMachine:', ':execution:')}:later`;

    expect(await poll('execution', { arn })).toMatchObject({ selected: [] });
  });

  it('may be selected by a value of the system’s own', async () => {
    const arn = await start({ orderId: `ord-${runId}` });

    const { selected } = await ended({ stateMachine: names.machine }, { correlate: `ord-${runId}` });

    expect(selected.map(({ id }) => id)).toEqual([arn]);
  });
});

describe('log', () => {
  const address = () => ({ logGroup: names.logGroup });

  it('is nothing at first, and then the lines with the id in any spelling; those of JSON by their fields', async () => {
    expect(await dataOf('log', address(), quick())).toEqual([]);
    harness.aws.logs.write(names.logGroup, `INFO ${xrayIdOf(runId)} done`);
    harness.aws.logs.write(
      names.logGroup,
      JSON.stringify({ level: 'INFO', message: 'done', id: correlationIdOf(runId) }),
    );
    harness.aws.logs.write(names.logGroup, `{"not JSON": ${runId}`);
    harness.aws.logs.write(names.logGroup, 'somebody else');

    expect(await dataOf('log', address(), quick())).toMatchObject([
      { message: `INFO ${xrayIdOf(runId)} done`, logStream: 'local', timestamp: expect.any(Number) },
      { message: 'done', level: 'INFO' },
      { message: `{"not JSON": ${runId}` },
    ]);
  });

  it('selects by a value of the system’s own, with quotes in it too, or everything', async () => {
    harness.aws.logs.write(names.logGroup, `say "${runId}" \\ now`);

    const own = await dataOf('log', address(), { ...quick(), correlate: `"${runId}" \\` });
    const all = await dataOf('log', address(), { ...quick(), correlate: false });

    expect(own).toMatchObject([{ message: `say "${runId}" \\ now` }]);
    expect(all.length).toBeGreaterThanOrEqual(1);
  });

  it('reports a line that is dated before the step above began', async () => {
    harness.aws.logs.write(names.logGroup, `early ${runId}`);
    sinceMs = Date.now() + 40_000;

    const { selected, nearby, earlier } = await poll('log', address(), quick());

    expect({ selected, earlier }).toEqual({ selected: [], earlier: 1 });
    expect(nearby[0]).toMatch(
      /^1 line that would be selected is dated \d+(\.\d+)? s before the step above began/,
    );
  });

  it('shows of a line that was selected by a value if it holds the id too', async () => {
    harness.aws.logs.write(names.logGroup, `ord_9 stored ${runId}`);
    harness.aws.logs.write(names.logGroup, 'ord_9 sent');

    const { selected } = await poll('log', address(), { ...quick(), correlate: 'ord_9' });

    expect(selected.map(({ carriesId }) => carriesId)).toEqual([true, false]);
  });

  it('keeps timestamp and logStream for CloudWatch’s own, next to those of the line', async () => {
    harness.aws.logs.write(names.logGroup, `{"timestamp":"12:05","logStream":7,"id":"${runId}"}`);

    expect(await dataOf('log', address(), quick())).toEqual([
      {
        id: runId,
        message: `{"timestamp":"12:05","logStream":7,"id":"${runId}"}`,
        timestamp: expect.any(Number),
        logStream: 'local',
        own: { timestamp: '12:05', logStream: 7 },
      },
    ]);
  });

  it('is each line of an event of several lines that carries the id, if one of them is JSON', async () => {
    const event = `START\n{"level":"ERROR","id":"${runId}"}\n{"level":"INFO"}\n{"level":"WARN","id":"${runId}"}`;
    harness.aws.logs.write(names.logGroup, event);

    const { selected } = await poll('log', address(), quick());

    expect(selected.map(({ data }) => data)).toMatchObject([{ level: 'ERROR' }, { level: 'WARN' }]);
    expect(new Set(selected.map(({ id }) => id)).size).toBe(2);
  });

  it('marks what may say more than its fields do', async () => {
    const texts = [
      `ERROR ${runId}`,
      `{"level":"INFO","id":"${runId}"}`,
      `REPORT RequestId: 1 ${xrayIdOf(runId)}`,
    ];
    for (const text of texts) harness.aws.logs.write(names.logGroup, text);

    const { selected } = await poll('log', address(), quick());

    expect(selected.map(({ unread = [] }) => unread.map(({ path }) => path))).toEqual([[''], [], []]);
  });

  it('asks for a group by its ARN, too', async () => {
    harness.aws.logs.write(names.logGroup, runId);
    const logGroup = `arn:aws:logs:us-east-1:${harness.aws.account}:log-group:${names.logGroup}`;

    expect((await dataOf('log', { logGroup }, quick())).length).toBe(1);
  });
});

describe('trace', () => {
  it('is nothing at first, and then the services, faults and duration of the run’s segments', async () => {
    expect(await dataOf('trace', {})).toEqual([]);
    const segment = (name: string, more: JsonMap) =>
      JSON.stringify({ name, id: name.padEnd(16, '0'), trace_id: xrayIdOf(runId), ...more });
    await harness.clientOf(XRayClient).send(
      new PutTraceSegmentsCommand({
        TraceSegmentDocuments: [
          segment('api', {
            start_time: 10,
            end_time: 10.5,
            subsegments: [
              {
                name: 'DynamoDB',
                aws: { table_name: 'Orders' },
                fault: true,
                start_time: 10.1,
                end_time: 10.4,
                namespace: 'aws',
              },
            ],
          }),
          segment('worker', { start_time: 11, end_time: 12, error: true }),
        ],
      }),
    );

    expect(await dataOf('trace', {})).toEqual([
      { services: ['api', 'worker', 'DynamoDB', 'Orders'], faults: 1, errors: 1, duration: '2000ms' },
    ]);
  });

  it('says plainly that it cannot read a trace if Transaction Search is on', async () => {
    harness.aws.xray.searchTransactions(true);
    const opened = poll('trace', {}).finally(() => harness.aws.xray.searchTransactions(false));

    await expect(opened).rejects.toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringContaining("Transaction Search), where 'expect: trace' cannot see them"),
    });
  });
});

describe('metric', () => {
  it('is nothing at first, and then the newest value of its statistic', async () => {
    const address = { namespace: `Shop/${runId}`, metricName: 'Errors', dimensions: { Function: 'orders' } };
    const put = async (Value: number) =>
      harness.clientOf(CloudWatchClient).send(
        new PutMetricDataCommand({
          Namespace: address.namespace,
          MetricData: [
            {
              MetricName: 'Errors',
              Dimensions: [{ Name: 'Function', Value: 'orders' }],
              Value,
              Timestamp: new Date(sinceMs),
            },
          ],
        }),
      );

    expect(await dataOf('metric', address)).toEqual([]);
    await put(2);
    await put(4);

    expect(await dataOf('metric', address)).toMatchObject([{ value: 6, values: [6] }]);
    expect(await dataOf('metric', { ...address, statistic: 'Maximum' })).toMatchObject([{ value: 4 }]);
    expect(await dataOf('metric', { ...address, statistic: 'p50', period: '1h' })).toMatchObject([
      { value: 2 },
    ]);
    expect(await dataOf('metric', { ...address, dimensions: {} })).toEqual([]);
  });
});

async function faultOf(noun: string, input: JsonMap, more: Partial<WatchContext> = {}): Promise<unknown> {
  const thrown: unknown = await poll(noun, input, more).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  return classifyAwsError(thrown);
}

describe('what cannot be read', () => {
  it.each<{ noun: string; input: () => JsonMap; says: string; blame?: string }>([
    { noun: 'item', input: () => ({ table: 'gone', key: { a: 1 } }), says: 'ResourceNotFoundException' },
    {
      noun: 'item',
      input: () => ({ table: names.table, key: { orderid: 'x' } }),
      says: "Did you mean 'orderId'?",
      blame: 'definition',
    },
    {
      noun: 'item',
      input: () => ({ table: names.pairs, key: { right: 'x' } }),
      says: "needs 'left'",
      blame: 'definition',
    },
    {
      noun: 'item',
      input: () => ({ table: names.table, key: { orderId: 'x' }, index: 'byWhat' }),
      says: "has no index 'byWhat'",
      blame: 'definition',
    },
    { noun: 'object', input: () => ({ bucket: 'gone', key: 'k' }), says: 'NoSuchBucket' },
    {
      noun: 'execution',
      input: () => ({ stateMachine: `${names.machine}-gone` }),
      says: 'StateMachineDoesNotExist',
    },
    { noun: 'record', input: () => ({ stream: 'gone' }), says: 'Stream gone' },
    { noun: 'log', input: () => ({ logGroup: '/gone' }), says: 'The specified log group does not exist' },
  ])('$noun is an error that says $says', async ({ noun, input, says, blame = 'observer' }) => {
    const fault = await faultOf(noun, input(), quick());

    expect(fault).toMatchObject({ blame, message: expect.stringContaining(says) });
    expect(isMissing(fault)).toBe(blame === 'observer' || says.startsWith('has no index'));
  });

  const ADDRESSES: Readonly<Record<string, () => JsonMap>> = {
    item: () => ({ table: names.table, key: { orderId: 'x' } }),
    object: () => ({ bucket: names.bucket, key: 'k' }),
    execution: () => ({ stateMachine: names.machine }),
    log: () => ({ logGroup: names.logGroup }),
    record: () => ({ stream: names.stream }),
    trace: () => ({}),
    metric: () => ({ namespace: 'n', metricName: 'm' }),
  };

  it.each(
    Object.keys(ADDRESSES).flatMap((noun) => [
      { noun, status: 403, code: 'AccessDeniedException', says: "The runner's role may not do" },
      { noun, status: 429, code: 'ThrottlingException', says: 'AWS throttled the runner' },
    ]),
  )('$noun with $code is an error of ours', async ({ noun, status, code, says }) => {
    harness.proxy.refusal = { status, code };

    expect(await faultOf(noun, (ADDRESSES[noun] as () => JsonMap)(), quick())).toMatchObject({
      blame: 'observer',
      message: expect.stringContaining(says),
    });
  });
});
