import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { Engine, RunRequest } from '../engine.ts';
import { runCanary } from './run-canary.ts';

/** Makes runs with a limit of concurrent ones; results keep the order of the requests. */
export async function runFleet(
  requests: readonly RunRequest[],
  engine: Engine,
  { concurrency }: { readonly concurrency: number },
): Promise<readonly RunResult[]> {
  return mapWithConcurrency(concurrency, requests, (request) => runCanary(request, engine));
}
