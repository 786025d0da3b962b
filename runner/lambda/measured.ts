import { emfLine } from '../../reporters/metrics/emf.ts';
import { metricsOfLoop } from '../../reporters/metrics/metrics.ts';
import { loopDelay } from '../adapters/runtime/loop-delay.ts';
import type { Clock } from '../core/base/clock.ts';
import type { LambdaEnvironment } from './lambda-environment.ts';

/** Does the work of one invocation, and publishes how long its event loop was held up. */
export async function measured<T>(
  work: () => Promise<T>,
  {
    around,
    stack,
    clock,
  }: { readonly around: Pick<LambdaEnvironment, 'line'>; readonly stack: string; readonly clock: Clock },
): Promise<T> {
  const delay = loopDelay();
  try {
    return await work();
  } finally {
    around.line(emfLine(metricsOfLoop(stack, clock.nowMs(), delay.longestMs())));
    delay.end();
  }
}
