import { didYouMean } from '../../core/base/did-you-mean.ts';
import { parseDuration, writeDuration } from '../../core/base/duration.ts';
import type { Json } from '../../core/base/json.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { Issue, Report, Span } from './diagnostics.ts';
import { type Entry, jsonOf, type MapTree, type Tree } from './tree.ts';

/** Reads one value, or reports why it cannot and gives undefined. */
export type Reader<T> = (tree: Tree, report: Report, key: string) => T | undefined;

/** The keys of a map, as data: which there are, which must be there, and how each is read. */
export type Shape = Readonly<Record<string, { readonly read: Reader<unknown>; readonly required?: boolean }>>;

/** Values of a map of that shape; faulty ones are left out. */
export type Values<S extends Shape> = {
  readonly [K in keyof S]?: S[K]['read'] extends Reader<infer T> ? T : never;
};

/** Keys from other tools, by the word to use here. */
const HABITS: Readonly<Record<string, readonly string[]>> = {
  json: ['body'],
  payload: ['body'],
  data: ['body', 'detail'],
  message: ['body'],
  check: ['response', 'has'],
  assert: ['has', 'response'],
  expected: ['has', 'response'],
  match: ['has'],
  matches: ['has'],
  captures: ['save'],
  capture: ['save'],
  extract: ['save'],
  set: ['save'],
  delay: ['within'],
  wait: ['within', 'for'],
  deadline: ['within', 'timeout'],
  during: ['for'],
  within: ['for'],
  retries: ['retry'],
  filter: ['where'],
  interval: ['every'],
  rate: ['every'],
  channels: ['to'],
  notify: ['to'],
  threshold: ['after'],
  failures: ['after'],
  environments: ['only'],
  teardown: ['cleanup'],
  after: ['cleanup'],
  variables: ['vars'],
  params: ['query', 'with'],
  tz: ['timezone'],
  team: ['owner'],
};

/** Reads a map by its shape: closed, every unknown key with the word that was meant, every missing one named. */
export function readMap<S extends Shape>(
  tree: Tree,
  shape: S,
  report: Report,
  what: string,
): Values<S> | undefined {
  if (tree.sort !== 'map') {
    report.error(tree.at, {
      rule: 'type',
      message: `${what} must be a map`,
      hint: `its keys are ${Object.keys(shape).join(', ')}`,
    });
    return undefined;
  }
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
  for (const { key, keyAt } of tree.entries) {
    if (known.has(key) && legal.includes(key)) continue;
    const free = legal.filter((word) => !there.includes(word));
    const meant = meantBy(key, free) ?? meantBy(key, legal);
    report.error(keyAt, {
      rule: 'key',
      message: `'${key}' is not a key of ${what}`,
      hint: hintFor(meant, legal),
    });
    if (meant !== undefined) known.add(meant);
  }
  return known;
}

/** The legal word that was meant: by a slip of the finger, or by the habit of another tool. */
export function meantBy(word: string, legal: readonly string[]): string | undefined {
  const habits = Object.hasOwn(HABITS, word) ? HABITS[word] : undefined;
  return didYouMean(word, legal) ?? habits?.find((one) => legal.includes(one));
}

/** The entry of a key, if it is there. */
export function entryOf(tree: Tree, key: string): Entry | undefined {
  return tree.sort === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

function reportMissing(tree: MapTree, key: string, report: Report, what: string): void {
  if (tree.entries.some((entry) => entry.key === key)) return;
  report.error(headOf(tree), { rule: 'missing', message: `${what} needs '${key}'`, hint: `add ${key}:` });
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
    if (typeof value === 'string' && isTemplate(value)) return refuse(tree, report, placeFault(key));
    if (typeof value === 'number') {
      const message = `'${key}: ${value}' has no unit`;
      return refuse(tree, report, { rule: 'duration', message, hint: `write ${value}s (or ms, m, h)` });
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

/** A list, each element by the same reader. */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (tree, report, key) => {
    if (tree.sort !== 'list') return refuse(tree, report, typeFault(key, 'a list', tree));
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

function typeFault(key: string, wanted: string, one: Tree): Issue {
  const written = one.sort === 'scalar' ? one.written : undefined;
  const quote =
    wanted === 'text' && written !== undefined ? `write '${written}' in quotes` : `write ${wanted}`;
  return { rule: 'type', message: `'${key}' must be ${wanted}`, hint: quote };
}

function placeFault(key: string): Issue {
  return {
    rule: 'template',
    message: `'${key}' is settled before any run, so it takes no \${…}`,
    hint: 'write the value itself',
  };
}

function durationFault(key: string, value: unknown): Issue {
  return {
    rule: 'duration',
    message: `'${key}' cannot be ${shown(value)}`,
    hint: 'write a duration such as 500ms, 30s, 5m or 1h',
  };
}

/** A value as messages name it: in quotes, unless it is no scalar. */
export function shown(value: unknown): string {
  return value === undefined ? 'a list or a map' : `'${String(value)}'`;
}
