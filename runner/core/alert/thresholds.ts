import type { AlertPolicy } from '../model/canary.ts';
import type { Machine } from '../notice/notice.ts';
import type { Mark } from './alert-state.ts';

/** When a machine opens and closes an incident. */
export interface Rule {
  readonly machine: Machine;
  /** What tells against the canary. */
  readonly against: Mark['saw'];
  /** What tells nothing, and is looked through. */
  readonly ignores?: Mark['saw'];
  readonly failures: number;
  readonly of: number;
  readonly recover: number;
}

const BLIND: Rule = { machine: 'blind', against: 'nothing', failures: 3, of: 3, recover: 2 };

/** Marks kept for late results and repeated ones, however few the policy looks at. */
const FEWEST_KEPT = 16;

/** The rule of each machine. A run that could not tell is no evidence about the service, for or against. */
export function rulesOf(policy: AlertPolicy): { readonly service: Rule; readonly blind: Rule } {
  const { after, recover } = policy;
  return {
    service: { machine: 'service', against: 'failed', ignores: 'nothing', ...after, recover },
    blind: BLIND,
  };
}

/**
 * The marks with one more, in the order of their slots; undefined where its slot is among them already, or is older than
 * all that is kept. Kept are the newest of all, and as many of those that tell of the service.
 */
export function withMark(
  marks: readonly Mark[],
  mark: Mark,
  policy: AlertPolicy,
): readonly Mark[] | undefined {
  if (marks.some(({ slotAtMs }) => slotAtMs === mark.slotAtMs)) return undefined;
  const kept = Math.max(FEWEST_KEPT, policy.after.of, policy.recover);
  const all = [...marks, mark].toSorted((a, b) => a.slotAtMs - b.slotAtMs);
  const newest = new Set([...all.slice(-kept), ...all.filter(({ saw }) => saw !== 'nothing').slice(-kept)]);
  return newest.has(mark) ? all.filter((one) => newest.has(one)) : undefined;
}

/** The marks that a machine may still judge by, oldest slot first. */
export function evidenceOf(marks: readonly Mark[], rule: Rule, afterMs: number): readonly Mark[] {
  return marks.filter(({ slotAtMs, saw }) => slotAtMs > afterMs && saw !== rule.ignores);
}

/** The marks against the canary that open an incident, now that this one has come; none where it does not open. */
export function opensWith(evidence: readonly Mark[], mark: Mark, rule: Rule): readonly Mark[] {
  const window = newestOf(evidence, rule.of);
  const against = window.filter(({ saw }) => saw === rule.against);
  return against.includes(mark) && against.length >= rule.failures ? [...new Set(against)] : [];
}

/** True where this mark completes the passes in a row that end an incident. */
export function closesWith(evidence: readonly Mark[], mark: Mark, rule: Rule): boolean {
  const window = newestOf(evidence, rule.recover);
  return (
    window.length === rule.recover && window.includes(mark) && window.every(({ saw }) => saw !== rule.against)
  );
}

/** How many marks against the canary the next one would be added to, while no incident is open. */
export function countTowards(evidence: readonly Mark[], rule: Rule): number {
  const before = newestOf(evidence, rule.of - 1);
  if (rule.failures < rule.of) return before.filter(({ saw }) => saw === rule.against).length;
  return before.length - 1 - before.findLastIndex(({ saw }) => saw !== rule.against);
}

/** How many passes in a row there are, while an incident is open. */
export function passesInRow(evidence: readonly Mark[], rule: Rule): number {
  return evidence.length - 1 - evidence.findLastIndex(({ saw }) => saw === rule.against);
}

/** The newest slots, one by one: a mark that stands for several is there as often. */
function newestOf(marks: readonly Mark[], most: number): readonly Mark[] {
  const slots = marks.flatMap((mark) => Array<Mark>(Math.min(mark.count, most)).fill(mark));
  return slots.slice(slots.length - Math.min(slots.length, most));
}
