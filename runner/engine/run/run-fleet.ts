import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { Engine, RunRequest } from '../engine.ts';
import { reportRun } from '../fleet-context.ts';
import { runCanary } from './run-canary.ts';

/** Makes runs, so many at a time, reports each, and gives their results in the order of the requests. */
export async function runFleet(
  requests: readonly RunRequest[],
  engine: Engine,
  { concurrency }: { readonly concurrency: number },
): Promise<readonly RunResult[]> {
  return mapWithConcurrency(concurrency, requests, async (request) => {
    const result = await runCanary(request, engine);
    reportRun(engine, result);
    return result;
  });
}
