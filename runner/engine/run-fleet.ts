import type { RunResult } from '../core/run.ts';
import type { Engine, RunRequest } from './engine.ts';
import { runCanary } from './run-canary.ts';

/** Makes runs, so many at a time, and gives their results in the order asked for. */
export async function runFleet(
  requests: readonly RunRequest[],
  engine: Engine,
  { concurrency }: { readonly concurrency: number },
): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  const waiting = requests.entries();
  const worker = async (): Promise<void> => {
    for (const [index, request] of waiting) results[index] = await runCanary(request, engine);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, requests.length) }, worker));
  return results;
}
