import { AssertionError } from 'node:assert';
import type { RunResult } from '../core/model/run-result.ts';
import { toHavePassed } from './to-have-passed.ts';

/**
 * Checks a result of `run`, or a list of them, for test runners without matchers of their own. It returns if a canary passed or was degraded, and
 * none failed or could not check.
 * @throws AssertionError with each step that did not pass, and the expected and the actual value
 */
export function assertPassed(results: RunResult | readonly RunResult[]): void {
  const { pass, message } = toHavePassed.call(undefined, results);
  if (!pass) throw new AssertionError({ message: message(), stackStartFn: assertPassed });
}
