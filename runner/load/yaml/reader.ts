import { didYouMean } from '../../core/base/did-you-mean.ts';
import { parseDuration, writeDuration } from '../../core/base/duration.ts';
import type { Json } from '../../core/base/json.ts';
import { isTemplate } from '../../core/expression/template.ts';
import { durationIn } from '../words/durations.ts';
import { exampleOf, toAdd } from '../words/examples.ts';
import { bareWord, meantBy } from '../words/key-words.ts';
import { remedyFor } from '../words/remedies.ts';
import type { Issue, Report, Span } from './diagnostics.ts';
import { type Entry, jsonOf, type MapTree, type Tree, writtenAt } from './tree.ts';
import { notList, notMap, typeFault } from './type-faults.ts';

/** Reads one value, or reports why it cannot and gives undefined. */
export type Reader<T> = (tree: Tree, report: Report, key: string) => T | undefined;

/** The keys of a map, as data: which there are, which must be there, and how each is read. */
export type Shape = Readonly<Record<string, { readonly read: Reader<unknown>; readonly required?: boolean }>>;

/** Values of a map of that shape; faulty ones are left out. */
export type Values<S extends Shape> = {
  readonly [K in keyof S]?: S[K]['read'] extends Reader<infer T> ? T : never;
};

/** Reads a map by its shape: closed, every unknown key with the word that was meant, every missing one named. */
export function readMap<S extends Shape>(
  tree: Tree,
  shape: S,
  report: Report,
  what: string,
): Values<S> | undefined {
  if (tree.sort !== 'map')
    return refuse(tree, report, notMap(what, tree, `its keys are ${Object.keys(shape).join(', ')}`));
  const suggested = reportUnknownKeys(tree, Object.keys(shape), report, what);
  const values: Record<string, unknown> = {};
  for (const { key, value } of tree.entries) {
    const read = Object.hasOwn(shape, key) ? shape[key]?.read(value, report, key) : undefined;
    if (read !== undefined) values[key] = read;
  }
  for (const [key, { required = false }] of Object.entries(shape)) {
    if (required && !suggested.has(key)) reportMissing(tree, key, report, what);
  }
  return values as Values<S>;
}

/** Reports the keys that are not among the legal ones; gives the words that were suggested, and those that are there. */
export function reportUnknownKeys(
  tree: MapTree,
  legal: readonly string[],
  report: Report,
  what: string,
): ReadonlySet<string> {
  const there = tree.entries.map(({ key }) => key);
  const known = new Set(there.filter((key) => legal.includes(key)));
  const replaced = new Set<string>();
  for (const entry of tree.entries) {
    const { key, keyAt } = entry;
    if (legal.includes(key) || replaced.has(bareWord(key))) continue;
    const parent = emptyBefore(entry, tree, legal);
    if (parent !== undefined) {
      reportOutdented(entry, parent, report);
      break; // the keys after it belong there too
    }
    const { meant, hint, replaces } = meaningOf(entry, tree, legal);
    report.error(keyAt, { rule: 'key', message: `'${key}' is not a key of ${what}`, hint });
    for (const word of meant) known.add(word);
    for (const word of replaces) replaced.add(word);
  }
  return known;
}

/** The legal key without a value that stands before an unknown key: what belongs to it stands one level out. */
function emptyBefore(entry: Entry, { entries }: MapTree, legal: readonly string[]): Entry | undefined {
  const before = entries.slice(0, entries.indexOf(entry)).findLast(({ key }) => legal.includes(key));
  return before?.value.sort === 'scalar' && before.value.isEmpty === true ? before : undefined;
}

/** Reports a key that stands next to the key that it belongs to, in place of the empty value of that one. */
export function reportOutdented({ key, keyAt }: Entry, parent: Entry, report: Report): void {
  report.withdrawEmpty(parent.keyAt);
  const { column } = report.positionOf(parent.keyAt.start);
  report.error(keyAt, {
    rule: 'indent',
    message: `'${key}' stands next to '${parent.key}', and not in it`,
    hint: `begin it in column ${column + 2}, if it belongs to ${parent.key}:`,
  });
}

/** The legal words that an unknown key stands for, the remedy, and the keys next to it that are replaced too. */
function meaningOf({ key }: Entry, tree: MapTree, legal: readonly string[]) {
  const free = legal.filter((word) => entryOf(tree, word) === undefined);
  const remedy = remedyFor(key, legal, (bare) => writtenAt(tree, bare));
  if (remedy !== undefined) {
    const meant = legal.filter((word) => new RegExp(`\\b${word}: `).test(`${remedy.hint} `));
    return { ...remedy, meant };
  }
  const meant = meantBy(key, free) ?? meantBy(key, legal);
  if (meant === undefined && legal.includes('has')) {
    const hint = `write ${key}: below has:, if it is a field of what is checked; ${hintFor(meant, legal)}`;
    return { hint, replaces: [], meant: [] };
  }
  if (meant === undefined && legal.includes('use'))
    return { hint: `write ${key}: below with:, if the part has such an input`, replaces: [], meant: [] };
  return { hint: hintFor(meant, legal), replaces: [], meant: meant === undefined ? [] : [meant] };
}

