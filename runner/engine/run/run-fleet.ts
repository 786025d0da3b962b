import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { Engine, RunRequest } from '../engine.ts';
import { reportRun } from '../fleet-context.ts';
import { runCanary } from './run-canary.ts';

/** A way to make runs. */
export interface FleetRun {
  /** Number of runs at a time. */
  readonly concurrency: number;
  /** Called with each result as soon as its run has ended; the next run waits for it. */
  ended?(result: RunResult): Promise<void>;
}

/** Makes runs, so many at a time, reports each, and gives their results in the order of the requests. */
export async function runFleet(
  requests: readonly RunRequest[],
  engine: Engine,
  { concurrency, ended }: FleetRun,
): Promise<readonly RunResult[]> {
  return mapWithConcurrency(concurrency, requests, async (request) => {
    const result = await runCanary(request, engine);
    reportRun(engine, result);
    await ended?.(result);
    return result;
  });
}
