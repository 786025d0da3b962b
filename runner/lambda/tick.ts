import { sendHeartbeat } from '../adapters/runtime/heartbeat.ts';
import { thrownMessage } from '../core/base/errors.ts';
import type { RunnerHealth } from '../core/report/reporter.ts';
import type { FleetContext } from '../engine/fleet-context.ts';
import { syncFleet } from '../engine/schedule/sync-fleet.ts';
import { tick } from '../engine/schedule/tick.ts';
import type { NotifyingBundle } from './bundle.ts';
import { type DeployedSettings, deployedSettings } from './deployed-settings.ts';
import { deploymentOf, idleEngine, monitors } from './deployment.ts';
import { type Invocation, type LambdaEnvironment, log, PROCESS } from './lambda-environment.ts';
import { measured } from './measured.ts';
import { type Reporting, reportingOf } from './reporting.ts';
import { sitePages } from './site-pages.ts';

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
  const reportingNow = reportingOf(bundle, deployment, around);
  const pages = sitePages(deployment, around);
  let lastTickMs: number | undefined;
  const once = async (awsRequestId: string, { reporters, undelivered }: Reporting): Promise<void> => {
    const context = monitorOf(awsRequestId, reporters);
    const adopted = await adopt(context);
    const ticked = await tick(context);
    const faults = [...adopted, ...ticked.faults];
    for (const fault of faults) log(around, 'ERROR', thrownMessage(fault));
    const { planned, missed, lost, oldestRunMs } = ticked;
    log(around, 'INFO', 'tick', { queued: planned.length, missed, lost: lost.length, faults: faults.length });
    reporters.emit('onHealth', {
      runner: stack,
      atMs: deployment.clock.nowMs(),
      complete: faults.length === 0,
      missed,
      undelivered: undelivered.take(),
      oldestRunMs,
    });
    if (faults.length > 0) return;
    lastTickMs = deployment.clock.nowMs();
    await beat(settings, around);
  };
  return async (_, invocation) => {
    deployment.clock.renew();
    const reporting = await reportingNow();
    const { reporters } = reporting;
    const report = (health: RunnerHealth): void =>
      reporters.emit('onHealth', { ...health, reporterFailures: reporters.takeFailures() });
    try {
      await measured(async () => once(invocation.awsRequestId, reporting), {
        stack,
        clock: deployment.clock,
        report,
      });
    } finally {
      await reporters.end();
    }
    await pages?.update(lastTickMs, invocation);
  };
}

async function beat(settings: DeployedSettings, around: LambdaEnvironment): Promise<void> {
  if (settings.heartbeatUrl === undefined) return;
  await sendHeartbeat(settings.heartbeatUrl, settings).catch((thrown: unknown) =>
    log(around, 'WARN', thrownMessage(thrown)),
  );
}

/** A container adopts its fleet once; a refused adoption is a fault, and is tried again, since its cause may be fixed. */
function adoptingOnce(allowShrink: boolean): (context: FleetContext) => Promise<readonly unknown[]> {
  let done = false;
  return async (context) => {
    if (done) return [];
    try {
      await syncFleet(context, { allowShrink });
      done = true;
      return [];
    } catch (thrown) {
      return [thrown];
    }
  };
}
