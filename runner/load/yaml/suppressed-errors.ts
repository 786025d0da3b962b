import type { Project } from '../../core/model/project.ts';
import { meantBy } from '../words/key-words.ts';
import type { Report } from './diagnostics.ts';
import { entryOf } from './reader.ts';
import type { MapTree, Tree } from './tree.ts';

/** Names that a faulty piece of a file would have brought: their absence follows from the fault reported there. */
export interface SuppressedNames {
  readonly names: Set<string>;
  /** Scopes in which any name may be missing, because the source of some could not be read. */
  readonly scopes: Set<string>;
}

/** True for a name whose absence was explained already. */
export function isSuppressed(name: string, { names, scopes }: SuppressedNames): boolean {
  return names.has(name) || scopes.has(scopeOf(name));
}

/** The prefix of a name of a part: `1/` of `1/sku`. */
export function scopeOf(name: string): string {
  return /^(?:\d+\/)*/.exec(name)?.[0] ?? '';
}

/** Names below a key, and below any misspelling of it. */
export function namesBelow(tree: Tree, word: string): readonly string[] {
  return entriesMeaning(tree, word).flatMap(({ value }) => namesIn(value));
}

/** True if the map has a misspelling of that key. */
export function isMisspelt(tree: Tree, word: string): boolean {
  return entryOf(tree, word) === undefined && entriesMeaning(tree, word).length > 0;
}

/** True if one of the keys on a path is misspelt. */
function isMisspeltIn(tree: Tree, [word = '', ...rest]: readonly string[]): boolean {
  const next = entryOf(tree, word)?.value;
  return next === undefined ? isMisspelt(tree, word) : isMisspeltIn(next, rest);
}

function entriesMeaning(tree: Tree, word: string): MapTree['entries'] {
  if (tree.sort !== 'map') return [];
  return tree.entries.filter(({ key }) => key === word || meantBy(key, [word]) === word);
}

function namesIn(tree: Tree): readonly string[] {
  if (tree.sort === 'map') return tree.entries.map(({ key }) => key);
  return tree.sort === 'list' ? tree.elements.flatMap(namesIn) : [String(tree.value)];
}

/** Unknown parts of a faulty project file: canaries are not reported for their absence. */
export interface SuppressedErrors {
  readonly channels: boolean;
  readonly taps: boolean;
  readonly environments: boolean;
  /** Vars of environments. */
  readonly names: boolean;
  /** The channels of the project's defaults. */
  readonly defaultChannels: boolean;
}

/** A project file that could not be read at all. */
export const ALL_SUPPRESSED: SuppressedErrors = {
  channels: true,
  taps: true,
  environments: true,
  names: true,
  defaultChannels: true,
};

/** A project file without a fault leaves nothing open. */
export const NOTHING_SUPPRESSED: SuppressedErrors = {
  channels: false,
  taps: false,
  environments: false,
  names: false,
  defaultChannels: false,
};

/** Faults of vars that cannot be filled in. */
const ENDLESS = ['cycle', 'depth', 'size'];

/** Finds the parts that slips of a project file hide. */
export function suppressedErrorsIn(
  root: Tree | undefined,
  { taps: read }: Pick<Project, 'taps'>,
  report: Report,
): SuppressedErrors {
  if (!report.faulty) return NOTHING_SUPPRESSED;
  if (root === undefined || root.sort !== 'map') return ALL_SUPPRESSED;
  const isSuppressedList = (word: string, sort: Tree['sort']): boolean =>
    isMisspelt(root, word) || (entryOf(root, word)?.value.sort ?? sort) !== sort;
  const taps = entryOf(root, 'taps')?.value;
  const listed = taps?.sort === 'list' ? taps.elements : [];
  const environments = isSuppressedList('environments', 'map');
  const each = entryOf(root, 'environments')?.value;
  const named = each?.sort === 'map' ? each.entries : [];
  return {
    channels: isSuppressedList('channels', 'map'),
    taps:
      isSuppressedList('taps', 'list') ||
      report.diagnostics.some(({ rule }) => ENDLESS.includes(rule)) ||
      listed.length > read.length ||
      listed.some((one) => isMisspelt(one, 'ids')),
    environments,
    names: environments || named.some(({ value }) => value.sort !== 'map' || isMisspelt(value, 'vars')),
    defaultChannels: isMisspeltIn(root, ['defaults', 'alert', 'to']),
  };
}
