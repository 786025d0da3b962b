import { parentPort, workerData } from 'node:worker_threads';
import { simulationResult } from './checks/tally.ts';
import { Simulation, type Variant } from './simulation.ts';

/** The data of the thread: the variant that it simulates, if any. */
const variant = workerData as Variant | null | undefined;
const options = variant === undefined || variant === null ? {} : { variant };

/** One simulation after another, by requested seeds. */
let last = Promise.resolve();
parentPort?.on('message', (seed: number) => {
  last = last.then(async () => {
    const simulated = simulationResult(await new Simulation({ seed, ...options }).run());
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none, only a window has
    parentPort?.postMessage(simulated);
  });
});
