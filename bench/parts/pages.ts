import { partOf } from '../measure/part.ts';
import { resultOf } from '../measure/processes.ts';

interface Made {
  readonly first: number;
  readonly later: readonly number[];
}

/** The page of a failed run, as a reporter, a server and a tick make it. */
export const pages = partOf({
  name: 'pages',
  about: 'the page of a failed run, with all that is known around it',
  figures: {
    first: { name: 'the page of a failed run, the first of a process: CPU', unit: 'ms' },
    later: { name: 'the page of a failed run: CPU', unit: 'ms', atMost: 1 },
  },
  sizes: { full: { rounds: 7 }, quick: { rounds: 3 }, tiny: { rounds: 1 } },
  measure: async ({ rounds }) => {
    const made: Made[] = [];
    for (let round = 0; round < rounds; round += 1) made.push(await resultOf<Made>('pages.ts', [1]));
    return { first: made.map(({ first }) => first), later: made.flatMap(({ later }) => later) };
  },
});
