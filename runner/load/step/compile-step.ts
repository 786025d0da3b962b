import { didYouMean } from '../../core/base/did-you-mean.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import type { Kinds, Noun, Verb } from '../../kinds/kind.ts';
import {
  duration,
  flag,
  json,
  readMap,
  reportUnknownKeys,
  type Shape,
  scalarOf,
  text,
} from '../yaml/reader.ts';
import type { Entry, MapTree } from '../yaml/tree.ts';
import { compileCheck, isMode, MODES } from './compile-check.ts';
import { reportNoHead } from './no-head.ts';
import { checkPattern, checkSavePaths } from './pattern.ts';
import { checkInput } from './step-input.ts';
import { inputFrom, only, ownKeys, type StepContext } from './step-tree.ts';
import { readRetry, readSave } from './step-values.ts';

/** Default time of an act, in milliseconds (scenario language, "Rules at the edges"). */
export const ACT_TIMEOUT_MS = 10_000;

const ACT_KEYS = {
  name: { read: text() },
  response: { read: json },
  save: { read: readSave },
  timeout: { read: duration() },
  retry: { read: readRetry },
  correlate: { read: flag },
} satisfies Shape;

/** Keys that a step has next to its verb, its noun or its part. */
const COMMON_KEYS = [
  ...new Set([...Object.keys(ACT_KEYS), ...Object.values(MODES).flatMap(({ keys }) => keys), 'with']),
];

/** One step of a file; undefined if it is too faulty to go on with. Every fault was reported. */
export function compileStep(one: MapTree, context: StepContext): Step | undefined {
  const { kinds, report } = context;
  const verbs = one.entries.filter(({ key }) => Object.hasOwn(kinds.verbs, key));
  const heads = one.entries.filter(({ key }) => isMode(key));
  const [head = verbs[0], second] = heads;
  const known = [...COMMON_KEYS, ...verbs.flatMap(({ key }) => ownKeys(kinds.verbs[key] as Verb))];
  const misspelt =
    heads.length === 0 &&
    one.entries.some(
      ({ key }) => !known.includes(key) && isMode(didYouMean(key, [...known, ...Object.keys(MODES)]) ?? ''),
    );
  if (head === undefined || misspelt) return reportNoHead(one, context, COMMON_KEYS);
  const surplus = second ?? surplusOf(head, verbs, kinds);
  if (surplus !== undefined) {
    const message = `'${surplus.key}' and '${head.key}' stand in one step: a step does or expects one thing`;
    report.error(surplus.keyAt, { rule: 'head', message, hint: 'make it a step of its own' });
    return undefined;
  }
  return isMode(head.key) ? compileCheck(one, head.key, context) : compileAct(one, head.key, context);
}

/** A second verb, or one next to a check that has no key of that name. */
function surplusOf(head: Entry, verbs: readonly Entry[], { nouns }: Kinds): Entry | undefined {
  if (Object.hasOwn(nouns, String(scalarOf(head.value)))) {
    const own = ownKeys(nouns[String(scalarOf(head.value))] as Noun);
    return verbs.find(({ key }) => key !== head.key && !own.includes(key));
  }
  return verbs.includes(head) ? verbs.find((verb) => verb !== head) : undefined;
}

function compileAct(one: MapTree, word: string, context: StepContext): ActStep | undefined {
  const { report, kinds, id, position } = context;
  const verb = kinds.verbs[word] as Verb;
  const own = ownKeys(verb).filter((key) => key !== verb.primaryInput);
  const known = reportUnknownKeys(one, [word, ...own, ...Object.keys(ACT_KEYS)], report, `'${word}'`);
  const common = readMap(only(one, Object.keys(ACT_KEYS)), ACT_KEYS, report, `'${word}'`) ?? {};
  const keyOf = (property: string): string => (property === verb.primaryInput ? word : property);
  const input = inputFrom(one, verb, keyOf);
  const correlate = common.correlate ?? true;
  const repeats = common.retry !== undefined;
  checkInput({ step: one, kind: verb, input, keyOf, correlate, repeats, known }, report);
  checkPattern(one, 'response', verb, report);
  checkSavePaths(one, 'response', verb, report);
  const name =
    common.name ??
    (typeof input[verb.primaryInput] === 'string' ? `${word} ${String(input[verb.primaryInput])}` : word);
  return {
    mode: 'act',
    id,
    name,
    kind: word,
    input,
    ...(common.save ?? { save: {} }),
    timeoutMs: common.timeout ?? ACT_TIMEOUT_MS,
    correlate,
    at: position,
    ...omitUndefined({ response: common.response, retry: common.retry }),
  };
}
