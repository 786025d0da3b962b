import { ratios } from '../measure/numbers.ts';
import { type Figure, partOf } from '../measure/part.ts';
import { resultOf } from '../measure/processes.ts';

interface Shape {
  readonly shape: string;
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}

const SHAPES = [
  'whole numbers',
  'seven decimals',
  'doubles in full',
  'small doubles in full',
  'exponents of Python',
  'ids of 19 digits, exact',
  'decimals of 20 digits, exact',
];

/** Reading JSON that is one list of numbers, each kept exact; JSON.parse loses digits. */
export const numbers = partOf({
  name: 'numbers',
  about: 'reading a megabyte of numbers in JSON, kept exact, against JSON.parse',
  figures: Object.fromEntries(
    SHAPES.flatMap((shape): readonly (readonly [string, Figure])[] => [
      [shape, { name: `1 MB of ${shape}: CPU`, unit: 'ms' }],
      [`${shape} ÷`, { name: `1 MB of ${shape}: CPU ÷ JSON.parse`, unit: '×' }],
    ]),
  ),
  sizes: {
    full: { rounds: 7, length: 1_000_000 },
    quick: { rounds: 3, length: 1_000_000 },
    tiny: { rounds: 1, length: 300_000 },
  },
  measure: async ({ rounds, length }) => {
    const found = await resultOf<readonly Shape[]>('numbers.ts', [length, rounds]);
    return Object.fromEntries(
      found.flatMap(({ shape, ours, floor }) => [
        [shape, ours],
        [`${shape} ÷`, ratios(ours, floor)],
      ]),
    ) as Readonly<Record<string, readonly number[]>>;
  },
});
