import { parentPort } from 'node:worker_threads';
import { simulationResult } from './checks/tally.ts';
import { Simulation } from './simulation.ts';

/** One simulation after another, by requested seeds. */
let last = Promise.resolve();
parentPort?.on('message', (seed: number) => {
  last = last.then(async () => {
    const simulated = simulationResult(await new Simulation({ seed }).run());
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none, only a window has
    parentPort?.postMessage(simulated);
  });
});
