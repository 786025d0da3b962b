import { xrayIdOf } from '../../runner/core/base/run-id.ts';
import { isGood } from '../../runner/core/base/verdict.ts';
import type { IdContinuity, RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import type { Reporter, RunnerHealth } from '../../runner/core/report/reporter.ts';
import { withUniqueNames } from '../../runner/core/report/unique-names.ts';
import { formatContinuity } from '../../runner/core/trace/continuity.ts';

/** Unit of a metric, in CloudWatch's terms. */
export type Unit = 'Percent' | 'Milliseconds' | 'Seconds' | 'Count';

/** One number about a run, a step or the runner itself. */
export interface Metric {
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
}

/** Metrics of one thing, with its dimensions: a closed set, since each set of values is a billed series. */
export interface Metrics {
  readonly dimensions: Readonly<Partial<Record<'CanaryName' | 'StepName' | 'Stack', string>>>;
  readonly atMs: number;
  readonly figures: readonly Metric[];
}

/** Properties in addition to metrics: searchable in logs, and never a dimension. */
export type Properties = Readonly<Record<string, string | number>>;

export const NAMESPACE = 'Coalmine';

/**
 * The metrics of a run. `SuccessPercent` is absent for a run without a conclusion (an `error`), which is neither a success nor a failure
 * (docs/decisions/0010-an-error-has-no-success-percent.md). `IdContinuity` is absent if no hop could show the run's id.
 */
export function metricsOfRun({
  canary,
  verdict,
  durationMs,
  startedAtMs,
  continuity,
}: Pick<RunResult, 'canary' | 'verdict' | 'durationMs' | 'startedAtMs' | 'continuity'>): Metrics {
  const known = isGood(verdict) || verdict === 'failed';
  return {
    dimensions: { CanaryName: canary },
    atMs: startedAtMs,
    figures: [
      ...(known
        ? [{ name: 'SuccessPercent', unit: 'Percent', value: isGood(verdict) ? 100 : 0 } as const]
        : []),
      { name: 'Duration', unit: 'Milliseconds', value: durationMs },
      count('Failed', verdict === 'failed'),
      count('Degraded', verdict === 'degraded'),
      count('Error', verdict === 'error'),
      ...(continuity === undefined || continuity.of === 0 ? [] : [idContinuity(continuity)]),
    ],
  };
}

function idContinuity({ seen, of }: IdContinuity): Metric {
  return { name: 'IdContinuity', unit: 'Percent', value: (100 * seen) / of };
}

/** The optional metrics of the steps that ran, each a billed series: duration, and time to effect. */
export function metricsOfSteps({ canary, steps }: RunResult): readonly Metrics[] {
  return withUniqueNames(steps)
    .filter(({ verdict }) => verdict !== 'skipped')
    .map((step) => figuresOf(step, canary));
}

export function runProperties(run: RunResult): Properties {
  const step = run.steps.find(({ verdict }) => verdict === run.verdict && !isGood(verdict));
  return {
    runId: run.runId,
    traceId: xrayIdOf(run.runId),
    verdict: run.verdict,
    reason: run.reason === '' ? (step?.reason ?? '') : run.reason,
    ...(step === undefined ? {} : { failedStep: step.name, hop: step.hop }),
    ...(run.continuity?.gap === undefined ? {} : { idContinuity: formatContinuity(run.continuity) }),
    environment: run.environment,
    owner: run.owner,
    slotAtMs: run.slotAtMs,
  };
}

/** The metrics of the runner's health. There is a heartbeat only after a complete tick: its absence is the alarm. */
export function metricsOfHealth({ runner, atMs, ...health }: RunnerHealth): Metrics {
  const {
    complete = false,
    missed,
    undelivered,
    reporterFailures,
    oldestRunMs,
    eventLoopDelayMs,
    tapLagMs,
  } = health;
  const known = (name: string, unit: Unit, value: number | undefined): readonly Metric[] =>
    value === undefined ? [] : [{ name, unit, value: unit === 'Seconds' ? value / 1_000 : value }];
  return {
    dimensions: { Stack: runner },
    atMs,
    figures: [
      ...(complete ? [count('Heartbeat', true)] : []),
      ...known('MissedSlots', 'Count', missed),
      ...known('UndeliveredNotices', 'Count', undelivered),
      ...known('ReporterFailures', 'Count', reporterFailures || undefined), // a series that most runners need not pay for
      ...known('OldestRunAge', 'Seconds', oldestRunMs),
      ...known('EventLoopDelay', 'Seconds', eventLoopDelayMs),
      ...known('TapReaderLag', 'Seconds', tapLagMs),
    ],
  };
}

/** Publishes the metrics of runs, of their steps and of the runner, each at once. A run that was passed over has none. */
export function metricsReporter(
  name: string,
  publish: (metrics: readonly Metrics[]) => Promise<void> | void,
): Reporter {
  return {
    name,
    onRunEnd: (run) =>
      run.verdict === 'skipped' ? undefined : publish([metricsOfRun(run), ...metricsOfSteps(run)]),
    onHealth: (health) => publish([metricsOfHealth(health)]),
  };
}

function figuresOf(
  { name, startedAtMs, durationMs, timeToEffectMs, verdict }: StepResult,
  canary: string,
): Metrics {
  return {
    dimensions: { CanaryName: canary, StepName: name },
    atMs: startedAtMs,
    figures: [
      { name: 'Duration', unit: 'Milliseconds', value: durationMs },
      count('Failed', verdict === 'failed'),
      ...(timeToEffectMs === undefined
        ? []
        : [{ name: 'TimeToEffect', unit: 'Milliseconds', value: timeToEffectMs } as const]),
    ],
  };
}

function count(name: string, happened: boolean): Metric {
  return { name, unit: 'Count', value: happened ? 1 : 0 };
}
