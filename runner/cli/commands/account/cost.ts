import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { type Cost, type CostLine, costOf, TYPICAL } from '../../../deploy/cost.ts';
import { PRICES } from '../../../deploy/prices.ts';
import { environmentOf, select } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { sound } from '../../setup/selection.ts';

export interface CostOptions {
  readonly env?: string;
  readonly runSeconds?: number;
  readonly atOnce?: number;
  readonly stepMetrics?: boolean;
  readonly sitePages?: boolean;
  readonly format: 'text' | 'json';
}

/**
 * `coalmine cost`: the monthly cost of deployed canaries, compared with the same runs on CloudWatch Synthetics.
 * @throws UsageError for an environment that no project has, and if no canary has a schedule.
 */
export async function cost(
  paths: readonly string[],
  options: CostOptions & { readonly nowMs: number },
  io: Io,
): Promise<number> {
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const { env } = options;
  const projects = loaded.map(({ project }) => project);
  const isKnown = projects.some(({ environments }) => environments.some(({ name }) => name === env));
  const [first] = projects;
  if (env !== undefined && !isKnown && first !== undefined) environmentOf(first, env);
  const canaries = loaded
    .map(({ canary }) => canary)
    .filter(({ only }) => env === undefined || only === undefined || only.includes(env));
  if (canaries.every(({ schedule }) => schedule === undefined))
    throw new UsageError(
      'None of these canaries has a schedule, so they cost nothing until they are run by hand.',
    );
  const assumed = {
    ...omitUndefined({ runSeconds: options.runSeconds, atOnce: options.atOnce }),
  };
  const [stepMetrics, sitePages] = [options.stepMetrics === true, options.sitePages === true];
  const found = costOf(canaries, { prices: PRICES, assumed, fromMs: options.nowMs, stepMetrics, sitePages });
  const text =
    options.format === 'json'
      ? JSON.stringify({ ...found, prices: PRICES, assumed: { ...TYPICAL, ...assumed } }, null, 2)
      : formatCost(found);
  io.stdout.write(`${text}\n`);
  return EXIT.good;
}

function formatCost(found: Cost): string {
  const { runs, lines, dollars, synthetics, syntheticsDollars } = found;
  const ratio = dollars === 0 ? '' : `, ${(syntheticsDollars / dollars).toFixed(1)} times as much`;
  return [
    `${runs.toLocaleString('en-US')} runs a month`,
    '',
    ...lines.map(row),
    `  ${'together'.padEnd(20)} ${money(dollars)}`,
    '',
    'The same runs on CloudWatch Synthetics',
    ...synthetics.map(row),
    `  ${'together'.padEnd(20)} ${money(syntheticsDollars)}${ratio}; its metrics, storage and alarms come on top`,
    '',
    `Prices of ${PRICES.region} as of ${PRICES.asOf}, free tiers left out. A run is taken to last as long as its quiet windows and a`,
    `tenth of its deadlines (--run-seconds says otherwise), on a worker of ${TYPICAL.workerGigabytes} GB that runs ${TYPICAL.atOnce} at once (--at-once). Synthetics`,
    `is taken to run ${TYPICAL.syntheticsSeconds} s on ${TYPICAL.syntheticsGigabytes} GB; it takes screenshots, which Coalmine does not. What the canaries do to your own`,
    'system is not in it.',
  ].join('\n');
}

function row({ what, dollars, how }: CostLine): string {
  return `  ${what.padEnd(20)} ${money(dollars)}  ${how}`;
}

function money(dollars: number): string {
  return `$${dollars.toFixed(2)}`.padStart(10);
}
