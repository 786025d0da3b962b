import { median } from './numbers.ts';
import type { Figure, Measured, Part } from './part.ts';

/** A part by which the median of a known miss may exceed the best one: machines differ, and others use them. */
const NOISE = 0.25;

/** A line of the table, and whether its goal was missed without a known cause. */
export interface Line {
  readonly text: string;
  readonly fails: boolean;
  /** The cause of a known miss. */
  readonly note?: string;
}

export const HEAD = '| figure | ours | from – to | goal | |\n|---|--:|--:|--:|---|';

/** The lines of a part: each figure with its median, its least and greatest round, and its goal. */
export function linesOf({ name, figures }: Part, measured: Measured): readonly Line[] {
  return Object.entries(figures).flatMap(([key, figure]) => {
    const rounds = measured[key] ?? [];
    if (rounds.length === 0 && figure.optional === true) return [];
    if (rounds.length === 0 || !rounds.every(Number.isFinite))
      throw new Error(`${name} gave no figure for '${figure.name}'`);
    return lineOf(figure, rounds);
  });
}

/** The last notes of the bench, and its exit code. `refused` are the parts that were asked for by name and cannot be measured here. */
export function endOf(
  lines: readonly Line[],
  refused: readonly string[],
): { readonly notes: readonly string[]; readonly code: 0 | 1 } {
  const failing = lines.filter(({ fails }) => fails).length;
  const notes = [
    ...lines.flatMap(({ note }) => (note === undefined ? [] : `known miss: ${note}`)),
    ...(failing > 0 ? [`goals missed for no known cause, or by more than known: ${failing}`] : []),
    ...(refused.length > 0 ? [`asked for, but not measured: ${refused.join(', ')}`] : []),
  ];
  return { notes, code: failing + refused.length > 0 ? 1 : 0 };
}

function lineOf(figure: Figure, rounds: readonly number[]): Line {
  const { name, atMost, exactly, missed } = figure;
  const shown = (number: number): string => withUnit(number, figure);
  const range = rounds.length === 1 ? '' : `${shown(Math.min(...rounds))} – ${shown(Math.max(...rounds))}`;
  const goal = atMost === undefined ? (exactly === undefined ? '' : shown(exactly)) : `≤ ${shown(atMost)}`;
  const isMet = meets(figure, rounds);
  const isWorse = missed !== undefined && median(rounds) > missed.best * (1 + NOISE);
  const known = missed === undefined ? '' : isWorse ? ', and worse than known' : ', as known';
  const verdict = goal === '' ? '' : isMet ? 'met' : `**missed**${known}`;
  return {
    text: `| ${name} | ${shown(median(rounds))} | ${range} | ${goal} | ${verdict} |`,
    fails: !isMet && (missed === undefined || isWorse),
    ...(isMet || missed === undefined
      ? {}
      : { note: `${name}, best ${shown(missed.best)}: ${missed.cause}` }),
  };
}

function meets({ atMost, exactly }: Figure, rounds: readonly number[]): boolean {
  if (exactly !== undefined) return rounds.every((one) => one === exactly);
  return atMost === undefined || median(rounds) <= atMost;
}

function withUnit(number: number, { unit }: Figure): string {
  const digits = Number.isInteger(number) || number >= 1_000 ? 0 : number >= 100 ? 1 : 2;
  const text = number.toFixed(digits);
  return unit === '×' || unit === '' ? `${text}${unit}` : `${text} ${unit}`;
}
