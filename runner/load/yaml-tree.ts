import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { Json } from '../core/json.ts';
import type { Report, Span } from './diagnostics.ts';
import { LONGEST_SCALAR, MOST_DEPTH, withinLimits } from './limits.ts';

/** A value of a file that knows where it stands. */
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
}

const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** A file as a tree, or undefined where it cannot be read as one; then at least one error was reported. */
export function readTree(report: Report): Tree | undefined {
  const { text } = report.file;
  if (!withinLimits(report)) return undefined;
  const document = parsed(text, report);
  if (document === undefined) return undefined;
  const [error] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) {
    report.error({ start: error.pos[0], end: error.pos[1] }, yamlFault(error, text));
    return undefined;
  }
  if (document.contents === null) {
    report.error(
      { start: 0, end: 1 },
      { rule: 'empty', message: 'the file is empty', hint: 'begin with canary: a-name' },
    );
    return undefined;
  }
  return new Reading(report).tree(document.contents as ParsedNode, 0);
}

/** The plain value of a tree. */
export function jsonOf(tree: Tree): Json {
  if (tree.sort === 'scalar') return tree.value;
  if (tree.sort === 'list') return tree.elements.map(jsonOf);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, jsonOf(value)]));
}

/** Where the value at a path stands, and its key, as far as the path leads. */
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

function parsed(text: string, report: Report): ReturnType<typeof parseDocument> | undefined {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
    });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    report.error(
      { start: 0, end: 1 },
      { rule: 'depth', message: 'the file is nested too deeply to be read', hint: 'flatten it' },
    );
    return undefined;
  }
}

function yamlFault(error: YAMLError, text: string): { rule: string; message: string; hint: string } {
  const line = text.slice(text.lastIndexOf('\n', error.pos[0] - 1) + 1).split('\n', 1)[0] as string;
  const message = `YAML: ${error.message.split('\n', 1)[0]}`;
  const inFlow = /[{[].*\$\{/.test(line);
  const hint = inFlow
    ? 'inside { } a ${…} value must be quoted; or put it on its own line'
    : (HINTS[error.code] ?? 'mend the YAML here');
  return { rule: 'yaml', message, hint };
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent it like its neighbours',
  BLOCK_AS_IMPLICIT_KEY: 'a colon followed by a space begins a value: quote the text, or break the line',
  MISSING_CHAR: 'close the quote or bracket',
  MULTIPLE_DOCS: 'one file holds one canary: remove the ---',
  TAG_RESOLVE_FAILED: 'remove the tag; types are told by the values themselves',
  UNRESOLVED_ALIAS: 'aliases are not used here; write the value again, or use vars',
};

class Reading {
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
        hint: 'remove it; the value itself tells its type',
      });
    }
  }

  #entries(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], depth: number): readonly Entry[] {
    const seen = new Set<string>();
    return pairs.flatMap(({ key, value }) => {
      const keyAt = spanOf(key);
      this.#refuseExtras(key, keyAt);
      const name = isScalar(key) ? String(key.value) : undefined;
      const fault = keyFault(name, seen);
      if (fault !== undefined) this.#report.error(keyAt, fault);
      if (name === undefined || fault !== undefined) return [];
      seen.add(name);
      const tree: Tree = value === null ? this.#empty(keyAt) : this.tree(value, depth + 1);
      return [{ key: name, keyAt, value: tree }];
    });
  }

  #empty(at: Span): ScalarTree {
    this.#report.error(at, { rule: 'empty', message: 'this has no value', hint: 'write its value, or null' });
    return { sort: 'scalar', at, value: null };
  }

  #scalar(node: ParsedNode, at: Span): ScalarTree {
    const { value = null, source = '', type } = node as { value?: unknown; source?: string; type?: string };
    if (value === null && source === '') return this.#empty(at);
    const fault = scalarFault(value, source, type === 'PLAIN');
    if (fault !== undefined) this.#report.error(at, fault);
    return { sort: 'scalar', at, value: value as ScalarTree['value'] };
  }
}

function keyFault(name: string | undefined, seen: ReadonlySet<string>) {
  if (name === undefined) return { rule: 'key', message: 'a key must be text', hint: 'write a word' };
  if (name === '<<')
    return { rule: 'alias', message: 'merge keys are not used here', hint: 'use vars or a part instead' };
  if (REFUSED_KEYS.has(name))
    return { rule: 'key', message: `'${name}' may not be a key`, hint: 'choose another name' };
  if (name.includes('${')) {
    return { rule: 'template', message: 'a key takes no ${…}', hint: 'put it into the value' };
  }
  if (seen.has(name))
    return { rule: 'duplicate', message: `'${name}' is there twice`, hint: 'keep one of them' };
  return undefined;
}

function scalarFault(value: unknown, source: string, plain: boolean) {
  if (typeof value === 'string' && value.length > LONGEST_SCALAR) {
    return { rule: 'size', message: `a value of more than ${LONGEST_SCALAR / 1024} KiB`, hint: 'shorten it' };
  }
  if (!plain || typeof value !== 'number') return undefined;
  if (/^[-+]?0[\d_]/.test(source) || source.startsWith('0o')) {
    return {
      rule: 'number',
      message: `'${source}' looks like an octal number`,
      hint: `write '${source}' in quotes, or without the 0`,
    };
  }
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    return {
      rule: 'number',
      message: `'${source}' is no number that can be held exactly`,
      hint: `write '${source}' in quotes`,
    };
  }
  return undefined;
}

function spanOf(node: ParsedNode): Span {
  const [start, end] = node.range;
  return { start, end };
}
