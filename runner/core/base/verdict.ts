/** What became of a step or a run, from mildest to worst. It only ever gets worse. */
export type Verdict = 'skipped' | 'passed' | 'degraded' | 'error' | 'failed';

/** Whose fault a verdict is: the file's, the watched system's, the means of watching, or our own. */
export type Blame = 'definition' | 'target' | 'observer' | 'runner';

const FROM_MILD_TO_BAD: readonly Verdict[] = ['skipped', 'passed', 'degraded', 'error', 'failed'];

/** The worst of some verdicts. None at all is an `error`: what looked at nothing has not passed. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'error';
  return verdicts.reduce((a, b) => (FROM_MILD_TO_BAD.indexOf(a) < FROM_MILD_TO_BAD.indexOf(b) ? b : a));
}

/** True where the watched system did what was asked of it, on time or late. */
export function isGood(verdict: Verdict): boolean {
  return verdict === 'passed' || verdict === 'degraded';
}
