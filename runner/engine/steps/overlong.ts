import { StandstillError } from '../../core/base/errors.ts';
import { match } from '../../core/matching/matcher.ts';
import type { Check, Evidence } from '../../core/model/run-result.ts';
import type { Expectation } from './assertions.ts';
import type { Observation } from './poll.ts';

/** A duration that is too long and still below its bound is below it. */
const UPPER_BOUNDS: ReadonlySet<string> = new Set(['$below', '$atMost']);

/**
 * The reason why checks are undecided: only a duration decides, and the runner stood still while it measured it. Undefined if something
 * else decides.
 */
export function undecidedDuration(
  { overlong }: Evidence,
  checks: readonly Check[],
): StandstillError | undefined {
  if (overlong === undefined) return undefined;
  const isUnsure = ({ path, ok, operator }: Check): boolean =>
    overlong.paths.some((one) => path === one || path.startsWith(`${one}.`)) &&
    !(ok && UPPER_BOUNDS.has(operator));
  const unsure = checks.find(isUnsure);
  const isDecided = checks.some((check) => !check.ok && !isUnsure(check));
  if (unsure === undefined || isDecided) return undefined;
  const { path, actual } = unsure;
  return new StandstillError(overlong.stoodStillMs, `${path} is ${JSON.stringify(actual)}`);
}

/** An observation without its result, if it depends on a duration measured across a standstill. */
export function withoutOverlong(observation: Observation, { has, where }: Expectation): Observation {
  const { result, beganAtMs, atMs, count, last } = observation;
  for (const evidence of result?.selected ?? []) {
    if (evidence.overlong === undefined) continue;
    const checks = [where, has].flatMap((pattern) =>
      pattern === undefined ? [] : match(pattern, evidence.data),
    );
    const fault = undecidedDuration(evidence, checks);
    if (fault !== undefined) return { fault, beganAtMs, atMs, count, last };
  }
  return observation;
}
