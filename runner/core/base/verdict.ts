/** Outcome of a step or a run, from mildest to worst. It only ever gets worse. */
export type Verdict = 'skipped' | 'passed' | 'degraded' | 'error' | 'failed';

/** Origin of a bad verdict: the file, the watched system, the means of watching, or the runner. */
export type Blame = 'definition' | 'target' | 'observer' | 'runner';

const FROM_MILD_TO_BAD: readonly Verdict[] = ['skipped', 'passed', 'degraded', 'error', 'failed'];

/** The worst of some verdicts. An empty list gives `error`: a run that checked nothing has not passed. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'error';
  return verdicts.reduce((a, b) => (FROM_MILD_TO_BAD.indexOf(a) < FROM_MILD_TO_BAD.indexOf(b) ? b : a));
}

/** True if the watched system behaved as expected, on time or late. */
export function isGood(verdict: Verdict): boolean {
  return verdict === 'passed' || verdict === 'degraded';
}
