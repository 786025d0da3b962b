import type { Severity } from './notice.ts';

const ASCENDING: readonly Severity[] = ['info', 'warning', 'critical'];

/** The more severe of two. */
export function worse(a: Severity, b: Severity): Severity {
  return isWorse(b, a) ? b : a;
}

/** True if the first is more severe than the second. */
export function isWorse(a: Severity, b: Severity): boolean {
  return ASCENDING.indexOf(a) > ASCENDING.indexOf(b);
}
