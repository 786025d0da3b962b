import type { Severity } from './notice.ts';

const FROM_MILD_TO_BAD: readonly Severity[] = ['info', 'warning', 'critical'];

/** The worse of two. */
export function worse(a: Severity, b: Severity): Severity {
  return isWorse(b, a) ? b : a;
}

/** True where the first is worse than the second. */
export function isWorse(a: Severity, b: Severity): boolean {
  return FROM_MILD_TO_BAD.indexOf(a) > FROM_MILD_TO_BAD.indexOf(b);
}
