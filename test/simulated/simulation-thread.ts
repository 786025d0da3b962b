import { parentPort, workerData } from 'node:worker_threads';
import { simulationResult } from './checks/tally.ts';
import { Simulation } from './simulation.ts';
import type { Seeds } from './simulations.ts';

/** The data of the thread: what its simulations share. */
const shared = workerData as Omit<Seeds, 'firstSeed'>;

/** One simulation after another, by requested seeds. */
let last = Promise.resolve();
parentPort?.on('message', (seed: number) => {
  last = last.then(async () => {
    const simulated = simulationResult(await new Simulation({ ...shared, seed }).run());
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none, only a window has
    parentPort?.postMessage(simulated);
  });
});
