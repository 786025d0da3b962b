import { loopDelay } from '../adapters/runtime/loop-delay.ts';
import type { Clock } from '../core/base/clock.ts';
import type { RunnerHealth } from '../core/report/reporter.ts';

/** Does the work of one invocation, and reports the longest time for which its event loop was held up. */
export async function measured<T>(
  work: () => Promise<T>,
  {
    stack,
    clock,
    report,
  }: { readonly stack: string; readonly clock: Clock; report(health: RunnerHealth): void },
): Promise<T> {
  const delay = loopDelay();
  try {
    return await work();
  } finally {
    report({ runner: stack, atMs: clock.nowMs(), eventLoopDelayMs: delay.longestMs() });
    delay.end();
  }
}
