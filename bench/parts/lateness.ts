import { nextSlotMs } from '../../runner/core/schedule/schedule.ts';
import { median } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { seconds, whileWatching } from '../measure/watching.ts';

/** The slots of a canary lie at a phase by its name. Those of a crowd lie within this time, in milliseconds. */
const TOGETHER_MS = 20;

interface Size {
  readonly rounds: number;
  readonly crowd: number;
  /** Time after the first run of each canary, for later ones before the first that counts. */
  readonly warmSeconds: number;
  readonly everySeconds: number;
}

/** The time from the moment of a slot to the request of its run, alone and if others are due at the same moment. */
export const lateness = partOf({
  name: 'lateness',
  about: '`coalmine watch` with 200 canaries that are due at the same moment: how late their runs begin',
  figures: {
    alone: { name: 'a run alone: its request after the moment of its slot', unit: 'ms', atMost: 100 },
    middle: { name: 'the median of 200 runs of one moment', unit: 'ms', atMost: 500 },
    last: { name: 'the last of 200 runs of one moment', unit: 'ms', atMost: 1_000 },
  },
  sizes: {
    full: { rounds: 7, crowd: 200, warmSeconds: 12, everySeconds: 10 },
    quick: { rounds: 3, crowd: 200, warmSeconds: 12, everySeconds: 10 },
    tiny: { rounds: 1, crowd: 3, warmSeconds: 0, everySeconds: 10 },
  },
  measure: async (size: Size) => {
    const alone = await roundsOf(1, size);
    const crowd = await roundsOf(size.crowd, size);
    return {
      alone: alone.map(median),
      middle: crowd.map(median),
      last: crowd.map((late) => Math.max(...late)),
    };
  },
});

/** The lateness of each run, by round; in milliseconds. */
async function roundsOf(
  count: number,
  { rounds, warmSeconds, everySeconds }: Size,
): Promise<readonly (readonly number[])[]> {
  const everyMs = everySeconds * 1_000;
  const { names, phaseMs } = namesOfOneMoment(count, everyMs);
  return whileWatching({ names, everySeconds }, async ({ arrivals }) => {
    await arrivals(count);
    await seconds(warmSeconds);
    await arrivals(0);
    const firstMs = Math.ceil((Date.now() - phaseMs) / everyMs) * everyMs + phaseMs;
    const came = await arrivals(rounds * count);
    return Array.from({ length: rounds }, (_, round) => {
      const slotMs = firstMs + round * everyMs;
      const late = came.map((atMs) => atMs - slotMs).filter((one) => one >= 0 && one < everyMs);
      if (late.length === count) return late;
      throw new Error(`${late.length} of ${count} runs began within ${everySeconds} s of their slot`);
    });
  });
}

/** Names of canaries whose slots begin together, found by trial; and the phase of the earliest. */
function namesOfOneMoment(
  count: number,
  everyMs: number,
): { readonly names: readonly string[]; readonly phaseMs: number } {
  const schedule = { everyMs, jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
  const phaseMs = Math.floor(everyMs / 2);
  const names: string[] = [];
  for (let n = 0; names.length < count; n += 1) {
    const late = (nextSlotMs(schedule, `bench-${n}`, 0) as number) - phaseMs;
    if (late >= 0 && late <= TOGETHER_MS) names.push(`bench-${n}`);
  }
  return { names, phaseMs };
}
