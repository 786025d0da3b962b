import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml';
import type { Json } from '../../core/base/json.ts';
import { type ExactNumber, isExactNumber } from '../../core/base/numbers.ts';
import type { Issue, Report, SourceFile, Span } from './diagnostics.ts';
import { readYaml } from './document.ts';
import { LONGEST_SCALAR, MOST_DEPTH } from './limits.ts';
import { numberOf } from './number.ts';

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
}

const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Files without a fault, by the object they came in: one that is read again need not be parsed again. */
const trees = new WeakMap<SourceFile, Tree>();

/** A file as a tree; undefined if it cannot be read as one, with at least one reported error. */
export function readTree(report: Report): Tree | undefined {
  const known = trees.get(report.file);
  if (known !== undefined) return known;
  const node = readYaml(report);
  const tree = node === undefined ? undefined : new TreeReader(report).tree(node, 0);
  if (tree !== undefined && report.diagnostics.length === 0) trees.set(report.file, tree);
  return tree;
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

class TreeReader {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  tree(node: ParsedNode, depth: number): Tree {
    const at = spanOf(node);
    if (depth > MOST_DEPTH) {
      this.#report.error(at, {
        rule: 'depth',
        message: `nested more than ${MOST_DEPTH} levels deep`,
        hint: 'flatten it',
      });
      return { sort: 'scalar', at, value: null };
    }
    this.#refuseExtras(node, at);
    if (isMap(node))
      return {
        sort: 'map',
        at,
        entries: this.#entries(node.items, depth),
      };
    if (isSeq(node)) {
      const elements = node.items.map((item) => this.tree(item, depth + 1));
      return { sort: 'list', at, elements };
    }
    return this.#scalar(node, at);
  }

  /** Anchors, aliases and tags: bombs, or surprises. */
  #refuseExtras(node: ParsedNode, at: Span): void {
    if (isAlias(node) || node.anchor !== undefined) {
      this.#report.error(at, {
        rule: 'alias',
        message: 'anchors and aliases are not used here',
        hint: 'use vars or a part instead',
      });
    }
    if (node.tag !== undefined) {
      this.#report.error(at, {
        rule: 'tag',
        message: 'YAML tags are not used here',
        hint: 'remove it; the value itself shows its type',
      });
    }
  }

  #entries(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], depth: number): readonly Entry[] {
    const seen = new Set<string>();
    return pairs.flatMap(({ key, value }) => {
      const keyAt = spanOf(key);
      this.#refuseExtras(key, keyAt);
      const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined; // 1.10 is another name than 1.1
      const fault = keyFault(name, seen);
      if (fault !== undefined) this.#report.error(keyAt, fault);
      if (name === undefined || fault !== undefined) return [];
      seen.add(name);
      const tree: Tree = value === null ? this.#empty(keyAt) : this.tree(value, depth + 1);
      return [{ key: name, keyAt, value: tree }];
    });
  }

  #empty(at: Span): ScalarTree {
    const hint = 'write its value, or null';
    this.#report.settle(at, { rule: 'empty', message: 'this has no value', hint });
    return { sort: 'scalar', at, value: null };
  }

  #scalar(node: ParsedNode, at: Span): ScalarTree {
    const { value = null, source = '', type } = node as { value?: unknown; source?: string; type?: string };
    if (value === null && source === '') return this.#empty(at);
    const fault = scalarFault(value, source, type === 'PLAIN');
    if (fault !== undefined) this.#report.settle(at, fault);
    if (typeof value === 'string' && PREFIXED.test(value))
      return { sort: 'scalar', at, value: this.#withoutPrefix(value, at) };
    if (typeof value !== 'number') return { sort: 'scalar', at, value: value as ScalarTree['value'] };
    const number = numberOf(source);
    return {
      sort: 'scalar',
      at,
      value,
      written: source,
      ...(isExactNumber(number) ? { exact: number } : {}),
    };
  }

  #withoutPrefix(value: string, at: Span): string {
    const [written = '', , rest = ''] = PREFIXED.exec(value) ?? [];
    const { text } = this.#report.file;
    const start = Math.max(at.start, text.indexOf(written, at.start));
    const fault = {
      rule: 'template',
      message: `'${written}' is not a name`,
      hint: `did you mean \${${rest}?`,
    };
    this.#report.settle({ start, end: Math.min(at.end, start + written.length) }, fault, at);
    return value.replace(new RegExp(PREFIXED, 'g'), '${$2');
  }
}

function keyFault(name: string | undefined, seen: ReadonlySet<string>): Issue | undefined {
  if (name === undefined) return { rule: 'key', message: 'a key must be text', hint: 'write a word' };
  if (name === '<<')
    return { rule: 'alias', message: 'merge keys are not used here', hint: 'use vars or a part instead' };
  if (REFUSED_KEYS.has(name))
    return { rule: 'key', message: `'${name}' may not be a key`, hint: 'choose another name' };
  if (name.includes('${')) {
    return { rule: 'template', message: 'a key takes no ${…}', hint: 'put it into the value' };
  }
  if (tooLong(name)) return LONG;
  if (seen.has(name))
    return { rule: 'duplicate', message: `'${name}' is there twice`, hint: 'keep one of them' };
  return undefined;
}

/** `${1/sku}` is how the loader itself calls the name of a part. */
const PREFIXED = /(?<!\$)\$\{((?:\d+\/)+)([^}]*\}?)/;

const LONG: Issue = {
  rule: 'size',
  message: `a text of more than ${LONGEST_SCALAR / 1024} KiB`,
  hint: 'shorten it',
};

function tooLong(text: string): boolean {
  return Buffer.byteLength(text) > LONGEST_SCALAR;
}

function scalarFault(value: unknown, source: string, plain: boolean): Issue | undefined {
  if (typeof value === 'string' && tooLong(value)) return LONG;
  if (!plain || typeof value !== 'number') return undefined;
  if (/^[-+]?0[\d_]/.test(source) || source.startsWith('0o')) {
    return {
      rule: 'number',
      message: `'${source}' looks like an octal number`,
      hint: `write '${source}' in quotes, or without the 0`,
    };
  }
  if (numberOf(source) !== undefined) return undefined;
  const message = `'${source}' is no number that JSON has`;
  return { rule: 'number', message, hint: `write '${source}' in quotes` };
}

function spanOf(node: ParsedNode): Span {
  const [start, end] = node.range;
  return { start, end };
}
