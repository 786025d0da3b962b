import { isJsonList, isJsonMap, type Json } from '../../core/base/json.ts';
import type { Report, Span } from './diagnostics.ts';
import { headOf } from './reader.ts';
import type { Tree } from './tree.ts';

/** A piece of a file, with the report of its faults. */
export interface Place {
  readonly tree: Tree;
  readonly report: Report;
}

/** The text of a mention as the file has it, without the prefix of a part. */
export function asWritten(text: string): string {
  return text.replace(/\$\{(?:\d+\/)+/, '${');
}

/** Position of a text in a tree: the first scalar that holds it. */
export function locate({ tree, report }: Place, text: string): Span {
  const holder = scalarsIn(tree).find(({ value }) => typeof value === 'string' && value.includes(text));
  const { start, end } = (holder ?? tree).at;
  const index = report.file.text.slice(start, end).indexOf(text);
  return index < 0 ? { start, end } : { start: start + index, end: start + index + text.length };
}

/** Position of a fault of a whole piece: its first key. */
export function headSpan(tree: Tree): Span {
  return tree.sort === 'map' ? headOf(tree) : tree.at;
}

/** Every scalar of a tree, in the order of the file. */
export function scalarsIn(tree: Tree): readonly Extract<Tree, { sort: 'scalar' }>[] {
  if (tree.sort === 'scalar') return [tree];
  const inside = tree.sort === 'list' ? tree.elements : tree.entries.map(({ value }) => value);
  return inside.flatMap(scalarsIn);
}

export function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isJsonList(value)) return value.flatMap(textsIn);
  return isJsonMap(value) ? Object.values(value).flatMap(textsIn) : [];
}
