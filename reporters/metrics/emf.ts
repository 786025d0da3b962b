import { type Metrics, NAMESPACE, type Properties } from './metrics.ts';

/** A dimension's value is no longer (CloudWatch user guide, "Embedded metric format specification"). */
const LONGEST_VALUE = 1_024;
/** A log event is no longer than 1 MiB (CloudWatch Logs quotas); searchable texts are far shorter. */
const LONGEST_PROPERTY = 4_096;

/**
 * Metrics as one line of CloudWatch's embedded metric format, ended by a newline; empty if there are none. It must go to standard output as
 * it is: under JSON logging the console would wrap it, and it would give no metric.
 */
export function emfLine({ dimensions, atMs, figures }: Metrics, properties: Properties = {}): string {
  // NaN and Infinity become null in JSON, for which CloudWatch drops the whole line.
  const finite = figures.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return '';
  const named = mapped(Object.entries(dimensions), (value) => value.slice(0, LONGEST_VALUE) || '-');
  const directive = {
    Namespace: NAMESPACE,
    Dimensions: [Object.keys(named)],
    Metrics: finite.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  };
  const line = {
    ...mapped(Object.entries(properties), truncateValue),
    ...named,
    ...mapped(
      finite.map(({ name, value }) => [name, value] as const),
      (value) => value,
    ),
    _aws: { Timestamp: Math.round(atMs), CloudWatchMetrics: [directive] },
  };
  return `${JSON.stringify(line)}\n`;
}

function mapped<From, To>(
  entries: readonly (readonly [string, From])[],
  to: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(entries.map(([name, value]): [string, To] => [name, to(value)]));
}

function truncateValue(value: string | number): string | number {
  return typeof value === 'string' ? value.slice(0, LONGEST_PROPERTY) : value;
}
