import type { Out } from '../contract.ts';
import type { Figures } from './figures.ts';

/** The namespace of all our metrics. */
export const NAMESPACE = 'Coalmine';

/** A dimension's value is no longer (CloudWatch user guide, "Embedded metric format specification"). */
const LONGEST_VALUE = 1_024;

/** What is told beside the figures: found by Logs Insights, and never a dimension. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

/**
 * Figures as one line of CloudWatch's embedded metric format, ended by a newline; undefined where none can be published.
 * It must be written to standard output as it is: under JSON logging the console would wrap it, and no metric would come of it.
 */
export function emfLine({ dimensions, atMs, figures }: Figures, properties: Properties): string | undefined {
  // NaN and Infinity become null in JSON, and CloudWatch then drops the whole line.
  const finite = figures.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return undefined;
  const named = Object.entries(dimensions).map(([name, value]) => [name, value.slice(0, LONGEST_VALUE) || '-']);
  const directive = {
    Namespace: NAMESPACE,
    Dimensions: [named.map(([name]) => name)],
    Metrics: finite.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  };
  const line = {
    ...properties,
    ...Object.fromEntries(named),
    ...Object.fromEntries(finite.map(({ name, value }) => [name, value])),
    _aws: { Timestamp: Math.round(atMs), CloudWatchMetrics: [directive] },
  };
  return `${JSON.stringify(line)}\n`;
}

/** Writes figures to a stream that CloudWatch Logs reads. */
export function writeEmf(out: Out, figures: Figures, properties: Properties): void {
  const line = emfLine(figures, properties);
  if (line !== undefined) out.write(line);
}
