import type { MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { Type } from 'typebox';
import { parseDuration } from '../../core/duration.ts';
import type { JsonMap } from '../../core/json.ts';
import type { Noun } from '../kind.ts';
import { closed, scalars, text } from '../schema.ts';

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

/** Reads a CloudWatch metric. Values come a minute or two late, and a period that began before the run counts too. */
export const metric = {
  name: 'metric',
  summary: 'the newest value of a CloudWatch metric; values come a minute or two late',
  input,
  view: {
    value: { description: 'the newest value since the step above began' },
    timestamp: { description: 'when its period began, ISO 8601' },
    values: { description: 'every value since then, the newest first' },
  },
  selects: 'address',
  consistency:
    'Values come one or two minutes late, and a period counts from its beginning, so the first may hold what happened before the step above. Give `within` three minutes.',
  reads: 'all',
  pauseMs: { first: 5_000, longest: 15_000 },
  permissions: () => [{ action: 'cloudwatch:GetMetricData', resource: '*' }],
  hop: ({ namespace, metricName }) => `metric ${namespace} ${metricName}`,
  example: `never: metric
namespace: AWS/Lambda
metricName: Errors
dimensions:
  FunctionName: orders-consumer
has:
  value:
    $above: 0
for: 90s
`,
  open: async (address, context) => ({
    look: async ({ sinceMs }) => {
      const { CloudWatchClient, GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
      const { namespace, metricName, dimensions = {}, statistic = 'Sum', period = '1m' } = address;
      const periodMs = parseDuration(period) ?? 60_000;
      const command = new GetMetricDataCommand({
        // A value belongs to the period in which it fell, and is told under the moment that period began.
        StartTime: new Date(Math.floor(sinceMs / periodMs) * periodMs),
        EndTime: new Date(context.clock.nowMs() + periodMs),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: [
          {
            Id: 'asked',
            MetricStat: {
              Metric: {
                Namespace: namespace,
                MetricName: metricName,
                Dimensions: Object.entries(dimensions).map(([Name, value]) => ({
                  Name,
                  Value: String(value),
                })),
              },
              Period: periodMs / 1_000,
              Stat: statistic,
            },
          },
        ],
      });
      const { MetricDataResults: [result] = [] } = await context
        .clientOf(CloudWatchClient)
        .send(command, { abortSignal: context.signal });
      const takenAtMs = context.clock.nowMs();
      const id = JSON.stringify(address);
      return {
        selected: dataOf(result).map((data) => ({ kind: 'metric', id, takenAtMs, data })),
        nearby: [],
      };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

/** The metric as one thing, once it has a value. */
function dataOf({ Values = [], Timestamps = [] }: MetricDataResult = {}): readonly JsonMap[] {
  const [value] = Values;
  const [at] = Timestamps;
  if (value === undefined || at === undefined) return [];
  return [{ value, timestamp: at.toISOString(), values: [...Values] }];
}
