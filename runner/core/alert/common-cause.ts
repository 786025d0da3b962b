import type { RunDigest } from '../notice/notice.ts';
import type { Cause } from './alert-state.ts';

/** The common cause of incidents that a fault of the runner opened. */
export const RUNNER_CAUSE = 'the runner';

/**
 * The cause that an incident may have in common with others. That is the resource at which the run failed or, before its first step, the
 * reason. Undefined if another canary cannot have the same, as with a fault of the canary's own file.
 */
export function commonCause({ run }: Cause): string | undefined {
  if (run === undefined || run.blame === 'runner') return RUNNER_CAUSE;
  if (run.blame === 'definition') return undefined;
  return run.step === undefined ? textOf(run) : resourceIn(run.step.hop);
}

function textOf({ verdict, reason }: RunDigest): string | undefined {
  return verdict === 'error' && reason !== '' ? reason : undefined;
}

/** The resource that a hop begins with: of a URL its origin. Undefined for a hop that names none. */
export function resourceIn(hop: string): string | undefined {
  const [origin] = /https?:\/\/[^/\s]+/i.exec(hop) ?? [];
  const [resource = ''] = hop.split(/ · | by /);
  return origin ?? (NAMELESS.has(resource) ? undefined : resource);
}

/** Hops of checks that look a thing up by its run, at no resource of the system. */
const NAMELESS: ReadonlySet<string> = new Set(['', 'X-Ray trace']);
