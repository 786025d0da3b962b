import type { AlertPolicy } from '../model/canary.ts';
import type { AlertStream } from '../notice/notice.ts';
import type { Sample } from './alert-state.ts';

/** Conditions under which a stream opens and closes an incident. */
export interface Rule {
  readonly stream: AlertStream;
  /** The outcome that is evidence against the canary. */
  readonly against: Sample['outcome'];
  /** The outcome that is no evidence, and is ignored. */
  readonly ignores?: Sample['outcome'];
  readonly failures: number;
  readonly of: number;
  readonly recover: number;
}

const OBSERVER: Rule = { stream: 'observer', against: 'nothing', failures: 3, of: 3, recover: 2 };

/** Samples kept at least, to recognise late and repeated results. */
const MIN_KEPT = 16;

/** The rule of each stream. A run without data is no evidence about the target, for or against. */
export function rulesOf(policy: AlertPolicy): { readonly target: Rule; readonly observer: Rule } {
  const { after, recover } = policy;
  return {
    target: { stream: 'target', against: 'failed', ignores: 'nothing', ...after, recover },
    observer: OBSERVER,
  };
}

/**
 * The samples with one more, in the order of their slots. Undefined if its slot is among them already, or is older than all that
 * are kept. Kept are the newest of all, and as many of those with data about the target.
 */
export function withSample(
  samples: readonly Sample[],
  sample: Sample,
  policy: AlertPolicy,
): readonly Sample[] | undefined {
  if (samples.some(({ slotAtMs }) => slotAtMs === sample.slotAtMs)) return undefined;
  const kept = Math.max(MIN_KEPT, policy.after.of, policy.recover);
  const all = [...samples, sample].toSorted((a, b) => a.slotAtMs - b.slotAtMs);
  const newest = new Set([
    ...all.slice(-kept),
    ...all.filter(({ outcome }) => outcome !== 'nothing').slice(-kept),
  ]);
  return newest.has(sample) ? all.filter((one) => newest.has(one)) : undefined;
}

/** The samples that are still evidence for a stream, oldest slot first. */
export function samplesAfter(samples: readonly Sample[], rule: Rule, afterMs: number): readonly Sample[] {
  return samples.filter(({ slotAtMs, outcome }) => slotAtMs > afterMs && outcome !== rule.ignores);
}

/** The samples against the canary that open an incident with this one; empty if none opens. */
export function opensWith(evidence: readonly Sample[], sample: Sample, rule: Rule): readonly Sample[] {
  const window = newestOf(evidence, rule.of);
  const against = window.filter(({ outcome }) => outcome === rule.against);
  return against.includes(sample) && against.length >= rule.failures ? [...new Set(against)] : [];
}

/** True if this sample completes the consecutive passes that close an incident. */
export function closesWith(evidence: readonly Sample[], sample: Sample, rule: Rule): boolean {
  const window = newestOf(evidence, rule.recover);
  return (
    window.length === rule.recover &&
    window.includes(sample) &&
    window.every(({ outcome }) => outcome !== rule.against)
  );
}

/** Number of samples against the canary that count towards opening an incident. */
export function countMatching(evidence: readonly Sample[], rule: Rule): number {
  const before = newestOf(evidence, rule.of - 1);
  if (rule.failures < rule.of) return before.filter(({ outcome }) => outcome === rule.against).length;
  return before.length - 1 - before.findLastIndex(({ outcome }) => outcome !== rule.against);
}

/** Number of consecutive passes, while an incident is open. */
export function passesInRow(evidence: readonly Sample[], rule: Rule): number {
  return evidence.length - 1 - evidence.findLastIndex(({ outcome }) => outcome === rule.against);
}

/** The newest slots, one by one: a sample that stands for several slots appears as often. */
function newestOf(samples: readonly Sample[], limit: number): readonly Sample[] {
  const slots = samples.flatMap((sample) => Array<Sample>(Math.min(sample.count, limit)).fill(sample));
  return slots.slice(slots.length - Math.min(slots.length, limit));
}
