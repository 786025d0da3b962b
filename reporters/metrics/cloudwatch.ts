import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { ClientOf, ReporterKind } from '../contract.ts';
import { type Metrics, metricsReporter, NAMESPACE } from './metrics.ts';

/** CloudWatch's metrics by PutMetricData, for runs outside of Lambda: the same names and dimensions as there. */
export const cloudwatch: ReporterKind = {
  name: 'cloudwatch',
  summary: 'metrics by PutMetricData',
  only: ['run', 'watch'],
  open: ({ clientOf }) => metricsReporter('cloudwatch', cloudwatchPublisher(clientOf)),
};

const MOST_DATA = 1_000; // CloudWatch API, PutMetricData

/**
 * Publishes metrics, one call at a time: what comes during a call goes with the next one.
 * @throws what the SDK throws.
 */
export function cloudwatchPublisher(clientOf: ClientOf): (metrics: readonly Metrics[]) => Promise<void> {
  let waiting: MetricDatum[] = [];
  let sending: Promise<void> | undefined;
  const send = async (): Promise<void> => {
    const { CloudWatchClient, PutMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
    const client = clientOf(CloudWatchClient);
    try {
      while (waiting.length > 0) {
        const MetricData = waiting.slice(0, MOST_DATA);
        waiting = waiting.slice(MOST_DATA);
        await client.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
      }
    } finally {
      sending = undefined;
    }
  };
  return async (metrics) => {
    waiting.push(...metrics.flatMap(dataOf));
    sending ??= send();
    return sending;
  };
}

function dataOf({ dimensions, atMs, figures }: Metrics): readonly MetricDatum[] {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return figures
    .filter(({ value }) => Number.isFinite(value))
    .map(({ name, unit, value }) => ({
      MetricName: name,
      Unit: unit,
      Value: value,
      Dimensions,
      Timestamp: new Date(atMs),
    }));
}
