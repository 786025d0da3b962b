import { didYouMean } from '../../core/base/did-you-mean.ts';
import { writeDuration } from '../../core/base/duration.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { ActStep, ExpectStep, NeverStep, SourcePosition, Step } from '../../core/model/canary.ts';
import { type Kinds, type Noun, type StepInput, selectsBy, type Verb } from '../../kinds/kind.ts';
import { meantBy } from '../words/key-words.ts';
import type { Report } from '../yaml/diagnostics.ts';
import {
  duration,
  entryOf,
  flag,
  json,
  readMap,
  refuse,
  reportUnknownKeys,
  type Shape,
  scalarOf,
  shown,
  text,
  type Values,
} from '../yaml/reader.ts';
import { type Entry, jsonOf, type MapTree, type Tree } from '../yaml/tree.ts';
import { reportNoHead } from './no-head.ts';
import { checkPattern, checkSavePaths } from './pattern.ts';
import { checkInput } from './step-input.ts';
import { readCorrelate, readCount, readRetry, readSave } from './step-values.ts';

const MODE_KEYS = ['expect', 'never'];

/** Default time of an act, in milliseconds (scenario language, "Rules at the edges"). */
export const ACT_TIMEOUT_MS = 10_000;
/** A count with an upper bound waits this long for one more. */
export const SETTLE_MS = 5_000;

/** Context of a step, apart from its tree. */
export interface StepContext {
  readonly report: Report;
  readonly kinds: Kinds;
  readonly id: string;
  readonly position: SourcePosition;
}

const ACT_KEYS = {
  name: { read: text() },
  response: { read: json },
  save: { read: readSave },
  timeout: { read: duration() },
  retry: { read: readRetry },
  correlate: { read: flag },
} satisfies Shape;

const CHECK_KEYS = {
  name: { read: text() },
  has: { read: json },
  where: { read: json },
  correlate: { read: readCorrelate },
} satisfies Shape;

const EXPECT_KEYS = {
  ...CHECK_KEYS,
  within: { read: duration(), required: true },
  for: { read: duration() },
  count: { read: readCount },
  save: { read: readSave },
  warnAfter: { read: duration() },
} satisfies Shape;

const NEVER_KEYS = { ...CHECK_KEYS, for: { read: duration(), required: true } } satisfies Shape;

/** Keys that a step has next to its verb, its noun or its part. */
const COMMON_KEYS = [...Object.keys({ ...ACT_KEYS, ...EXPECT_KEYS, ...NEVER_KEYS }), 'with'];

