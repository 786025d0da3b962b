import type { Line, Slip } from './slips.ts';

/** A line that begins in a column in which nothing above it begins; undefined if the line at fault is not so. */
export function indentSlip(lines: readonly Line[], index: number): Slip | undefined {
  const own = columnsOf(lines[index]);
  const next = lines.findIndex((line, at) => at > index && columnsOf(line).length > 0);
  for (const at of [index, next]) {
    const line = lines[at];
    const [column] = columnsOf(line);
    if (line === undefined || column === undefined) continue;
    const isDash = /^\s*- /.test(line.text);
    const legal = columnsAbove(lines, at, isDash);
    if (legal.includes(column) || (at === index && own.length === 0)) continue;
    const near = nearest(column, legal);
    if (near.length === 0) continue;
    const written = /^\s*(- |[^\s:]+)/.exec(line.text)?.[1]?.trim() ?? '';
    const start = line.start + column - 1;
    return {
      at: { start, end: start + written.length },
      message: `'${written}' begins in column ${column}, and what stands above it in column ${near.join(' or ')}`,
      hint: `begin it in ${near.map((one) => `column ${one}: ${distance(column, one)}`).join(', or ')}`,
    };
  }
  return undefined;
}

/** The columns in which something begins in a line, from 1: of `- name: x` that of the dash and that of the key. */
function columnsOf(line: Line | undefined): readonly number[] {
  const [, indent = '', dashes = '', rest = ''] = /^( *)((?:- +)*)(.*)$/.exec(line?.text ?? '') ?? [];
  if (rest === '' && dashes === '') return [];
  if (rest.startsWith('#')) return [];
  const starts = [...dashes.matchAll(/-/g)].map(({ index: at }) => indent.length + at + 1);
  return rest === '' ? starts : [...starts, indent.length + dashes.length + 1];
}

/** The columns that are open above a line: of dashes or of keys. */
function columnsAbove(lines: readonly Line[], at: number, isDash: boolean): readonly number[] {
  const open = new Set<number>();
  let limit = Number.POSITIVE_INFINITY;
  for (let index = at - 1; index >= 0 && limit > 1; index -= 1) {
    const columns = columnsOf(lines[index]);
    const [first] = columns;
    if (first === undefined || first >= limit + (columns.length > 1 ? 1 : 0)) continue;
    const hasDash = columns.length > 1;
    for (const [order, column] of columns.entries())
      if ((hasDash && order < columns.length - 1) === isDash && column <= limit) open.add(column);
    limit = Math.min(limit, first);
  }
  return [...open].toSorted((a, b) => b - a);
}

/** The columns that are nearest to one: of two that are as near both. */
function nearest(column: number, legal: readonly number[]): readonly number[] {
  const least = Math.min(...legal.map((one) => Math.abs(one - column)));
  return legal.filter((one) => Math.abs(one - column) === least);
}

const NUMBERS = ['no', 'one', 'two', 'three', 'four'];

function distance(from: number, to: number): string {
  const count = Math.abs(from - to);
  return `${NUMBERS[count] ?? count} ${count === 1 ? 'space' : 'spaces'} to the ${to < from ? 'left' : 'right'}`;
}