/** The entry of a key, if it is there. */
export function entryOf(tree: Tree, key: string): Entry | undefined {
  return tree.sort === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

function reportMissing(tree: MapTree, key: string, report: Report, what: string): void {
  if (tree.entries.some((entry) => entry.key === key)) return;
  report.error(headOf(tree), { rule: 'missing', message: `${what} needs '${key}'`, hint: toAdd(key) });
}

/** Position of a fault of a whole map: its first key. */
export function headOf(tree: MapTree): Span {
  return tree.entries[0]?.keyAt ?? tree.at;
}

function hintFor(meant: string | undefined, legal: readonly string[]): string {
  return meant === undefined ? `its keys are ${legal.join(', ')}` : `did you mean '${meant}'?`;
}

/** Text without `${…}`, for values that must be known before any run. */
export function text(check: (value: string) => Issue | undefined = () => undefined): Reader<string> {
  return (tree, report, key) => {
    const value = scalarOf(tree);
    if (typeof value !== 'string' || value === '') return refuse(tree, report, typeFault(key, 'text', tree));
    if (isTemplate(value)) return refuse(tree, report, placeFault(key));
    const fault = check(value);
    return fault === undefined ? value : refuse(tree, report, fault);
  };
}

/** Text with or without `${…}`. */
export const template: Reader<string> = (tree, report, key) => {
  const value = scalarOf(tree);
  return typeof value === 'string' && value !== ''
    ? value
    : refuse(tree, report, typeFault(key, 'text', tree));
};

/** A duration, in milliseconds. */
export function duration(least = 0, most = Number.POSITIVE_INFINITY): Reader<number> {
  return (tree, report, key) => {
    const value = scalarOf(tree);
    if (typeof value === 'string' && isTemplate(value))
      return refuse(tree, report, placeFault(key, `, such as ${exampleOf(key) || `${key}: 30s`}`));
    if (typeof value === 'number') {
      const message = `'${key}: ${value}' has no unit`;
      return refuse(tree, report, {
        rule: 'duration',
        message,
        hint: `write ${value}s for seconds, or ${value}m for minutes`,
      });
    }
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms === undefined) return refuse(tree, report, durationFault(key, value));
    if (ms >= least && ms <= most) return ms;
    const message = `'${key}: ${String(value)}' is too ${ms < least ? 'short' : 'long'}`;
    return refuse(tree, report, {
      rule: 'duration',
      message,
      hint: ms < least ? `write at least ${least / 1000}s` : `write at most ${writeDuration(most)}`,
    });
  };
}

export function oneOf<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  return (tree, report, key) => {
    const value = scalarOf(tree);
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    const meant = didYouMean(String(value), words);
    const hint = meant === undefined ? `write ${words.join(' or ')}` : `did you mean '${meant}'?`;
    return refuse(tree, report, { rule: 'word', message: `'${key}' cannot be ${shown(value)}`, hint });
  };
}

export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (tree, report, key) => {
    const value = scalarOf(tree);
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    const hint =
      most === Number.MAX_SAFE_INTEGER
        ? `write a whole number, ${least} or more`
        : `write a whole number from ${least} to ${most}`;
    return refuse(tree, report, { rule: 'number', message: `'${key}' cannot be ${shown(value)}`, hint });
  };
}

export const flag: Reader<boolean> = (tree, report, key) => {
  const value = scalarOf(tree);
  return typeof value === 'boolean' ? value : refuse(tree, report, typeFault(key, 'true or false', tree));
};

/** A list, each element by the same reader; `of` says whether its elements are texts or maps. */
export function listOf<T>(read: Reader<T>, of: 'texts' | 'maps' = 'texts'): Reader<readonly T[]> {
  return (tree, report, key) => {
    if (tree.sort !== 'list') {
      for (const { keyAt } of tree.sort === 'map' ? tree.entries : []) report.withdrawEmpty(keyAt);
      return refuse(tree, report, notList(key, tree, of));
    }
    return tree.elements.flatMap((element) => read(element, report, key) ?? []);
  };
}

/** The tree itself, for a later reader. */
export const tree: Reader<Tree> = (one) => one;

export const json: Reader<Json> = (one) => jsonOf(one);

/** The value of a scalar; undefined for a list or a map. */
export function scalarOf(one: Tree): null | boolean | number | string | undefined {
  return one.sort === 'scalar' ? one.value : undefined;
}

/** Reports a fault at a value, and gives nothing. */
export function refuse(one: Tree, report: Report, fault: Issue): undefined {
  report.error(one.at, fault);
  return undefined;
}

function placeFault(key: string, example = ''): Issue {
  return {
    rule: 'template',
    message: `'${key}' is settled before any run, so it takes no \${…}`,
    hint: `write the value itself${example}`,
  };
}

function durationFault(key: string, value: unknown): Issue {
  return {
    rule: 'duration',
    message: `'${key}' cannot be ${shown(value)}`,
    hint: durationHint(key, value),
  };
}

function durationHint(key: string, value: unknown): string {
  const same = typeof value === 'string' ? durationIn(value) : undefined;
  if (same !== undefined) return `write ${key}: ${same}`;
  const [, number] = /^(\d+(?:\.\d+)?)$/.exec(String(value)) ?? [];
  if (number !== undefined) return `write ${key}: ${number}s for seconds, or ${key}: ${number}m for minutes`;
  if (/^(\S+\s+){4}\S+$/.test(String(value)))
    return `write cron: "${String(value)}" and timezone: Europe/Berlin`;
  if (typeof value === 'string' && /^-?0*(\.0+)?[a-z]+$|^-/.test(value))
    return `write a time longer than nothing, such as ${exampleOf(key) || `${key}: 30s`}`;
  return 'write a duration such as 500ms, 30s, 5m or 1h';
}

/** A value as messages name it: in quotes, unless it is no scalar. */
export function shown(value: unknown): string {
  return value === undefined ? 'a list or a map' : `'${String(value)}'`;
}
