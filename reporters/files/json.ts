import { worst } from '../../runner/core/base/verdict.ts';
import type { RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import type { Output, Reporter } from '../contract.ts';

/** JSON output: `{verdict, runs}`, and nothing else. Each step has its blame, or null. */
export function jsonReporter(out: Output): Reporter {
  return {
    name: 'json',
    end: (results) => {
      const runs = results.map((run) => ({
        ...run,
        blame: run.blame ?? null,
        steps: run.steps.map(withBlame),
        cleanup: run.cleanup.map(withBlame),
      }));
      out.write(`${JSON.stringify({ verdict: verdictOf(results), runs }, null, 2)}\n`);
    },
  };
}

/** The verdict of several runs: the worst of them. */
export function verdictOf(results: readonly RunResult[]): RunResult['verdict'] {
  return worst(results.map(({ verdict }) => verdict));
}

function withBlame(step: StepResult) {
  return { ...step, blame: step.blame ?? null };
}
