import type { Json } from '../events/event-pattern.ts';
import { notHere, Refusal } from '../protocol/refusal.ts';

type Body = Readonly<Record<string, Json>>;

/** CloudWatch metrics: values put, and statistics of one metric read back. */
export interface Metrics {
  call(operation: string, body: Body): Promise<Json>;
}

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

interface Put {
  readonly series: string;
  readonly metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: readonly Dimension[];
  };
  readonly atSeconds: number;
  readonly value: number;
}

interface Datum {
  readonly MetricName: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Timestamp?: number;
  readonly Value?: number;
}

interface Query {
  readonly Id: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly Dimension[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

const STATISTICS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((a, b) => a + b, 0),
  Average: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
  SampleCount: (values) => values.length,
};

/** Starts it without metrics. */
export function startMetrics(): Metrics {
  const puts: Put[] = [];
  const operations: Readonly<Record<string, (body: Body) => Json>> = {
    PutMetricData: (body) => {
      for (const datum of body['MetricData'] as unknown as readonly Datum[]) {
        if (datum.Value === undefined) throw notHere('CloudWatch', 'PutMetricData without Value');
        puts.push({
          series: seriesOf(String(body['Namespace']), datum.MetricName, datum.Dimensions),
          metric: {
            Namespace: String(body['Namespace']),
            MetricName: datum.MetricName,
            Dimensions: datum.Dimensions ?? [],
          },
          atSeconds: datum.Timestamp ?? Date.now() / 1_000,
          value: datum.Value,
        });
      }
      return {};
    },
    ListMetrics: (body) => known(body, puts),
    GetMetricData: (body) => {
      const queries = body['MetricDataQueries'] as unknown as readonly Query[];
      const span = { from: Number(body['StartTime']), to: Number(body['EndTime']) };
      const results = queries.map((query) => resultOf(query, puts, span));
      if (body['ScanBy'] !== 'TimestampDescending')
        throw notHere('CloudWatch', 'GetMetricData, oldest first');
      return { MetricDataResults: results, Messages: [] };
    },
  };
  return {
    call: async (operation, body) => {
      const work = operations[operation];
      if (work === undefined) throw notHere('CloudWatch', operation);
      return work(body);
    },
  };
}

function known({ Namespace, MetricName, Dimensions = [], ...more }: Body, puts: readonly Put[]): Json {
  const [other] = Object.keys(more);
  if (other !== undefined) throw notHere('CloudWatch', `ListMetrics with ${other}`);
  const asked = Dimensions as unknown as readonly Dimension[];
  const found = puts.filter(
    ({ metric }) =>
      metric.Namespace === Namespace &&
      metric.MetricName === MetricName &&
      asked.every(({ Name, Value }) =>
        metric.Dimensions.some((one) => one.Name === Name && one.Value === Value),
      ),
  );
  const Metrics = [...new Map(found.map(({ series, metric }) => [series, metric])).values()];
  return { Metrics } as unknown as Json;
}

function resultOf(
  { Id, MetricStat }: Query,
  puts: readonly Put[],
  { from, to }: { readonly from: number; readonly to: number },
): Json {
  if (MetricStat === undefined) throw notHere('CloudWatch', 'metric math');
  const { Metric, Period, Stat } = MetricStat;
  const statistic = STATISTICS[Stat] ?? percentile(Stat);
  const series = seriesOf(Metric.Namespace, Metric.MetricName, Metric.Dimensions);
  const ours = puts.filter((put) => put.series === series && put.atSeconds >= from && put.atSeconds < to);
  const periods = Map.groupBy(ours, ({ atSeconds }) => Math.floor(atSeconds / Period) * Period);
  const newest = [...periods].toSorted(([a], [b]) => b - a);
  return {
    Id,
    Label: Metric.MetricName,
    StatusCode: 'Complete',
    Timestamps: newest.map(([at]) => at),
    Values: newest.map(([, put]) => statistic(put.map(({ value }) => value))),
  };
}

function percentile(statistic: string): (values: readonly number[]) => number {
  const share = Number(/^p(\d+(?:\.\d+)?)$/.exec(statistic)?.[1]) / 100;
  if (Number.isNaN(share)) throw new Refusal('InvalidParameterValue', `no statistic ${statistic}`);
  return (values) => values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0;
}

function seriesOf(namespace: string, name: string, dimensions: readonly Dimension[] = []): string {
  const sorted = dimensions.map(({ Name, Value }) => `${Name}=${Value}`).toSorted();
  return JSON.stringify([namespace, name, sorted]);
}
