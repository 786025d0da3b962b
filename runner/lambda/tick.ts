import { healthFigures } from '../../reporters/metrics/metrics.ts';
import { sendHeartbeat } from '../adapters/runtime/heartbeat.ts';
import type { FleetContext } from '../engine/fleet-context.ts';
import { syncFleet } from '../engine/schedule/sync-fleet.ts';
import { tick } from '../engine/schedule/tick.ts';
import type { NotifyingBundle } from './bundle.ts';
import { deployedSettings } from './deployed-settings.ts';
import { deploymentOf, idleEngine, monitors } from './deployment.ts';
import { type Invocation, type LambdaEnvironment, PROCESS, say, wordsOf } from './lambda-environment.ts';
import { measured } from './measured.ts';
import { reporting } from './reporting.ts';

/**
 * The tick function: one tick, each minute. It logs failures, which the next tick retries; only a complete tick sends a heartbeat.
 * @throws Error with every fault of its settings, when it is made.
 */
export function tickHandler(
  bundle: NotifyingBundle,
  around: LambdaEnvironment = PROCESS,
): (event: unknown, invocation: Invocation) => Promise<void> {
  const settings = deployedSettings(around.env, ['table', 'stack', 'runQueueUrl']);
  const deployment = deploymentOf(bundle, settings);
  const monitorOf = monitors(deployment, idleEngine(deployment), bundle);
  const adopt = adoptingOnce(settings.allowShrink);
  const { stack } = settings;
  const once = async (awsRequestId: string): Promise<void> => {
    const told = reporting(around);
    const context = monitorOf(awsRequestId, told);
    const adopted = await adopt(context).then(
      () => [],
      (thrown: unknown) => [thrown],
    );
    const ticked = await tick(context);
    const faults = [...adopted, ...ticked.faults];
    for (const fault of faults) say(around, 'ERROR', wordsOf(fault));
    const { planned, missed, lost, oldestRunMs } = ticked;
    say(around, 'INFO', 'tick', { queued: planned.length, missed, lost: lost.length, faults: faults.length });
    const figures = healthFigures({
      atMs: deployment.clock.nowMs(),
      stack,
      complete: faults.length === 0,
      missed,
      undelivered: told.undeliveredCount(),
      oldestRunMs,
    });
    told.publish(figures);
    if (faults.length === 0 && settings.heartbeatUrl !== undefined)
      await sendHeartbeat(settings.heartbeatUrl, settings).catch((thrown: unknown) =>
        say(around, 'WARN', wordsOf(thrown)),
      );
  };
  return async (_, { awsRequestId }) => {
    deployment.clock.renew();
    await measured(async () => once(awsRequestId), { around, stack, clock: deployment.clock });
  };
}

/** A container adopts its fleet once; a refused adoption is tried again, since its cause may be fixed. */
function adoptingOnce(allowShrink: boolean): (context: FleetContext) => Promise<void> {
  let done = false;
  return async (context) => {
    if (done) return;
    await syncFleet(context, { allowShrink });
    done = true;
  };
}
