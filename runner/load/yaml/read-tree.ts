import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml';
import { isExactNumber } from '../../core/base/numbers.ts';
import { placeholderHint } from '../../core/expression/foreign-names.ts';
import { exampleOf } from '../words/examples.ts';
import { EMPTY, type Issue, type Report, type SourceFile, type Span } from './diagnostics.ts';
import { readYaml } from './document.ts';
import { LONGEST_SCALAR, MOST_DEPTH } from './limits.ts';
import { numberOf } from './number.ts';
import type { Entry, ScalarTree, Tree } from './tree.ts';

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
      const mark = this.#markBefore(at);
      this.#report.settle(mark.at, {
        rule: 'alias',
        message: `anchors and aliases are not used here: '${mark.written}'`,
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
      const foreign = this.#foreignKey(key);
      if (foreign !== undefined) {
        this.#report.settle(keyAt, foreign);
        return [];
      }
      const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined; // 1.10 is another name than 1.1
      const fault = keyFault(name, seen);
      if (fault !== undefined) this.#report.error(keyAt, fault);
      if (name === undefined || fault !== undefined) return [];
      seen.add(name);
      const tree: Tree =
        value === null || isNothing(value) ? this.#empty(keyAt, name) : this.tree(value, depth + 1);
      return [{ key: name, keyAt, value: tree }];
    });
  }

  /** The anchor or alias of a node: an anchor stands before it. */
  #markBefore(at: Span): { readonly written: string; readonly at: Span } {
    const { text } = this.#report.file;
    const own = text.slice(at.start, at.end);
    const anchor = own.startsWith('*') ? null : /&\S+(?=\s*(?:!\S*\s*)?$)/.exec(text.slice(0, at.start));
    if (anchor === null) return { written: own.slice(0, 40), at };
    return { written: anchor[0], at: { start: anchor.index, end: anchor.index + anchor[0].length } };
  }

  /** `{{ id }}` without quotes is a map in a map to YAML. */
  #foreignKey(key: ParsedNode): Issue | undefined {
    if (!isMap(key)) return undefined;
    const { text } = this.#report.file;
    const { start } = spanOf(key);
    const [written, name] = /^\{\{\s*([\w.$]+)\s*\}\}/.exec(text.slice(Math.max(0, start - 1))) ?? [];
    if (written === undefined || name === undefined) return undefined;
    const message = `'${written}' is a placeholder of another tool`;
    return { rule: 'template', message, hint: placeholderHint(name, []) };
  }

  #empty(at: Span, key?: string): ScalarTree {
    const what = key === undefined ? 'this' : `'${key}'`;
    const example = key === undefined ? '' : exampleOf(key);
    this.#report.settle(at, {
      rule: EMPTY,
      message: `${what} has no value`,
      hint: `write its value${example === '' ? '' : `, such as ${example}`}, or null`,
    });
    return { sort: 'scalar', at, value: null, isEmpty: true };
  }

  #scalar(node: ParsedNode, at: Span): ScalarTree {
    const { value = null, source = '', type } = node as { value?: unknown; source?: string; type?: string };
    if (value === null && source === '') return this.#empty(at);
    const fault = scalarFault(value, source, type === 'PLAIN');
    if (fault !== undefined) this.#report.settle(at, fault);
    if (typeof value === 'string' && type === 'PLAIN') this.#warnOfComment(node, at);
    if (typeof value === 'string' && value.includes('${') && PREFIXED.test(value))
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

  /** `Order #1` ends before the hash sign. */
  #warnOfComment(node: ParsedNode, { end }: Span): void {
    const { text } = this.#report.file;
    const [, comment] = /^[ \t]+(#[A-Za-z\d][^\n]*)/.exec(text.slice(end, end + LONGEST_LINE)) ?? [];
    if (comment === undefined || node.comment === undefined) return;
    const start = text.indexOf('#', end);
    this.#report.warning(
      { start, end: start + comment.trimEnd().length },
      {
        rule: 'comment',
        message: `'${comment.trimEnd()}' is a comment, and not part of the text before it`,
        hint: 'write the text in quotes, or a space behind the # of a comment',
      },
    );
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
    return {
      rule: 'alias',
      message: "the merge key '<<' is not used here",
      hint: 'use vars or a part instead',
    };
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

/** A text within quotes of a word processor; YAML takes them for letters. */
const CURLY = /^[\u201c\u201d\u201e\u00ab\u2018\u2019](.*)[\u201c\u201d\u00bb\u2018\u2019]$/s;
const LONGEST_LINE = 1_000; // characters of a comment that are searched

function isNothing(node: ParsedNode): boolean {
  return isScalar(node) && node.value === null && node.source === '';
}

/** `${1/sku}` is how the loader itself calls the name of a part. */
const PREFIXED = /(?<!\$)\$\{((?:\d+\/)+)([^}]*\}?)/;

const LONG: Issue = {
  rule: 'size',
  message: `a text of more than ${LONGEST_SCALAR / 1024} KiB`,
  hint: 'shorten it',
};

const MOST_BYTES_EACH = 3; // UTF-8 has no more for a unit of UTF-16

function tooLong(text: string): boolean {
  return text.length * MOST_BYTES_EACH > LONGEST_SCALAR && Buffer.byteLength(text) > LONGEST_SCALAR;
}

function scalarFault(value: unknown, source: string, plain: boolean): Issue | undefined {
  if (typeof value === 'string' && tooLong(value)) return LONG;
  const [, quoted] = typeof value === 'string' && plain ? (CURLY.exec(value) ?? []) : [];
  if (quoted !== undefined)
    return {
      rule: 'quotes',
      message: `${source[0]} is a quote of a word processor, and part of the text to YAML`,
      hint: `write it with plain quotes: "${quoted}"`,
    };
  if (!plain || typeof value !== 'number') return undefined;
  if (/^[-+]?0[\d_]/.test(source) || source.startsWith('0o')) {
    return {
      rule: 'number',
      message: `'${source}' looks like an octal number`,
      hint: `write it in quotes, "${source}", or without the 0`,
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
