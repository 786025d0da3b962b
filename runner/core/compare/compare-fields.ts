import { truncateText } from '../base/format.ts';
import type { Json } from '../base/json.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { typeWord } from '../matching/operators.ts';
import type { Check, RunResult, StepResult } from '../model/run-result.ts';
import type { FieldDifference } from './comparison.ts';
import { type Difference, differencesOf, pathOf, valueAt } from './differing-fields.ts';
import { excerptsOf } from './excerpts.ts';
import { OwnValues } from './own-values.ts';
import { comparedStep, type StepPair } from './step-pairs.ts';
import { formOf, isTime } from './variation.ts';

const LONGEST_PATH = 200; // characters

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

/** Values of steps that differ, in the order of the steps. Terms such as `count` are left out for hops that are listed anyway. */
export function compareFields(
  pairs: readonly StepPair[],
  { run, pass }: { readonly run: RunResult; readonly pass: RunResult },
  listedHops: ReadonlySet<string>,
): readonly FieldDifference[] {
  const own = new OwnValues(pairs);
  const runs = { nowMs: run.startedAtMs, beforeMs: pass.startedAtMs };
  return pairs.flatMap((pair) => {
    const { now, before } = pair;
    if (now === undefined || before === undefined) return [];
    const isListed = listedHops.has(now.stepId);
    const failed = now.checks.filter(({ ok, path }) => !ok && !(isListed && path === ''));
    const checked = new Set(now.checks.filter(({ ok }) => !ok).map(({ path }) => path));
    const found = differing(pair).filter(
      (one) => !checked.has(pathOf(one.keys)) && !isUsual(one, pair, { own, ...runs }),
    );
    const step = comparedStep(pair);
    return [
      ...failed.map((check) => ({ ...step, ...failedCheck(check, before) })),
      ...found.map(({ keys, ...values }) => ({ ...step, ...entry(pathOf(keys), values) })),
    ];
  });
}

function failedCheck(check: Check, before: StepResult): Omit<FieldDifference, 'stepId' | 'step' | 'hop'> {
  const { path, operator, actual, missing } = check;
  const old = before.checks.find((one) => one.path === path && one.operator === operator);
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

/** Differences in what was seen first, without parts that one of the results does not hold. */
function differing({ now, before }: StepPair): readonly Difference[] {
  const [seen, wasSeen] = [now?.evidence[0], before?.evidence[0]];
  if (seen === undefined || wasSeen === undefined) return [];
  const unread = [...(seen.truncated ?? []), ...(wasSeen.truncated ?? [])];
  return [...differencesOf(wasSeen.data, seen.data)].filter(({ keys }) => {
    const path = pathOf(keys);
    return !unread.some((one) => isWithin(path, one) || isWithin(one, path));
  });
}

function isWithin(path: string, outer: string): boolean {
  return outer === '' || path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

interface Variation {
  readonly own: OwnValues;
  readonly nowMs: number;
  readonly beforeMs: number;
}

/** True for a difference between runs of a system that works. */
function isUsual(
  { keys, before, now }: Difference,
  pair: StepPair,
  { own, nowMs, beforeMs }: Variation,
): boolean {
  if (keys[0] === 'headers' && VARYING_HEADERS.has(String(keys[1]).toLowerCase())) return true;
  const others = pair.others.flatMap(({ evidence: [first] }) =>
    first === undefined || first.truncated !== undefined ? [] : [valueAt(first.data, keys)],
  );
  const passes = [before, ...others].map((value) => JSON.stringify(value));
  if (passes.includes(JSON.stringify(now))) return true;
  const varies = new Set(passes).size > 1;
  if (varies) return [before, ...others].some((value) => typeOf(value) === typeOf(now));
  if (typeOf(before) !== typeOf(now)) return false;
  const [old, value] = [before as Json, now as Json]; // both are there: nothing else has the type of a missing value
  const isOwn = isAccepted(pair, pathOf(keys)) || own.has(old, value);
  if (isOwn || (isTime(old, beforeMs) && isTime(value, nowMs))) return true;
  return passes.length < 2 && isAlike(old, value, own);
}

/** True if the canary has a check on the value, and accepts it in both runs. */
function isAccepted({ now, before }: StepPair, path: string): boolean {
  return [now, before].every((step) => {
    const checks = (step as StepResult).checks.filter((check) => check.path === path);
    return checks.length > 0 && checks.every(({ ok }) => ok);
  });
}

function isAlike(before: Json, now: Json, own: OwnValues): boolean {
  if (typeof before !== 'string' || typeof now !== 'string') return formOf(before) === formOf(now);
  const texts = own.unnamed(before, now);
  return formOf(texts.before) === formOf(texts.now);
}

function typeOf(value: Json | undefined): string {
  return value === undefined ? 'missing' : typeWord(value);
}
