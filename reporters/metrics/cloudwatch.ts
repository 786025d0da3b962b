import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { type Metrics, NAMESPACE } from './metrics.ts';

/** Publishes metrics at once, for processes outside of Lambda. */
export interface FiguresPublisher {
  /** @throws errors of the SDK: the caller decides their weight. */
  publish(figures: readonly Metrics[]): Promise<void>;
}

const MOST_DATA = 1_000; // CloudWatch API, PutMetricData

/** Gives the client for a constructor, with the usual options. */
export type ClientOf = <Client>(constructor: new (config: never) => Client) => Client;

/** Publishes by PutMetricData, the same names and dimensions as in Lambda. */
export function cloudwatchPublisher(clientOf: ClientOf): FiguresPublisher {
  return {
    publish: async (all) => {
      const { CloudWatchClient, PutMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
      const client = clientOf(CloudWatchClient);
      const data = all.flatMap(dataOf);
      for (let from = 0; from < data.length; from += MOST_DATA) {
        const MetricData = data.slice(from, from + MOST_DATA);
        await client.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
      }
    },
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
