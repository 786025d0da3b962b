import type { Check } from '../model/run-result.ts';

/** Checks by their path and operator, the first of each. */
export function checksByName(checks: readonly Check[]): ReadonlyMap<string, Check> {
  return new Map(checks.toReversed().map((check) => [checkName(check), check]));
}

/** The name of a check, the same in each run: its path and operator. */
export function checkName({ path, operator }: Pick<Check, 'path' | 'operator'>): string {
  return `${operator} ${path}`;
}
