import { isJsonMap } from '../../core/base/json.ts';
import type { Question } from '../question/question.ts';

/** True if CloudWatch knows a metric. */
export interface MetricFacts {
  readonly called: string;
  readonly isKnown: boolean;
}

/** Has the metric ever had a value? A name that is misspelt is no error to CloudWatch. */
export const metric: Question<MetricFacts> = {
  called: ({ name }) => `metric ${name}`,
  missing: () => 'Check its namespace, name and dimensions.',
  ask: async ({ name, uses }, { clients, signal }) => {
    const { CloudWatchClient, ListMetricsCommand } = await import('@aws-sdk/client-cloudwatch');
    const { namespace, metricName, dimensions = {} } = uses[0]?.step?.input ?? {};
    const wanted = isJsonMap(dimensions) ? Object.entries(dimensions) : [];
    const { Metrics = [] } = await clients.clientOf(CloudWatchClient, 'observe').send(
      new ListMetricsCommand({
        Namespace: String(namespace),
        MetricName: String(metricName),
        Dimensions: wanted.map(([Name, value]) => ({ Name, Value: String(value) })),
      }),
      { abortSignal: signal },
    );
    // CloudWatch lists those with more dimensions too; a check reads the one with exactly these.
    const isKnown = Metrics.some(({ Dimensions = [] }) => Dimensions.length === wanted.length);
    return { called: `metric ${name}`, isKnown };
  },
  judge: ({ called, isKnown }) =>
    isKnown
      ? []
      : [
          {
            level: 'doubt',
            what: `${called} had no value in the last two weeks`,
            why: 'A check on a metric that does not exist waits for nothing, and a never on one passes always.',
            todo: 'Check its namespace, name and dimensions; all of them must be given.',
          },
        ],
};
