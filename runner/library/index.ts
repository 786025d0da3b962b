import type { RunResult } from '../core/model/run-result.ts';
import type { LoadedCanary } from './loaded-canary.ts';
import type { LoadOptions, RunOptions } from './options.ts';

export type { Json } from '../core/base/json.ts';
export type { RunId } from '../core/base/run-id.ts';
export type { Blame, Verdict } from '../core/base/verdict.ts';
export type { SourcePosition } from '../core/model/canary.ts';
export type {
  Check,
  Evidence,
  Quote,
  RunResult,
  StepResult,
  TrailEntry,
  Unread,
} from '../core/model/run-result.ts';
export type { RunStart, StepEnd, StepPoll, StepStart } from '../core/report/reporter.ts';
export type { Diagnostic } from '../load/yaml/diagnostics.ts';
export { UsageError } from '../runs/usage-error.ts';
export { assertPassed } from './assert-passed.ts';
export { LoadError } from './load-error.ts';
export type { LoadedCanary } from './loaded-canary.ts';
export type { LoadOptions, RunOptions, RunReporter } from './options.ts';

/** The folder of canaries, if a call names none. */
const DEFAULT_PATH = 'canaries';

/**
 * Runs canaries now, by the same engine as `coalmine run`, and gives the result of each, frozen and without secrets. Canaries are paths of files
 * and folders, or come from `loadCanaries`. Without an argument, they are those below `canaries/`; an empty list runs none.
 *
 * A canary that fails, or that could not check, is a result and no exception. Two calls at once do not disturb each other, and nothing is left
 * open afterwards.
 * @throws LoadError for files with errors
 * @throws UsageError for options that cannot be used
 */
export async function run(
  canaries: string | readonly (string | LoadedCanary)[] = DEFAULT_PATH,
  options: RunOptions = {},
): Promise<readonly RunResult[]> {
  const { runNow } = await import('./run-now.ts'); // loading the engine takes longer than an import should
  return runNow(listOf(canaries), { ...options, ...completed(options) });
}

/**
 * Reads canary files and checks them, without network and credentials. Paths are those of files and folders; without an argument, they are
 * those below `canaries/`. The list can be filtered before it is given to `run`.
 * @throws LoadError for files with errors
 * @throws UsageError for a path without canaries
 */
export async function loadCanaries(
  paths: string | readonly string[] = DEFAULT_PATH,
  options: LoadOptions = {},
): Promise<readonly LoadedCanary[]> {
  if (paths.length === 0) return [];
  const { readCanaries } = await import('./load-canaries.ts');
  return readCanaries(listOf(paths), completed(options));
}

/** The options, with the folder of the process at the call. */
function completed({ cwd = process.cwd(), onWarning = warnOfProcess }: LoadOptions): Required<LoadOptions> {
  return { cwd, onWarning };
}

function warnOfProcess(text: string): void {
  process.emitWarning(text, { type: 'CoalmineWarning' });
}

function listOf<One>(some: string | readonly One[]): readonly (One | string)[] {
  return typeof some === 'string' ? [some] : some;
}
