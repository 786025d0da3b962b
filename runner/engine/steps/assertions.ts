import { ObserverError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import { type Comparison, compare, explained } from '../../core/evidence/unread.ts';
import { match } from '../../core/matching/matcher.ts';
import type { ExpectStep, NeverStep } from '../../core/model/canary.ts';
import type { Check, Evidence } from '../../core/model/run-result.ts';
import { type Noun, type PollResult, selectsBy } from '../../kinds/kind.ts';

/** Conditions of a check, with values filled in. */
export interface Expectation {
  readonly has: Json | undefined;
  readonly where: Json | undefined;
  readonly count: ExpectStep['count'];
  /** Of a series, only the newest is judged, and those since the one with this id (empty: none yet). Absent: each is. */
  readonly newestSince?: string;
}

/** One thing selected, and how it compares with `has`. */
export interface Candidate {
  readonly evidence: Evidence;
  readonly checks: readonly Check[];
  readonly fits: boolean;
  /** Set if part of it could not be compared, and nothing else rules it out. */
  readonly undecided?: Undecided;
}

type Undecided = Extract<Comparison, { readonly holds: 'undecided' }>;

/** Assessment of a poll against the expectation. */
export interface Assessment {
  /** Each thing once, the nearest to fitting first. */
  readonly selected: readonly Candidate[];
  readonly fitting: readonly Candidate[];
  /** Possible matches that could not be compared; among them those that `where` may select. */
  readonly undecided: readonly Candidate[];
  readonly nearby: readonly string[];
  /** True when an `expect` is satisfied at this moment. */
  readonly holds: boolean;
  /** True if no later poll can satisfy it. */
  readonly unrecoverable: boolean;
}

/**
 * Selects and assesses the evidence of a poll. With `count` all selected things must match, without it one is enough.
 * @throws ObserverError if a check depends on truncated evidence.
 */
export function assess(poll: PollResult, { has, where, count, newestSince }: Expectation): Assessment {
  const newest = poll.series === true && count === undefined ? newestSince : undefined;
  const addressed = distinct(poll.selected)
    .map((evidence) => ({ evidence, chosen: compareWith(where, evidence) }))
    .filter(({ chosen }) => chosen.holds !== 'no');
  const asked = (newest === undefined ? addressed : newestOf(addressed, newest)).map((one) => ({
    chosen: one.chosen,
    candidate: candidateOf(one.evidence, has),
  }));
  const candidates = asked
    .flatMap(({ chosen, candidate }) => (chosen.holds === 'yes' ? [candidate] : []))
    .toSorted((a, b) => failedCount(a) - failedCount(b));
  const undecided = asked.flatMap(({ chosen, candidate }) =>
    chosen.holds === 'undecided' && (candidate.fits || candidate.undecided !== undefined)
      ? [{ ...candidate, fits: false, undecided: candidate.undecided ?? chosen }]
      : [],
  );
  const fitting = candidates.filter(({ fits }) => fits);
  const tooMany = count?.atMost !== undefined && candidates.length > count.atMost;
  const misfit = count !== undefined && candidates.some(isFinalMisfit);
  const over = poll.complete === true && candidates.length > 0 && candidates.every(isFinalMisfit);
  const counted = isCounted(candidates.length, fitting.length, newest === undefined ? count : ALL_OF_THEM);
  return {
    selected: candidates,
    fitting,
    undecided: [...candidates.filter((one) => one.undecided !== undefined), ...undecided],
    nearby: poll.nearby,
    holds: counted && !tooMany,
    unrecoverable: tooMany || misfit || over,
  };
}

/** Everything that a report may show of an assessment. */
export function shownOf({ selected, undecided }: Assessment): readonly Evidence[] {
  return [...selected, ...undecided].map(({ evidence }) => evidence);
}

const ALL_OF_THEM = { atLeast: 1 };

function isCounted(selected: number, fitting: number, count: Expectation['count']): boolean {
  return count === undefined ? fitting > 0 : selected >= count.atLeast && fitting === selected;
}

/** The newest of a series, which is its first, and those since the one with that id. */
function newestOf<One extends { readonly evidence: Evidence }>(
  series: readonly One[],
  id: string,
): readonly One[] {
  const from = series.findIndex(({ evidence }) => evidence.id === id);
  return series.slice(0, Math.max(0, from) + 1);
}

/** A body stored elsewhere is no mismatch: it was not read. Text without fields is one, if fields are expected. */
function isFinalMisfit({ fits, evidence, undecided }: Candidate): boolean {
  return !fits && evidence.final === true && undecided?.absent !== true;
}

/** The comparisons for a report: those of the nearest candidate, and the count if there is one. */
export function checksOf({ selected, fitting }: Assessment, step: ExpectStep | NeverStep): readonly Check[] {
  if (step.mode === 'never') {
    return [{ path: '', operator: 'never', expected: 0, actual: fitting.length, ok: fitting.length === 0 }];
  }
  const nearest = selected.find(({ fits }) => step.count === undefined || !fits) ?? selected[0];
  return [countCheck(step, selected.length), ...(nearest?.checks ?? [])];
}

function countCheck({ count }: ExpectStep, actual: number): Check {
  const { atLeast = 1, atMost } = count ?? {};
  const expected: Json =
    atMost === atLeast
      ? atLeast
      : { $atLeast: atLeast, ...(atMost === undefined ? {} : { $atMost: atMost }) };
  return {
    path: '',
    operator: 'count',
    expected,
    actual,
    ok: actual >= atLeast && actual <= (atMost ?? actual),
  };
}

function candidateOf(evidence: Evidence, has: Json | undefined): Candidate {
  const checks =
    has === undefined ? [] : seenChecks(evidence, explained(match(has, evidence.data), evidence));
  const compared = compare(checks, evidence);
  return {
    evidence,
    checks,
    fits: compared.holds === 'yes',
    ...(compared.holds === 'undecided' ? { undecided: compared } : {}),
  };
}

function compareWith(pattern: Json | undefined, evidence: Evidence): Comparison {
  return pattern === undefined
    ? { holds: 'yes' }
    : compare(explained(match(pattern, evidence.data), evidence), evidence);
}

/** The first difference and the number of the others, as the end of a sentence; empty if there is none. */
export function differencesOf(checks: readonly Check[]): string {
  const lost = checks.filter(({ ok }) => !ok);
  const [first] = lost;
  if (first === undefined) return '';
  const actual = first.missing === true ? 'missing' : JSON.stringify(first.actual);
  const others = lost.length === 1 ? '' : `, and ${lost.length - 1} more`;
  return `: ${first.path === '' ? 'it' : first.path} is ${actual}${others}`;
}

/** A number of things, as reports call them: `2 log lines`. */
export function numberOf(count: number, noun: Pick<Noun, 'name' | 'thing'>): string {
  return `${count} ${thingOf(noun)}${count === 1 ? '' : 's'}`;
}

/** Name of one selected thing in reports. */
export function thingOf({ name, thing = name }: Pick<Noun, 'name' | 'thing'>): string {
  return thing;
}

/**
 * The error of a check with possible matches that could not be compared.
 * @returns undefined if all was compared.
 */
export function uncompared(
  undecided: readonly Candidate[],
  { correlate, input }: Pick<ExpectStep | NeverStep, 'correlate' | 'input'>,
  noun: Pick<Noun, 'name' | 'selects' | 'thing'>,
): ObserverError | undefined {
  const [first] = undecided;
  if (first === undefined) return undefined;
  const whose = correlate === true && selectsBy(noun, input) === 'id' ? ' of this run' : '';
  const things = `${numberOf(undecided.length, noun)}${whose}`;
  return new ObserverError(`${things} could not be compared: ${(first.undecided as Undecided).why}.`, {
    permanent: true,
  });
}

/**
 * The checks without those of values that were truncated at a size limit, if the others decide alone that the evidence differs; else all.
 * @throws ObserverError if a check of a truncated value could decide.
 */
export function seenChecks(evidence: Evidence, checks: readonly Check[]): readonly Check[] {
  const { truncated = [] } = evidence;
  const isAbout = ({ path: at }: Check, path: string): boolean =>
    at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`);
  const hidden = truncated.find((path) => checks.some((check) => isAbout(check, path)));
  if (hidden === undefined) return checks;
  const seen = checks.filter((check) => !truncated.some((path) => isAbout(check, path)));
  if (compare(seen, evidence).holds === 'no') return seen;
  throw new ObserverError(
    `'${hidden}' was truncated at its size limit, so a check on it cannot be trusted. Check a header or the status, or ask for less.`,
    { permanent: true },
  );
}

/** Redelivery is the same thing again: the newest observation of each counts. */
function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(evidence.map((one) => [one.id, one])).values()];
}

function failedCount({ checks }: Candidate): number {
  return checks.filter((check) => !check.ok).length;
}

/** Origin of a thing: as the service dates it or, if none does, the moment of its observation. */
export function happenedAtMs({ happenedAtMs: atMs, takenAtMs }: Evidence): number {
  return atMs ?? takenAtMs;
}

/** The time from a thing's coming about to its being seen, if that is known. */
export function lagOf({ happenedAtMs: atMs, takenAtMs }: Evidence): { readonly lagMs?: number } {
  return atMs === undefined ? {} : { lagMs: Math.max(0, takenAtMs - atMs) };
}

/** The number of things that a check did not count, as the end of a sentence. */
export function notCounted(earlier = 0): string {
  return earlier === 0 ? '' : `; ${earlier} earlier, not counted`;
}
