import { formatDuration } from '../../runner/core/base/duration.ts';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Output, Reporter } from '../contract.ts';
import { formatRun } from './format-run.ts';
import type { Paint } from './paint.ts';

const ORDER: readonly Verdict[] = ['passed', 'degraded', 'failed', 'error', 'skipped'];

/** Prints each run when it has ended, and a summary. A live display next to it is paused before a run is printed. */
export function consoleReporter(
  out: Output,
  paint: Paint,
  around: (print: () => void) => void = (print) => print(),
): Reporter {
  return {
    name: 'console',
    progress: (progress) => {
      if (progress.type === 'run-ended') around(() => out.write(`${formatRun(progress.result, paint)}\n\n`));
    },
    end: (results) => out.write(`${summary(results, paint)}\n`),
  };
}

function summary(results: readonly RunResult[], paint: Paint): string {
  if (results.length === 0) return '0 canaries';
  const counts = ORDER.flatMap((verdict) => {
    const count = results.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : [paint(verdict, `${count} ${verdict}`)];
  });
  const startedAtMs = Math.min(...results.map((one) => one.startedAtMs));
  const endedAtMs = Math.max(...results.map((one) => one.startedAtMs + one.durationMs));
  const took = ` in ${formatDuration(endedAtMs - startedAtMs)}`;
  const head = `${results.length} ${results.length === 1 ? 'canary' : 'canaries'}`;
  return `${head}: ${counts.join(', ')}${took}`;
}
