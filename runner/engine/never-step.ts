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
  const sight: Sight = {};
  return poll<Outcome>({
    looking,
    endsAtMs: () => (window.isOver() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
    onNap: (wake) => void window.over.then(wake),
    decide: (glance) => decide(glance, { step, asked, looking, sight }),
  });
}

interface Sight {
  /** Since when it could not look, and why not, while that lasts. */
  blind?: { readonly sinceMs: number; readonly fault: Error };
}

interface Deciding {
  readonly step: NeverStep;
  readonly asked: Asked;
  readonly looking: Looking;
  readonly sight: Sight;
}

function decide(glance: Glance, { step, asked, looking, sight }: Deciding): Outcome | undefined {
  const { startedAtMs, hop, sinceMs } = looking;
  const base = { startedAtMs, hop, attempts: glance.count };
  const { blind = { sinceMs: glance.atMs, fault: glance.fault as Error } } = sight;
  const isTooLong = glance.atMs - blind.sinceMs > LONGEST_BLIND_MS;
  if (glance.look === undefined) {
    sight.blind = blind;
    tellLooked(step, looking.run, glance, undefined);
    return glance.last || isTooLong ? { ...base, ...blindness(blind.fault) } : undefined;
  }
  delete sight.blind;
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
  // Of what is polled, nobody knows what was there meanwhile; what a tap brings is kept, and the last look vouches for it.
  if (isTooLong && looking.watch.subscribe === undefined) return { ...base, ...blindness(blind.fault) };
  if (!glance.last) return undefined;
  return {
    ...base,
    checks,
    nearby: assessment.nearby,
    verdict: 'passed',
    reason: `none in ${sayDuration(glance.atMs - startedAtMs)}`,
  };
}

function blindness(fault: Error): Pick<Outcome, 'verdict' | 'blame' | 'reason'> {
  const told = fault instanceof ObserverError;
  const words = 'It could not be looked at all the time, so nothing can be said of it: ';
  return { verdict: 'error', blame: 'observer', reason: `${told ? '' : words}${fault.message}` };
}
