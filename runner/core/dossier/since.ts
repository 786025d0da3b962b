import type { FailingSince } from '../store/failing-since.ts';

/** The name of the time since when a canary fails, or could not check. */
export function sinceLabel(since: FailingSince | undefined): string {
  return since?.verdict === 'error' ? 'Not checked since' : 'Since';
}

/** The runs since then, in words. */
export function sinceRuns({ verdict, runs, others }: FailingSince): string {
  const [done, otherDone] =
    verdict === 'error' ? ['could not check', 'failed'] : ['failed', 'could not check'];
  const these = runs === 1 ? `the first run that ${done}` : `${runs} runs ${done}`;
  return others === 0 ? these : `${these}; ${others} ${others === 1 ? 'run' : 'runs'} ${otherDone}`;
}
