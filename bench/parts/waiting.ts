import { inTurn } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { resultOf } from '../measure/processes.ts';

interface Waiting {
  readonly passed: number;
  readonly heapKilobytes: number;
  readonly residentKilobytes: number;
}

/** Memory of runs that wait at once for pushed entries. */
export const waiting = partOf({
  name: 'waiting',
  about: 'memory of 10,000 runs that wait at once',
  figures: {
    passed: { name: '10,000 runs waiting at once: share that passed', unit: '', exactly: 1 },
    heap: { name: 'heap for each waiting run', unit: 'kB', atMost: 8 },
    resident: { name: 'resident memory for each waiting run', unit: 'kB' },
  },
  sizes: {
    full: { rounds: 7, runs: 10_000 },
    quick: { rounds: 2, runs: 10_000 },
    tiny: { rounds: 1, runs: 20 },
  },
  measure: async ({ rounds, runs }) => {
    const { waits } = await inTurn(rounds, { waits: async () => resultOf<Waiting>('waiting.ts', [runs]) });
    return {
      passed: waits.map(({ passed }) => passed / runs),
      heap: waits.map(({ heapKilobytes }) => heapKilobytes),
      resident: waits.map(({ residentKilobytes }) => residentKilobytes),
    };
  },
});
