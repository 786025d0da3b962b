import { xrayIdOf } from '../../runner/core/base/run-id.ts';
import { isGood } from '../../runner/core/base/verdict.ts';
import type { RunResult, StepResult } from '../../runner/core/model/run-result.ts';

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
 * The metrics of a run. All are always there but `SuccessPercent`: a run without a conclusion (an `error`) is neither a success nor a
 * failure, so it has none (docs/decisions/0010-an-error-has-no-success-percent.md).
 */
export function metricsOfRun({ canary, verdict, durationMs, startedAtMs }: RunResult): Metrics {
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
    ],
  };
}

/** The optional metrics of the steps that ran, each a billed series: duration, and time to effect. */
export function metricsOfSteps({ canary, steps }: RunResult): readonly Metrics[] {
  return steps.filter(({ verdict }) => verdict !== 'skipped').map((step) => figuresOf(step, canary));
}

export function runProperties(run: RunResult): Properties {
  const step = run.steps.find(({ verdict }) => verdict === run.verdict && !isGood(verdict));
  return {
    runId: run.runId,
    traceId: xrayIdOf(run.runId),
    verdict: run.verdict,
    reason: run.reason === '' ? (step?.reason ?? '') : run.reason,
    ...(step === undefined ? {} : { failedStep: step.name, hop: step.hop }),
    environment: run.environment,
    owner: run.owner,
    slotAtMs: run.slotAtMs,
  };
}

/** The runner's own health: metrics of a dead observer, and of undelivered notices. */
export interface Health {
  readonly atMs: number;
  /** Name of the stack, among several in one account. */
  readonly stack: string;
  /** True after a tick that did all it had to do. */
  readonly complete: boolean;
  /** Slots that did not run when they should have. */
  readonly missed: number;
  /** Notices that no channel has accepted. */
  readonly undelivered: number;
  /** Since the oldest slot that waits to be run or is running, in milliseconds. */
  readonly oldestRunMs: number;
}

/** The metrics of a tick. The heartbeat is present only after a complete tick: its absence is the alarm. */
export function healthFigures({ atMs, stack, complete, missed, undelivered, oldestRunMs }: Health): Metrics {
  return {
    dimensions: { Stack: stack },
    atMs,
    figures: [
      ...(complete ? [count('Heartbeat', true)] : []),
      { name: 'MissedSlots', unit: 'Count', value: missed },
      { name: 'UndeliveredNotices', unit: 'Count', value: undelivered },
      { name: 'OldestRunAge', unit: 'Seconds', value: oldestRunMs / 1_000 },
    ],
  };
}

/** The greatest delay of messages between tap and journal. */
export function tapReaderFigures(stack: string, atMs: number, lagMs: number): Metrics {
  const figure: Metric = { name: 'TapReaderLag', unit: 'Seconds', value: lagMs / 1_000 };
  return { dimensions: { Stack: stack }, atMs, figures: [figure] };
}

/** The longest time for which the runner's event loop was held up: more than a second is a standstill. */
export function metricsOfLoop(stack: string, atMs: number, delayMs: number): Metrics {
  const figure: Metric = { name: 'EventLoopDelay', unit: 'Seconds', value: delayMs / 1_000 };
  return { dimensions: { Stack: stack }, atMs, figures: [figure] };
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
