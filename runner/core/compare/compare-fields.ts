import { truncateText } from '../base/format.ts';
import type { Json } from '../base/json.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { isWithin } from '../matching/check-path.ts';
import { typeWord } from '../matching/operators.ts';
import type { Check, RunResult, StepResult } from '../model/run-result.ts';
import { checkName, checksByName } from './checks-by-name.ts';
import type { FieldDifference } from './comparison.ts';
import { type Difference, differencesOf, pathOf, valueAt } from './differing-fields.ts';
import { excerptsOf } from './excerpts.ts';
import { OwnValues } from './own-values.ts';
import { comparedStep, type StepPair } from './step-pairs.ts';
import { formOf, isDay, isTime } from './variation.ts';

const LONGEST_PATH = 200; // characters

/** Differences of a step that are examined, and those that are found: a step with more is not compared in full. */
const MOST_EXAMINED = 5_000;
const MOST_FOUND = 200;

/** Headers of caches, proxies and transport: they differ from answer to answer, in no form that shows it. */
const VARYING_HEADERS: ReadonlySet<string> = new Set([
  'age',
  'cf-ray',
  'content-length',
  'etag',
  'set-cookie',
  'via',
  'x-amz-apigw-id',
  'x-amz-cf-id',
  'x-amz-cf-pop',
  'x-amz-id-2',
]);

export interface ComparedFields {
  /** In the order of the steps. */
  readonly fields: readonly FieldDifference[];
  /** Names of steps with more differences than are examined. */
  readonly cut: readonly string[];
}

/** Values of steps that differ. Terms such as `count` are left out for hops that are listed anyway. */
export function compareFields(
  pairs: readonly StepPair[],
  { run, pass }: { readonly run: RunResult; readonly pass: RunResult },
  listedHops: ReadonlySet<string>,
): ComparedFields {
  const own = new OwnValues(pairs);
  const runs = { nowMs: run.startedAtMs, beforeMs: pass.startedAtMs };
  const compared = pairs.map((pair): ComparedFields => {
    const { now, before, others } = pair;
    if (now === undefined || before === undefined) return { fields: [], cut: [] };
    const isListed = listedHops.has(now.stepId);
    const oldChecks = checksByName(before.checks);
    const failed = now.checks.flatMap((check) => {
      if (check.ok || (isListed && check.path === '')) return [];
      const values = valuesOf(check, oldChecks.get(checkName(check)));
      return values === undefined ? [] : { ...check, values };
    });
    const { found, isCut } = unusual(
      { now, before, others },
      { own, ...runs, listed: new Set(failed.map(({ path }) => path)) },
    );
    const step = comparedStep(pair);
    return {
      fields: [
        ...failed.map(({ path, operator, values }) => ({ ...step, ...entry(path, values), operator })),
        ...found.map(({ keys, ...values }) => ({ ...step, ...entry(pathOf(keys), values) })),
      ],
      cut: isCut ? [step.step] : [],
    };
  });
  return { fields: compared.flatMap(({ fields }) => fields), cut: compared.flatMap(({ cut }) => cut) };
}

type Values = Pick<Difference, 'before' | 'now'>;

/** The values of a check in both runs. Undefined if they are the same, or the pass has no such check: then the expectation differs. */
function valuesOf({ actual, missing }: Check, old: Check | undefined): Values | undefined {
  if (old === undefined) return undefined;
  const before = old.missing === true ? undefined : old.actual;
  const now = missing === true ? undefined : actual;
  return JSON.stringify(before) === JSON.stringify(now) ? undefined : { before, now };
}

function entry(path: string, values: Values): { readonly path: string; before?: Json; now?: Json } {
  return { path: truncateText(path, LONGEST_PATH), ...omitUndefined(excerptsOf(values.before, values.now)) };
}

/** A step that both runs have. */
interface WholePair extends StepPair {
  readonly now: StepResult;
  readonly before: StepResult;
}

interface Variation {
  readonly own: OwnValues;
  readonly nowMs: number;
  readonly beforeMs: number;
}

interface Fields extends Variation {
  /** Paths that are listed for their checks. */
  readonly listed: ReadonlySet<string>;
}

/** Differences that a system that works has not, in what was seen first, without parts that one of the results does not hold. */
function unusual(
  pair: WholePair,
  { listed, ...variation }: Fields,
): { readonly found: readonly Difference[]; readonly isCut: boolean } {
  const [seen, wasSeen] = [pair.now.evidence[0], pair.before.evidence[0]];
  const found: Difference[] = [];
  if (seen === undefined || wasSeen === undefined) return { found, isCut: false };
  const unread = [...(seen.truncated ?? []), ...(wasSeen.truncated ?? [])];
  const [held, heldBefore] = [heldPaths(pair.now.checks), heldPaths(pair.before.checks)];
  let examined = 0;
  for (const one of differencesOf(wasSeen.data, seen.data)) {
    if (examined === MOST_EXAMINED || found.length === MOST_FOUND) return { found, isCut: true };
    examined += 1;
    const path = pathOf(one.keys);
    if (listed.has(path)) continue;
    if (unread.some((part) => isWithin(path, part) || isWithin(part, path))) continue;
    const isAccepted = held.has(path) && heldBefore.has(path);
    if (!isUsual(one, pair.others, { ...variation, isAccepted })) found.push(one);
  }
  return { found, isCut: false };
}

/** Paths on which there are checks, and each holds. */
function heldPaths(checks: readonly Check[]): ReadonlySet<string> {
  const failed = new Set(checks.flatMap(({ ok, path }) => (ok ? [] : path)));
  return new Set(checks.map(({ path }) => path).filter((path) => !failed.has(path)));
}

/** True for a difference between runs of a system that works. */
function isUsual(
  { keys, before, now }: Difference,
  steps: readonly StepResult[],
  { own, nowMs, beforeMs, isAccepted }: Variation & { readonly isAccepted: boolean },
): boolean {
  if (keys[0] === 'headers' && VARYING_HEADERS.has(String(keys[1]).toLowerCase())) return true;
  const others = steps.flatMap(({ evidence: [first] }) =>
    first === undefined || first.truncated !== undefined ? [] : [valueAt(first.data, keys)],
  );
  const passes = [before, ...others].map((value) => JSON.stringify(value));
  if (passes.includes(JSON.stringify(now))) return true;
  const varies = new Set(passes).size > 1;
  if (varies) return [before, ...others].some((value) => typeOf(value) === typeOf(now));
  if (typeOf(before) !== typeOf(now)) return false;
  const [old, value] = [before as Json, now as Json]; // both are there: nothing else has the type of a missing value
  if (isAccepted || own.has(old, value)) return true;
  const areTimes = isTime(old, beforeMs) && isTime(value, nowMs);
  if (passes.length > 1) return areTimes && isDay(old) && isDay(value);
  return areTimes || isAlike(old, value, own);
}

function isAlike(before: Json, now: Json, own: OwnValues): boolean {
  if (typeof before !== 'string' || typeof now !== 'string') return formOf(before) === formOf(now);
  const texts = own.unnamed(before, now);
  return formOf(texts.before) === formOf(texts.now);
}

function typeOf(value: Json | undefined): string {
  return value === undefined ? 'missing' : typeWord(value);
}
