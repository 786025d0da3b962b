import { median, ratios } from '../measure/numbers.ts';
import { type Figure, partOf } from '../measure/part.ts';
import { resultOf } from '../measure/processes.ts';
import { CRAFTED, REPEATED, SHAPES } from '../programs/redaction-shapes.ts';

interface Shape {
  readonly shape: string;
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}

/** A typical answer of a megabyte is searched within this time (docs/guide/security.md). */
const LONGEST_MS = 30;
/** Text without escapes is compared with one search that finds nothing. */
const PLAIN: ReadonlySet<string> = new Set(['plain', 'base64']);

const usual = Object.keys(SHAPES).flatMap((shape) => [shape, `${shape}, 50 secrets`]);
const slow = [...Object.keys(REPEATED), ...Object.keys(CRAFTED)];

function ratioOf(shape: string): Figure {
  const [bare = ''] = shape.split(', 50');
  const floor = PLAIN.has(bare) ? 'one search that finds nothing' : 'resolving its escapes once';
  const atMost = PLAIN.has(bare) ? 15 : shape in CRAFTED ? 2.5 : 1;
  return { name: `a secret in 1 MB of ${shape}: CPU ÷ ${floor}`, unit: '×', atMost };
}

/** The search for secrets in a megabyte of text. */
export const redaction = partOf({
  name: 'redaction',
  about: 'the search for secrets in a megabyte of text',
  figures: Object.fromEntries([
    ...[...usual, ...slow].map((shape) => [shape, ratioOf(shape)] as const),
    [
      'slowest',
      { name: 'a secret in 1 MB, the slowest of the usual shapes: CPU', unit: 'ms', atMost: LONGEST_MS },
    ],
    ['crafted', { name: 'a secret in 1 MB, the slowest of the crafted shapes: CPU', unit: 'ms' }],
  ] as readonly (readonly [string, Figure])[]),
  sizes: {
    full: { rounds: 9, length: 1_000_000 },
    quick: { rounds: 3, length: 1_000_000 },
    tiny: { rounds: 1, length: 2_000 },
  },
  measure: async ({ rounds, length }) => {
    const found = await resultOf<readonly Shape[]>('redaction.ts', [length, rounds]);
    const slowest = (shapes: readonly string[]): readonly number[] =>
      found
        .filter(({ shape }) => shapes.includes(shape))
        .map(({ ours }) => ours)
        .reduce((slower, ours) => (median(ours) > median(slower) ? ours : slower));
    const rows = found.map(({ shape, ours, floor }) => [shape, ratios(ours, floor)] as const);
    return { ...Object.fromEntries(rows), slowest: slowest(usual), crafted: slowest(slow) };
  },
});
