import { join } from 'node:path';
import { inTurn, ratios } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { resultOf, withFolder } from '../measure/processes.ts';

interface Ticks {
  readonly bytes: number;
  readonly blocks: readonly number[];
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}

interface Planning {
  readonly first: number;
  readonly next: number;
  readonly afterYears: number;
}

const EACH =
  'a tick looks at the watermark and the next slot of each canary; measured on a busy machine only';

/** Ticks in which little is due, over a state file; and planning alone. */
export const ticks = partOf({
  name: 'ticks',
  about: 'ticks of 10,000 canaries in which nothing is missed, and planning alone',
  figures: {
    bytes: { name: 'an ordinary tick of 10,000 canaries: bytes written', unit: '', exactly: 0 },
    cpu: {
      name: 'an ordinary tick of 10,000 canaries: CPU',
      unit: 'ms',
      atMost: 20,
      missed: { cause: EACH, best: 38.6 },
    },
    block: {
      name: 'an ordinary tick of 10,000 canaries: longest block',
      unit: 'ms',
      atMost: 20,
      missed: { cause: EACH, best: 56 },
    },
    ratio: {
      name: 'an ordinary tick of 10,000 canaries: CPU ÷ planning each of them',
      unit: '×',
      atMost: 3,
      missed: { cause: EACH, best: 3.32 },
    },
    first: {
      name: 'planning for 10,000 canaries in all time zones, the first of a process: CPU',
      unit: 'ms',
    },
    next: { name: 'planning for 10,000 canaries in all time zones: CPU', unit: 'ms', atMost: 1_000 },
    years: { name: 'planning for 10,000 canaries after ten years: CPU', unit: 'ms' },
  },
  sizes: {
    full: { rounds: 7, canaries: 10_000, ticks: 9 },
    quick: { rounds: 2, canaries: 10_000, ticks: 5 },
    tiny: { rounds: 1, canaries: 5, ticks: 2 },
  },
  measure: async ({ rounds, canaries, ticks: many }) => {
    const { planning } = await inTurn(rounds, {
      planning: async () => resultOf<Planning>('planning.ts', [canaries]),
    });
    return withFolder(async (folder) => {
      const { bytes, ours, floor, blocks } = await resultOf<Ticks>('ticks.ts', [
        join(folder, 'state.sqlite'),
        canaries,
        many,
      ]);
      return {
        bytes: [bytes],
        cpu: ours,
        block: blocks,
        ratio: ratios(ours, floor),
        first: planning.map(({ first }) => first),
        next: planning.map(({ next }) => next),
        years: planning.map(({ afterYears }) => afterYears),
      };
    });
  },
});
