import type { RunResult, StepResult } from '../../runner/core/run.ts';
import { isGood } from '../../runner/core/verdict.ts';

/** What a figure is measured in, in CloudWatch's words. */
export type Unit = 'Percent' | 'Milliseconds' | 'Count' | 'Seconds';

/** One number about a run, a step or the runner itself. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
}

/** Figures of one thing, and what tells it from others: a closed set, since each set of values is a series that is paid for. */
export interface Figures {
  readonly dimensions: Readonly<Partial<Record<'CanaryName' | 'StepName', string>>>;
  readonly atMs: number;
  readonly figures: readonly Figure[];
}

/**
 * The figures of a run. All are always there but `SuccessPercent`: a run that could not tell (an `error`) is neither a success
 * nor a failure, so it has none (docs/decisions/0010-no-success-percent-of-an-error.md).
 */
export function runFigures({ canary, verdict, durationMs, startedAtMs }: RunResult): Figures {
  const known = isGood(verdict) || verdict === 'failed';
  return {
    dimensions: { CanaryName: canary },
    atMs: startedAtMs,
    figures: [
      ...(known ? [figure('SuccessPercent', 'Percent', isGood(verdict) ? 100 : 0)] : []),
      figure('Duration', 'Milliseconds', durationMs),
      figure('Failed', 'Count', verdict === 'failed' ? 1 : 0),
      figure('Degraded', 'Count', verdict === 'degraded' ? 1 : 0),
      figure('Error', 'Count', verdict === 'error' ? 1 : 0),
    ],
  };
}

/** The figures of the steps that ran, for those who pay for a series for each: how long each took, and its time to effect. */
export function stepFigures({ canary, steps }: RunResult): readonly Figures[] {
  return steps
    .filter(({ verdict }) => verdict !== 'skipped')
    .map((step) => ({
      dimensions: { CanaryName: canary, StepName: step.name },
      atMs: step.startedAtMs,
      figures: figuresOf(step),
    }));
}

function figuresOf({ durationMs, timeToEffectMs, verdict }: StepResult): readonly Figure[] {
  return [
    figure('Duration', 'Milliseconds', durationMs),
    figure('Failed', 'Count', verdict === 'failed' ? 1 : 0),
    ...(timeToEffectMs === undefined ? [] : [figure('TimeToEffect', 'Milliseconds', timeToEffectMs)]),
  ];
}

/** A figure; what is no finite number is left at zero by nobody: it is thrown out where figures are published. */
export function figure(name: string, unit: Unit, value: number): Figure {
  return { name, unit, value };
}
