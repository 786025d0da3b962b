import type { QueuedSlot, RunQueue } from '../../../runner/core/store/run-queue.ts';
import { localQueue } from '../../../runner/engine/schedule/local-queue.ts';
import type { Simulation } from '../simulation.ts';
import type { SimRunner } from './sim-runner.ts';

export type SimQueue = RunQueue;

const SECOND_MS = 1_000;
const HIDDEN_MS = 6 * 60 * SECOND_MS;
const MOST_RECEIVES = 4;
const BUSY_MS = 20 * SECOND_MS;
const EARLY_MS = 5 * SECOND_MS;

/**
 * A queue shared by all runners, like SQS. It delivers each message at least once, now and then twice, and again if its worker
 * did not answer in time. After some receives it stops.
 */
export function sharedQueue(simulation: Simulation, work: (slot: QueuedSlot) => Promise<string>): SimQueue {
  const { time, prng } = simulation;
  const deliver = (slot: QueuedSlot, receives: number): void => {
    let isRemoved = false;
    const again = (inMs: number, more: number): void => {
      if (isRemoved) return;
      isRemoved = true;
      if (receives + more > MOST_RECEIVES) simulation.recordFault('message dropped', undefined, slot.canary);
      else time.at(time.nowMs() + inMs, () => deliver(slot, receives + more));
    };
    const forget = time.at(time.nowMs() + HIDDEN_MS, () => again(0, 1));
    work(slot).then(
      (worked) => {
        forget();
        if (worked === 'busy') again(BUSY_MS, 0);
        else if (worked === 'early') again(EARLY_MS, 0);
        else isRemoved = true;
      },
      () => again(30 * SECOND_MS, 1),
    );
  };
  return {
    holds: () => false,
    send: async (slots) => {
      for (const slot of slots) {
        const isDoubled = simulation.isChaotic && prng.isLucky(0.05);
        if (isDoubled) simulation.recordFault('message doubled', undefined, slot.canary);
        for (let n = isDoubled ? 2 : 1; n > 0; n -= 1) {
          const lateMs = simulation.isChaotic && prng.isLucky(0.05) ? 120 * SECOND_MS : SECOND_MS;
          const atMs = Math.max(time.nowMs(), slot.notBeforeMs) + prng.between(10, lateMs);
          time.at(atMs, () => deliver(slot, 1));
        }
      }
    },
  };
}

/** The queue of one runner: its waiting slots die with it. */
export function ownQueue(
  simulation: Simulation,
  runner: SimRunner,
  work: (slot: QueuedSlot) => Promise<string>,
): SimQueue {
  return localQueue({
    clock: runner.clock,
    concurrency: 3,
    work: async (slot) => {
      while ((await work(slot)) === 'busy') await runner.clockSleep(BUSY_MS);
    },
    failed: ({ canary }) => simulation.recordFault('message dropped', runner, canary),
  });
}