/** One step of a file; undefined if it is too faulty to go on with. Every fault was reported. */
export function compileStep(one: MapTree, context: StepContext): Step | undefined {
  const { kinds, report } = context;
  const verbs = one.entries.filter(({ key }) => Object.hasOwn(kinds.verbs, key));
  const heads = one.entries.filter(({ key }) => key === 'expect' || key === 'never');
  const [head = verbs[0], second] = heads;
  const misspelt =
    heads.length === 0 &&
    one.entries.some(({ key }) => !COMMON_KEYS.includes(key) && didYouMean(key, MODE_KEYS) !== undefined);
  if (head === undefined || misspelt) return reportNoHead(one, context, COMMON_KEYS);
  const surplus = second ?? surplusOf(head, verbs, kinds);
  if (surplus !== undefined) {
    const message = `'${surplus.key}' and '${head.key}' stand in one step: a step does or expects one thing`;
    report.error(surplus.keyAt, { rule: 'head', message, hint: 'make it a step of its own' });
    return undefined;
  }
  return heads.length === 0
    ? compileAct(one, head.key, context)
    : compileCheck(one, head.key as 'expect' | 'never', context);
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
  checkInput({ step: one, kind: verb, input, keyOf, correlate, known }, report);
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

function compileCheck(
  one: MapTree,
  mode: 'expect' | 'never',
  context: StepContext,
): ExpectStep | NeverStep | undefined {
  const { report } = context;
  const noun = nounOf(one, mode, context);
  if (noun === undefined) return undefined;
  const what = `'${mode}: ${noun.name}'`;
  const keys = Object.keys(mode === 'expect' ? EXPECT_KEYS : NEVER_KEYS);
  const known = reportUnknownKeys(one, [mode, ...ownKeys(noun), ...keys], report, what);
  const suggested = [...known].filter((key) => entryOf(one, key) === undefined);
  const read = readMap(only(one, keys), without(EXPECT_KEYS, mode, suggested), report, what) ?? {};
  const input = inputFrom(one, noun, (property) => property);
  const correlate = read.correlate ?? true;
  const sound = checkInput(
    { step: one, kind: noun, input, keyOf: (property) => property, correlate, known },
    report,
  );
  for (const key of ['has', 'where']) checkPattern(one, key, noun, report);
  checkSavePaths(one, noun.name, noun, report);
  checkCorrelate(one, noun, input, report);
  return checkStep({
    one,
    mode,
    noun,
    hop: sound ? noun.hop(input as StepInput) : noun.name,
    input,
    read,
    context,
  });
}

function nounOf(one: MapTree, mode: 'expect' | 'never', { kinds, report }: StepContext): Noun | undefined {
  const word = entryOf(one, mode)?.value as Tree;
  const name = scalarOf(word);
  if (typeof name === 'string' && Object.hasOwn(kinds.nouns, name)) return kinds.nouns[name];
  const nouns = Object.keys(kinds.nouns);
  const meant = nounIn(word, nouns);
  const acts = Object.keys(kinds.verbs).some((verb) => entryOf(one, verb) !== undefined);
  const answer = typeof name === 'number' ? `response: { status: ${name} }` : 'response: in its place';
  const hint =
    meant !== undefined
      ? `did you mean '${meant}'?`
      : acts && typeof name !== 'string'
        ? `write ${answer}: an act compares its answer`
        : `write ${nouns.join(', ')}`;
  return refuse(word, report, {
    rule: 'noun',
    message: `${shown(name)} is not something to ${mode === 'never' ? 'watch for' : 'expect'}`,
    hint,
  });
}

/** The noun that a value stands for: `no message`, `[item]`, `dynamo-item`. */
function nounIn(word: Tree, nouns: readonly string[]): string | undefined {
  const [single] = word.sort === 'list' ? word.elements : [word];
  const name = String(single === undefined ? '' : scalarOf(single));
  if (nouns.includes(name)) return name;
  return meantBy(name, nouns) ?? nouns.find((noun) => name.toLowerCase().includes(noun));
}

interface CheckRead {
  readonly one: MapTree;
  readonly mode: 'expect' | 'never';
  readonly noun: Noun;
  /** The resource, for display. */
  readonly hop: string;
  readonly input: JsonMap;
  readonly read: Values<typeof EXPECT_KEYS>;
  readonly context: StepContext;
}

function checkStep({ one, mode, noun, hop, input, read, context }: CheckRead): ExpectStep | NeverStep {
  const { id, position } = context;
  const base = {
    id,
    name: read.name ?? `${mode} ${hop}`,
    kind: noun.name,
    input,
    correlate: read.correlate ?? true,
    at: position,
    ...omitUndefined({ has: read.has, where: read.where }),
  };
  if (mode === 'never') return { ...base, mode, save: {}, forMs: read.for ?? 0 };
  if (read.warnAfter !== undefined && read.within !== undefined && read.warnAfter >= read.within)
    context.report.error(entryOf(one, 'warnAfter')?.keyAt ?? one.at, {
      rule: 'window',
      message: `'warnAfter' comes no sooner than the end of 'within'`,
      hint: `write less than within: ${writeDuration(read.within)}`,
    });
  const settles = read.count?.atMost === undefined ? 0 : SETTLE_MS;
  return {
    ...base,
    mode,
    ...(read.save ?? { save: {} }),
    withinMs: read.within ?? 0,
    forMs: read.for ?? settles,
    ...omitUndefined({ count: read.count, warnAfterMs: read.warnAfter }),
  };
}

/** The shape of a mode, without keys that were already suggested for a misspelt one. */
function without(
  shape: typeof EXPECT_KEYS,
  mode: 'expect' | 'never',
  suggested: readonly string[],
): typeof EXPECT_KEYS {
  const needed = mode === 'expect' ? 'within' : 'for';
  const entries = Object.entries(shape).map(([key, field]) => [
    key,
    { ...field, required: key === needed && !suggested.includes(key) },
  ]);
  return Object.fromEntries(entries) as typeof EXPECT_KEYS;
}

function ownKeys(kind: Verb | Noun): readonly string[] {
  return Object.keys(kind.input.properties);
}

function inputFrom(one: MapTree, kind: Verb | Noun, keyOf: (property: string) => string): JsonMap {
  const entries = ownKeys(kind).flatMap((property) => {
    const entry = entryOf(one, keyOf(property));
    return entry === undefined ? [] : [[property, jsonOf(entry.value)] as const];
  });
  return Object.fromEntries(entries);
}

/** The map with only some of its keys, at the position of the whole. */
function only(one: MapTree, keys: readonly string[]): MapTree {
  return { ...one, entries: one.entries.filter(({ key }) => keys.includes(key)) };
}

/** A thing named by its address cannot be selected by a value too; and a check without any selector is doubtful. */
function checkCorrelate(one: MapTree, noun: Noun, input: JsonMap, report: Report): void {
  const selects = selectsBy(noun, input);
  const entry = entryOf(one, 'correlate');
  const value = entry === undefined ? undefined : scalarOf(entry.value);
  if (entry !== undefined && selects === 'id' && value === false) {
    report.warning(entry.keyAt, {
      rule: 'correlate',
      message: 'this looks at the traffic of others too',
      hint: "correlate by a value of your own, or leave 'correlate' out",
    });
  }
  if (entry !== undefined && selects === 'address' && typeof value === 'string') {
    const message = `'correlate' selects nothing here: the ${noun.name} is named by its address`;
    report.error(entry.keyAt, { rule: 'correlate', message, hint: 'leave it out' });
  }
}
