import { formatRun } from '../../reporters/terminal/format-run.ts';
import { painter } from '../../reporters/terminal/paint.ts';
import type { Verdict } from '../core/base/verdict.ts';
import type { RunResult } from '../core/model/run-result.ts';

/** The outcome of a matcher, for Jest and Vitest. */
interface Matched {
  readonly pass: boolean;
  message(): string;
}

/**
 * The matcher `toHavePassed` of one result of `run`, or of a list. It holds if a canary passed or was degraded, and none failed or was an
 * error. A canary that could not check fulfils neither `toHavePassed` nor `not.toHavePassed`, since it says nothing of the system.
 * @throws TypeError for a value that is no result
 */
export function toHavePassed(this: { readonly isNot?: boolean } | undefined, received: unknown): Matched {
  const runs = runsIn(received);
  const negated = this?.isNot === true;
  const failed = runs.filter(({ verdict }) => verdict === 'failed');
  const errors = runs.filter(({ verdict }) => verdict === 'error');
  if (failed.length === 0 && (errors.length > 0 || runs.every(({ verdict }) => verdict === 'skipped')))
    return { pass: negated, message: () => textOf(runs) };
  return { pass: failed.length === 0, message: () => textOf(runs) };
}

function runsIn(received: unknown): readonly RunResult[] {
  const runs: readonly unknown[] = Array.isArray(received) ? received : [received];
  if (!runs.every(isResult))
    throw new TypeError("'toHavePassed' takes a result of 'run', or a list of them.");
  return runs;
}

function isResult(value: unknown): value is RunResult {
  return (
    typeof value === 'object' && value !== null && 'runId' in value && 'verdict' in value && 'steps' in value
  );
}

/** The conclusion of each verdict, the worst first. */
const CONCLUSIONS: Readonly<Record<Verdict, string>> = {
  failed: 'failed',
  error: 'could not check, so nothing is known of the system',
  skipped: 'did not run',
  degraded: 'passed late or only when repeated',
  passed: 'passed',
};

/** A line for each verdict, then each bad run with the steps that did not pass. */
function textOf(runs: readonly RunResult[]): string {
  if (runs.length === 0) return 'No canary was run, so nothing was checked.';
  const of = runs.length === 1 ? '1 canary' : `${runs.length} canaries`;
  const lines = (Object.keys(CONCLUSIONS) as Verdict[]).flatMap((verdict) => {
    const some = runs.filter((run) => run.verdict === verdict);
    const names = some.map(({ canary }) => canary).join(', ');
    return some.length === 0 ? [] : [`${some.length} of ${of} ${CONCLUSIONS[verdict]}: ${names}`];
  });
  const paint = painter(false);
  const bad = runs.filter(({ verdict }) => verdict === 'failed' || verdict === 'error');
  return [lines.join('\n'), ...bad.map((run) => formatRun(run, paint))].join('\n\n');
}
