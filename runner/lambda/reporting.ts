import { emfLine } from '../../reporters/metrics/emf.ts';
import {
  type Metrics,
  metricsOfRun,
  metricsOfSteps,
  runProperties,
} from '../../reporters/metrics/metrics.ts';
import type { RunResult } from '../core/model/run-result.ts';
import type { Notice } from '../core/notice/notice.ts';
import type { AlertingContext } from '../engine/alerting/alerting.ts';
import type { FleetContext } from '../engine/fleet-context.ts';
import { type LambdaEnvironment, say } from './lambda-environment.ts';

/** The outputs of an invocation, and its number of notices that no channel was left for. */
export interface Reporting extends Pick<FleetContext, 'report'>, Pick<AlertingContext, 'undelivered'> {
  publish(figures: Metrics): void;
  undeliveredCount(): number;
}

/**
 * Lines on standard output: each result with its figures, and each notice that no channel is left for, for which the log group is
 * the last resort.
 */
export function reporting(around: Pick<LambdaEnvironment, 'line'>, stepMetrics = false): Reporting {
  let undelivered = 0;
  return {
    report: async (result: RunResult) => {
      say(around, levelOf(result), 'run', { result });
      around.line(emfLine(metricsOfRun(result), runProperties(result)));
      if (stepMetrics) for (const figures of metricsOfSteps(result)) around.line(emfLine(figures));
    },
    undelivered: async (notices: readonly Notice[]) => {
      undelivered += notices.length;
      for (const notice of notices) say(around, 'ERROR', 'No channel took this notice.', { notice });
    },
    publish: (figures) => around.line(emfLine(figures)),
    undeliveredCount: () => undelivered,
  };
}

function levelOf({ verdict }: RunResult): 'INFO' | 'WARN' {
  return verdict === 'failed' || verdict === 'error' ? 'WARN' : 'INFO';
}
