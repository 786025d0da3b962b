import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { Engine, RunRequest } from '../engine.ts';
import { runCanary } from './run-canary.ts';

/** Makes runs, so many at a time, and gives their results in the order asked for. */
export async function runFleet(
  requests: readonly RunRequest[],
  engine: Engine,
  { concurrency }: { readonly concurrency: number },
): Promise<readonly RunResult[]> {
  return mapWithConcurrency(concurrency, requests, (request) => runCanary(request, engine));
}
