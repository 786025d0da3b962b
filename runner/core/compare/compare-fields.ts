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
import { formOf, isTime } from './variation.ts';

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
    const failed = now.checks.filter(({ ok, path }) => !ok && !(isListed && path === ''));
    const oldChecks = checksByName(before.checks);
    const { found, isCut } = unusual({ now, before, others }, { own, ...runs });
    const step = comparedStep(pair);
    return {
      fields: [
        ...failed.map((check) => ({ ...step, ...failedCheck(check, oldChecks.get(checkName(check))) })),
        ...found.map(({ keys, ...values }) => ({ ...step, ...entry(pathOf(keys), values) })),
      ],
      cut: isCut ? [step.step] : [],
    };
  });
  return { fields: compared.flatMap(({ fields }) => fields), cut: compared.flatMap(({ cut }) => cut) };
}

function failedCheck(check: Check, old: Check | undefined): Omit<FieldDifference, 'stepId' | 'step' | 'hop'> {
  const { path, operator, actual, missing } = check;
  const values = {
    before: old?.missing === true ? undefined : old?.actual,
    now: missing === true ? undefined : actual,
  };
  return { ...entry(path, values), operator };
}

function entry(
  path: string,
  values: Pick<Difference, 'before' | 'now'>,
): { readonly path: string; before?: Json; now?: Json } {
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

/** Differences that a system that works has not, in what was seen first, without parts that one of the results does not hold. */
function unusual(
  pair: WholePair,
  variation: Variation,
): { readonly found: readonly Difference[]; readonly isCut: boolean } {
  const [seen, wasSeen] = [pair.now.evidence[0], pair.before.evidence[0]];
  const found: Difference[] = [];
  if (seen === undefined || wasSeen === undefined) return { found, isCut: false };
  const unread = [...(seen.truncated ?? []), ...(wasSeen.truncated ?? [])];
  const [{ failed, held }, { held: heldBefore }] = [
    pathsByVerdict(pair.now.checks),
    pathsByVerdict(pair.before.checks),
  ];
  let examined = 0;
  for (const one of differencesOf(wasSeen.data, seen.data)) {
    if (examined === MOST_EXAMINED || found.length === MOST_FOUND) return { found, isCut: true };
    examined += 1;
    const path = pathOf(one.keys);
    if (failed.has(path)) continue;
    if (unread.some((part) => isWithin(path, part) || isWithin(part, path))) continue;
    const isAccepted = held.has(path) && heldBefore.has(path);
    if (!isUsual(one, pair.others, { ...variation, isAccepted })) found.push(one);
  }
  return { found, isCut: false };
}

/** Paths on which a check failed, and those on which every check holds. */
function pathsByVerdict(checks: readonly Check[]): {
  readonly failed: ReadonlySet<string>;
  readonly held: ReadonlySet<string>;
} {
  const failed = new Set(checks.filter(({ ok }) => !ok).map(({ path }) => path));
  return { failed, held: new Set(checks.map(({ path }) => path).filter((path) => !failed.has(path))) };
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
  if (isTime(old, beforeMs) && isTime(value, nowMs)) return true;
  return passes.length < 2 && isAlike(old, value, own);
}

function isAlike(before: Json, now: Json, own: OwnValues): boolean {
  if (typeof before !== 'string' || typeof now !== 'string') return formOf(before) === formOf(now);
  const texts = own.unnamed(before, now);
  return formOf(texts.before) === formOf(texts.now);
}

function typeOf(value: Json | undefined): string {
  return value === undefined ? 'missing' : typeWord(value);
}
