import type { NeverStep } from '../core/canary.ts';
import { sayDuration } from '../core/duration.ts';
import { ObserverError } from '../core/errors.ts';
import { type Asked, assess, checksOf } from './assess.ts';
import type { Looking } from './check-step.ts';
import { type Glance, poll } from './poll.ts';
import { tellLooked } from './progress.ts';
import type { Outcome } from './run.ts';

/** A watcher that could not look for longer than this was not healthy (scenario language, "A healthy watcher"). */
const LONGEST_BLIND_MS = 5_000;

/** The window of a `never`: open until its own time and all the checks beside it are over. */
export interface NeverWindow {
  isOver(): boolean;
  /** Settles when the window is over. */
  readonly over: Promise<void>;
}

/** Watches until the window is over; one sighting fails at once. It passes only on a last look that vouches for all of it. */
export function watchForIt(
  step: NeverStep,
  asked: Asked,
  looking: Looking & { readonly window: NeverWindow },
): Promise<Outcome> {
  const { window } = looking;
  const sight = { blindSinceMs: undefined as number | undefined };
  return poll<Outcome>({
    looking,
    endsAtMs: () => (window.isOver() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
    onNap: (wake) => void window.over.then(wake),
    decide: (glance) => decide(glance, { step, asked, looking, sight }),
  });
}

interface Deciding {
  readonly step: NeverStep;
  readonly asked: Asked;
  readonly looking: Looking;
  readonly sight: { blindSinceMs: number | undefined };
}

function decide(glance: Glance, { step, asked, looking, sight }: Deciding): Outcome | undefined {
  const { startedAtMs, hop, sinceMs } = looking;
  const base = { startedAtMs, hop, attempts: glance.count };
  if (glance.look === undefined) {
    sight.blindSinceMs ??= glance.atMs;
    tellLooked(step, looking.run, glance, undefined);
    if (!glance.last && glance.atMs - sight.blindSinceMs <= LONGEST_BLIND_MS) return undefined;
    return { ...base, verdict: 'error', blame: 'observer', reason: blindness(glance) };
  }
  sight.blindSinceMs = undefined;
  const assessment = assess(glance.look, { ...asked, count: undefined });
  tellLooked(step, looking.run, glance, assessment);
  const checks = checksOf(assessment, step);
  const [sighting] = assessment.fitting;
  if (sighting !== undefined) {
    const evidence = assessment.fitting.slice(0, 3).map((one) => one.evidence);
    const reason = `${assessment.fitting.length} ${step.kind}${assessment.fitting.length === 1 ? ' was' : 's were'} seen that should never appear`;
    const timeToEffectMs = Math.max(0, sighting.evidence.takenAtMs - sinceMs);
    return { ...base, checks, evidence, verdict: 'failed', blame: 'target', reason, timeToEffectMs };
  }
  if (!glance.last) return undefined;
  return {
    ...base,
    checks,
    nearby: assessment.nearby,
    verdict: 'passed',
    reason: `none in ${sayDuration(glance.atMs - startedAtMs)}`,
  };
}

function blindness({ fault }: Glance): string {
  const words = (fault as Error).message;
  return fault instanceof ObserverError
    ? words
    : `It could not be looked at all the time, so nothing can be said of it: ${words}`;
}
