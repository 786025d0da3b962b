import type { CloudWatchClient, MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { type Static, Type } from 'typebox';
import { parseDuration } from '../../../core/base/duration.ts';
import { ObserverError } from '../../../core/base/errors.ts';
import { scalarText } from '../../../core/base/numbers.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import { limitFaults, METRIC_NAMESPACE } from '../../aws/service-limits.ts';
import { EVERY_RESOURCE, type Noun } from '../../kind.ts';
import { closed, scalars, text } from '../../schema.ts';

const input = closed({
  namespace: text('Namespace of the metric: AWS/SQS'),
  metricName: text('Name of the metric: ApproximateNumberOfMessagesVisible'),
  dimensions: Type.Optional(scalars('Its dimensions, all of them')),
  statistic: Type.Optional(
    Type.String({
      pattern: '^(Sum|Average|Minimum|Maximum|SampleCount|p\\d{1,2}(\\.\\d+)?)$',
      description:
        'Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p99; Sum when left out',
    }),
  ),
  period: Type.Optional(
    Type.String({
      pattern: '^\\d+[mh]$',
      description: 'how much time one value stands for: 1m, 5m, 1h; 1m when left out',
    }),
  ),
});

/** CloudWatch API, PutMetricData. */
const MOST_DIMENSIONS = 30;
/** The time by which a value may come late, in milliseconds. */
const LATEST_MS = 120_000;

/** Reads a CloudWatch metric, a value for each period. Values come a minute or two late. */
export const metric = {
  name: 'metric',
  summary: 'the values of a CloudWatch metric, one for each period; they come a minute or two late',
  input,
  view: {
    value: { type: 'number', description: "the period's value" },
    timestamp: { type: 'text', description: 'when the period began, ISO 8601' },
    values: {
      type: 'list',
      description: 'the values of all periods since the step above began, the newest first',
    },
  },
  selects: 'address',
  faults: ({ namespace, dimensions = {} }, { filled }) => [
    ...limitFaults(namespace, METRIC_NAMESPACE, { key: 'namespace' }, { filled }),
    ...(Object.keys(dimensions).length > MOST_DIMENSIONS
      ? [
          {
            key: 'dimensions',
            message: `a metric has at most ${MOST_DIMENSIONS} dimensions`,
            hint: 'write the dimensions of one metric',
          },
        ]
      : []),
  ],
  thing: 'value',
  leastWindowMs: (address) => periodOf(address) + LATEST_MS,
  consistency:
    'Values come one or two minutes late, and are rewritten until then. A period counts from its beginning, so the first may hold what happened before the step above. Give `within` and `for` a period and two minutes: `3m` with the period of a minute. A `never` judges every period, an `expect` the newest; during `for`, every period since it began to hold.',
  reads: 'all',
  pauseMs: { first: 5_000, longest: 15_000 },
  permissions: () => [{ action: 'cloudwatch:GetMetricData', resource: EVERY_RESOURCE }],
  quotes: ['*'],
  hop: ({ namespace, metricName }) => `metric ${namespace} ${metricName}`,
  example: `never: metric
namespace: AWS/Lambda
metricName: Errors
dimensions:
  FunctionName: orders-consumer
has:
  value:
    $above: 0
for: 3m
`,
  open: async (address, context) => ({
    poll: async ({ sinceMs }) => {
      const { CloudWatchClient: Client } = await import('@aws-sdk/client-cloudwatch');
      const { clock, signal } = context;
      const periodMs = periodOf(address);
      const points = await pointsOf(address, {
        client: context.clientOf(Client),
        // A value belongs to its period, and is reported at the moment that period began.
        from: new Date(Math.floor(sinceMs / periodMs) * periodMs),
        to: new Date(clock.nowMs() + periodMs),
        signal,
      });
      const takenAtMs = clock.nowMs();
      const values = points.map(({ value }) => value);
      const selected = points.map(({ value, timestamp }): Evidence => {
        const id = JSON.stringify([address, timestamp]);
        return { kind: 'metric', id, takenAtMs, data: { value, timestamp, values } };
      });
      const none = selected.length === 0 ? { nearby: [NO_VALUE], nothing: 'no value came' } : { nearby: [] };
      return { selected, ...none, series: true };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

const NO_VALUE =
  'there is no value since the step above began: nothing was put, the metric has another name, or the value has not come yet';

type Address = Static<typeof input>;

interface DataPoint {
  readonly value: number;
  readonly timestamp: string;
}

interface MetricQuery {
  readonly client: CloudWatchClient;
  readonly from: Date;
  readonly to: Date;
  readonly signal: AbortSignal;
}

function periodOf({ period = '1m' }: Address): number {
  return parseDuration(period) ?? 60_000;
}

/** Every value from one moment to another, the newest first; all pages. */
async function pointsOf(
  address: Address,
  { client, from, to, signal }: MetricQuery,
): Promise<readonly DataPoint[]> {
  const { GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
  const points: DataPoint[] = [];
  let result: MetricDataResult | undefined;
  let next: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({
        StartTime: from,
        EndTime: to,
        ScanBy: 'TimestampDescending',
        MetricDataQueries: [queryOf(address)],
        ...omitUndefined({ NextToken: next }),
      }),
      { abortSignal: signal },
    );
    next = page.NextToken;
    result = page.MetricDataResults?.[0] ?? result;
    // A page may be short of data that the next one brings.
    if (next === undefined || result?.StatusCode !== 'PartialData') refuseIncomplete(address, result);
    points.push(...pointsIn(page.MetricDataResults?.[0]));
  } while (next !== undefined);
  return points.toSorted((a, b) => b.timestamp.localeCompare(a.timestamp));
}

function queryOf(address: Address): MetricDataQuery {
  const { namespace, metricName, dimensions = {}, statistic = 'Sum' } = address;
  return {
    Id: 'asked',
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metricName,
        Dimensions: Object.entries(dimensions).map(([Name, value]) => ({ Name, Value: scalarText(value) })),
      },
      Period: periodOf(address) / 1_000,
      Stat: statistic,
    },
  };
}

function pointsIn({ Values = [], Timestamps = [] }: MetricDataResult = {}): readonly DataPoint[] {
  return Values.flatMap((value, n) => {
    const at = Timestamps[n];
    return at === undefined ? [] : [{ value, timestamp: at.toISOString() }];
  });
}

/**
 * An answer of status 200 may still lack values (CloudWatch API reference, MetricDataResult).
 * @throws ObserverError unless it is complete.
 */
function refuseIncomplete({ namespace, metricName }: Address, result: MetricDataResult | undefined): void {
  const { StatusCode: code = 'no result', Messages = [] } = result ?? {};
  if (code === 'Complete') return;
  const messages = Messages.map(({ Code = '', Value = '' }) => ` ${Code} ${Value}`.trimEnd()).join('');
  const remedy =
    code === 'Forbidden' ? " The runner's role may not read it: grant cloudwatch:GetMetricData." : '';
  throw new ObserverError(
    `CloudWatch did not give all values of metric ${namespace} ${metricName}: ${code}.${messages}${remedy}`,
    { permanent: code === 'Forbidden' },
  );
}
