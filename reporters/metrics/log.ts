import { visibleJson } from '../../runner/core/base/format.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import type { ReporterContext, ReporterKind } from '../contract.ts';
import { emfLine } from './emf.ts';
import { metricsOfHealth, metricsOfRun, metricsOfSteps, runProperties } from './metrics.ts';

/** For CloudWatch Logs: each result as a line of JSON, and metrics as lines of the embedded metric format. */
export const log: ReporterKind = {
  name: 'log',
  summary: 'lines of JSON, with metrics for CloudWatch Logs',
  text: true,
  only: ['functions'],
  open: logReporter,
};

/** Writes each line at once: it is complete also if the process is frozen after it. */
export function logReporter({ out, stepMetrics }: Pick<ReporterContext, 'out' | 'stepMetrics'>): Reporter {
  const line = (level: string, message: string, more: object): void =>
    void out.write(`${visibleJson({ level, message, ...more })}\n`);
  return {
    name: 'log',
    onRunEnd: (result) => {
      line(levelOf(result), 'run', { result });
      out.write(emfLine(metricsOfRun(result), runProperties(result)));
      if (stepMetrics) for (const metrics of metricsOfSteps(result)) out.write(emfLine(metrics));
    },
    onUndelivered: (notices) => {
      for (const notice of notices) line('ERROR', 'No channel took this notice.', { notice });
    },
    onHealth: (health) => void out.write(emfLine(metricsOfHealth(health))),
  };
}

function levelOf({ verdict }: RunResult): 'INFO' | 'WARN' {
  return verdict === 'failed' || verdict === 'error' ? 'WARN' : 'INFO';
}
