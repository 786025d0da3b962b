import { ratios } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { resultOf, withLocalAws } from '../measure/processes.ts';

interface Round {
  readonly tookMs: number;
  /** The share of runs that passed. */
  readonly passed: number;
  readonly seenMs: number;
  readonly effectMs: number;
}

const CROWD = 'the receipts and verdicts of a thousand runs share one processor';

/** One tap on the local AWS, which runs on the other processor: one run at a time, and many at once. */
export const tap = partOf({
  name: 'tap',
  about: 'many runs at once on one tap of the local AWS',
  figures: {
    one: { name: 'one run: from an event to its verdict, median', unit: 'ms', atMost: 50 },
    together: {
      name: '200 runs with `never: event … for: 2s` that end together: time ÷ one such run',
      unit: '×',
      atMost: 1.5,
    },
    seen: {
      name: '1,000 `expect: event` at once: from an event to its verdict, median',
      unit: 'ms',
      atMost: 20,
      missed: { cause: CROWD, best: 163 },
    },
    effect: {
      name: '1,000 `expect: event` at once: time to effect, without the act, median',
      unit: 'ms',
      atMost: 20,
      missed: { cause: CROWD, best: 54 },
    },
    passed: { name: 'all runs on the tap: share that passed', unit: '', exactly: 1 },
  },
  sizes: {
    full: { rounds: 7, singles: 50, nevers: 200, expects: 1_000 },
    quick: { rounds: 3, singles: 10, nevers: 200, expects: 1_000 },
    tiny: { rounds: 1, singles: 1, nevers: 3, expects: 5 },
  },
  measure: async ({ rounds, singles, nevers, expects }) =>
    withLocalAws(async ({ url, region }) => {
      const series = [
        { runs: 1, mode: 'expect', rounds: singles },
        { runs: 1, mode: 'never', rounds },
        { runs: nevers, mode: 'never', rounds },
        { runs: expects, mode: 'expect', rounds },
      ];
      type Found = readonly [readonly Round[], readonly Round[], readonly Round[], readonly Round[]];
      const [alone, never, together, crowd] = await resultOf<Found>('tap-runs.ts', [
        url,
        region,
        JSON.stringify(series),
      ]);
      const took = ({ tookMs }: Round): number => tookMs;
      return {
        one: alone.map(({ seenMs }) => seenMs),
        together: ratios(together.map(took), never.map(took)),
        seen: crowd.map(({ seenMs }) => seenMs),
        effect: crowd.map(({ effectMs }) => effectMs),
        passed: [...alone, ...never, ...together, ...crowd].map(({ passed }) => passed),
      };
    }),
});
