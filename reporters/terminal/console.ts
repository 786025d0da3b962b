import { formatDuration } from '../../runner/core/base/duration.ts';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import type { Output, ReporterContext, ReporterKind } from '../contract.ts';
import { gatherResults } from '../gathered.ts';
import { formatRun } from './format-run.ts';
import { type Paint, painter, wantsColour } from './paint.ts';

/** For people. On a terminal it also shows what is under way; elsewhere it prints plain lines. */
export const console: ReporterKind = {
  name: 'console',
  summary: 'text for people',
  text: true,
  only: ['run'],
  open: async ({ out, env, target }) => {
    const isTerminal = target === undefined && out.isTTY === true;
    const paint = painter(target === undefined && wantsColour(env, isTerminal));
    return isTerminal && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === ''
      ? onTerminal(out, paint)
      : consoleReporter(out, paint);
  },
};

async function onTerminal(out: ReporterContext['out'], paint: Paint): Promise<Reporter> {
  const { liveDisplay } = await import('./live.ts');
  const { around, stop, ...shown } = liveDisplay(
    (out.terminal ?? out) as unknown as NodeJS.WriteStream,
    paint,
  );
  const printed = consoleReporter(out, paint, around);
  return {
    ...printed,
    ...shown,
    onEnd: async () => {
      stop();
      await printed.onEnd?.();
    },
  };
}

const ORDER: readonly Verdict[] = ['passed', 'degraded', 'failed', 'error', 'skipped'];

/** Prints each run when it has ended, and a summary. A live display next to it is paused before a run is printed. */
export function consoleReporter(
  out: Output,
  paint: Paint,
  around: (print: () => void) => void = (print) => print(),
): Reporter {
  const { take, ...gathering } = gatherResults();
  return {
    ...gathering,
    name: 'console',
    onRunEnd: (result) => {
      void gathering.onRunEnd(result);
      around(() => out.write(`${formatRun(result, paint)}\n\n`));
    },
    onEnd: () => void out.write(`${summary(take(), paint)}\n`),
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
