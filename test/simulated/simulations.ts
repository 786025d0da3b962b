import { Worker } from 'node:worker_threads';
import { type SimulationResult, simulationResult } from './checks/tally.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

/** Seeds of the simulations, in order, and what all of them share. */
export interface Seeds extends Pick<SimulationOptions, 'variant' | 'hours'> {
  readonly firstSeed: number;
}

/** Number of simulations queued for each thread, so that a slow one does not delay other threads. */
const IN_ADVANCE = 8;

/** Simulations without end, in the order of their seeds; on so many threads, or on this one if one is enough. */
export function simulationsOf(seeds: Seeds, jobs: number): AsyncGenerator<SimulationResult> {
  return jobs === 1 ? simulationsHere(seeds) : simulationsOnThreads(seeds, jobs);
}

async function* simulationsHere({ firstSeed, ...shared }: Seeds): AsyncGenerator<SimulationResult> {
  for (let seed = firstSeed; ; seed += 1)
    yield simulationResult(await new Simulation({ ...shared, seed }).run());
}

async function* simulationsOnThreads(
  { firstSeed, ...shared }: Seeds,
  jobs: number,
): AsyncGenerator<SimulationResult> {
  const awaited = new Map<number, PromiseWithResolvers<SimulationResult>>();
  const threads = Array.from(
    { length: jobs },
    () => new Worker(new URL('simulation-thread.ts', import.meta.url), { workerData: shared }),
  );
  for (const thread of threads) {
    thread.on('message', (simulated: SimulationResult) => awaited.get(simulated.seed)?.resolve(simulated));
    thread.on('error', (thrown) => {
      for (const { promise, reject } of awaited.values()) {
        promise.catch(() => {}); // only the next of them is waited for
        reject(thrown);
      }
    });
  }
  const ask = (seed: number): void => {
    awaited.set(seed, Promise.withResolvers());
    threads[(seed - firstSeed) % jobs]?.postMessage(seed);
  };
  for (let seed = firstSeed; seed < firstSeed + jobs * IN_ADVANCE; seed += 1) ask(seed);
  try {
    for (let seed = firstSeed; ; seed += 1) {
      const simulated = (await awaited.get(seed)?.promise) as SimulationResult;
      awaited.delete(seed);
      ask(seed + jobs * IN_ADVANCE);
      yield simulated;
    }
  } finally {
    await Promise.all(threads.map(async (thread) => thread.terminate()));
  }
}
