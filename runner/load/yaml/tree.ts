import type { Json } from '../../core/base/json.ts';
import type { ExactNumber } from '../../core/base/numbers.ts';
import { bareWord } from '../words/key-words.ts';
import type { Span } from './diagnostics.ts';

/** A value of a file with its position. */
export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly sort: 'map';
  readonly at: Span;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keyAt: Span;
  readonly value: Tree;
}

export interface ListTree {
  readonly sort: 'list';
  readonly at: Span;
  readonly elements: readonly Tree[];
}

export interface ScalarTree {
  readonly sort: 'scalar';
  readonly at: Span;
  readonly value: null | boolean | number | string;
  /** Of a number, as it was written. */
  readonly written?: string;
  /** Of a number that no double holds, all its digits; `value` is near it. */
  readonly exact?: ExactNumber;
  /** True if nothing stands after the key, or the dash. */
  readonly isEmpty?: true;
}

export function jsonOf(tree: Tree): Json {
  if (tree.sort === 'scalar') return tree.exact ?? tree.value;
  if (tree.sort === 'list') return tree.elements.map(jsonOf);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, jsonOf(value)]));
}

/** Position of the value at a path, and of its key, as far as the path leads. */
export function placeOf(
  tree: Tree,
  path: readonly (string | number)[],
): { readonly value: Tree; readonly keyAt?: Span } {
  let value = tree;
  let keyAt: Span | undefined;
  for (const part of path) {
    const entry = value.sort === 'map' ? value.entries.find(({ key }) => key === part) : undefined;
    const next = entry?.value ?? (value.sort === 'list' ? value.elements[Number(part)] : undefined);
    if (next === undefined) break;
    keyAt = entry?.keyAt;
    value = next;
  }
  return keyAt === undefined ? { value } : { value, keyAt };
}

/** The text of a scalar at a key that is spelled in some way. */
export function writtenAt(tree: MapTree, bare: string): string | undefined {
  const value = tree.entries.find(({ key }) => bareWord(key) === bare)?.value;
  return value?.sort === 'scalar' ? (value.written ?? String(value.value)) : undefined;
}
