import { visibleJson } from '../../runner/core/base/format.ts';
import { worst } from '../../runner/core/base/verdict.ts';
import type { RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import type { Output, ReporterKind } from '../contract.ts';
import { gatherResults } from '../gathered.ts';

/** For machines: one JSON document. */
export const json: ReporterKind = {
  name: 'json',
  summary: 'one JSON document',
  text: true,
  only: ['run'],
  open: ({ out }) => jsonReporter(out),
};

function jsonReporter(out: Output): Reporter {
  const { take, ...gathering } = gatherResults();
  return { ...gathering, name: 'json', onEnd: () => void out.write(formatResults(take())) };
}

/** `{verdict, runs}` as JSON, with other members if some are given. Each run and step has its `blame`, or null. */
export function formatResults(results: readonly RunResult[], others: object = {}): string {
  const runs = results.map((run) => ({
    ...run,
    blame: run.blame ?? null,
    steps: run.steps.map(withBlame),
    cleanup: run.cleanup.map(withBlame),
  }));
  return `${visibleJson({ verdict: verdictOf(results), runs, ...others }, 2)}\n`;
}

/** The verdict of several runs: the worst of them. */
export function verdictOf(results: readonly RunResult[]): RunResult['verdict'] {
  return worst(results.map(({ verdict }) => verdict));
}

function withBlame(step: StepResult) {
  return { ...step, blame: step.blame ?? null };
}
