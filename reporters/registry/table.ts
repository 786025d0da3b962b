/** A line for each reporter. A bundle has only those that its fleet names. */

export { github } from '../ci/github.ts';
export { html } from '../files/html.ts';
export { json } from '../files/json.ts';
export { junit } from '../files/junit.ts';
export { cloudwatch } from '../metrics/cloudwatch.ts';
export { log } from '../metrics/log.ts';
export { prometheus } from '../metrics/prometheus.ts';
export { console } from '../terminal/console.ts';
export { otlp } from '../traces/otlp.ts';
