import { writeDuration } from '../../core/base/duration.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import { type Noun, type StepInput, selectsBy } from '../../kinds/kind.ts';
import { meantBy } from '../words/key-words.ts';
import type { Report } from '../yaml/diagnostics.ts';
import {
  duration,
  entryOf,
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
import type { MapTree, Tree } from '../yaml/tree.ts';
import { checkPattern, checkSavePaths } from './pattern.ts';
import { checkInput } from './step-input.ts';
import { inputFrom, only, ownKeys, type StepContext } from './step-tree.ts';
import { readCorrelate, readCount, readSave } from './step-values.ts';

type CheckStep = Exclude<Step, ActStep>;
export type CheckMode = CheckStep['mode'];

/** Least time for which a count with an upper bound, or an absence, must stay so. In milliseconds. */
export const SETTLE_MS = 5_000;

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

const GONE_KEYS = { name: CHECK_KEYS.name, within: EXPECT_KEYS.within, for: EXPECT_KEYS.for } satisfies Shape;

/** The keys of each mode, next to those of the noun, and the one that is required. */
export const MODES = {
  expect: { keys: Object.keys(EXPECT_KEYS), needed: 'within' },
  never: { keys: Object.keys(NEVER_KEYS), needed: 'for' },
  gone: { keys: Object.keys(GONE_KEYS), needed: 'within' },
} as const satisfies Record<CheckMode, { readonly keys: readonly string[]; readonly needed: string }>;

/** The use of a noun in each mode, as the end of a message. */
const WHAT_FOR = { expect: 'expect', never: 'watch for', gone: 'see go' } as const;

/** True for the head of a check. */
export function isMode(key: string): key is CheckMode {
  return Object.hasOwn(MODES, key);
}

/** One check of a file; undefined if it is too faulty to go on with. */
export function compileCheck(one: MapTree, mode: CheckMode, context: StepContext): CheckStep | undefined {
  const { report } = context;
  const noun = nounOf(one, mode, context);
  if (noun === undefined) return undefined;
  const what = `'${mode}: ${noun.name}'`;
  const { keys } = MODES[mode];
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

function nounOf(one: MapTree, mode: CheckMode, { kinds, report }: StepContext): Noun | undefined {
  const word = entryOf(one, mode)?.value as Tree;
  const name = scalarOf(word);
  const nouns = Object.keys(kinds.nouns).filter(
    (noun) => mode !== 'gone' || kinds.nouns[noun]?.vanishes === true,
  );
  if (typeof name === 'string' && nouns.includes(name)) return kinds.nouns[name];
  if (typeof name === 'string' && Object.hasOwn(kinds.nouns, name))
    return refuse(word, report, {
      rule: 'noun',
      message: `'${name}' is not something that goes away: it happens, or is looked at anew each time`,
      hint: `write gone: ${nouns.join(' or gone: ')}, or never: ${name}`,
    });
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
    message: `${shown(name)} is not something to ${WHAT_FOR[mode]}`,
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
  readonly mode: CheckMode;
  readonly noun: Noun;
  /** The resource, for display. */
  readonly hop: string;
  readonly input: JsonMap;
  readonly read: Values<typeof EXPECT_KEYS>;
  readonly context: StepContext;
}

function checkStep({ one, mode, noun, hop, input, read, context }: CheckRead): CheckStep {
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
  if (mode === 'gone')
    return { ...base, mode, save: {}, withinMs: read.within ?? 0, forMs: read.for ?? SETTLE_MS };
  checkWarnAfter(one, read, context);
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

function checkWarnAfter(
  one: MapTree,
  read: Pick<CheckRead['read'], 'warnAfter' | 'within'>,
  { report }: StepContext,
): void {
  if (read.warnAfter !== undefined && read.within !== undefined && read.warnAfter >= read.within)
    report.error(entryOf(one, 'warnAfter')?.keyAt ?? one.at, {
      rule: 'window',
      message: `'warnAfter' comes no sooner than the end of 'within'`,
      hint: `write less than within: ${writeDuration(read.within)}`,
    });
}

/** The shape of a mode, without keys that were already suggested for a misspelt one. */
function without(
  shape: typeof EXPECT_KEYS,
  mode: CheckMode,
  suggested: readonly string[],
): typeof EXPECT_KEYS {
  const { needed } = MODES[mode];
  const entries = Object.entries(shape).map(([key, field]) => [
    key,
    { ...field, required: key === needed && !suggested.includes(key) },
  ]);
  return Object.fromEntries(entries) as typeof EXPECT_KEYS;
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
