import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { thrownMessage } from '../core/base/errors.ts';
import { isJsonMap, type Json } from '../core/base/json.ts';
import { CLEANUP_MS } from '../core/cleanup/pending-cleanups.ts';
import type { RunnerHealth } from '../core/report/reporter.ts';
import type { QueuedSlot } from '../core/store/run-queue.ts';
import { mayHaveLeft } from '../engine/cleanup/sweep.ts';
import { sweepFleet } from '../engine/cleanup/sweep-fleet.ts';
import type { FleetContext } from '../engine/fleet-context.ts';
import { executeSlot } from '../engine/schedule/execute-slot.ts';
import { unlessStoodStill } from '../engine/standstill.ts';
import { Interrupted } from '../engine/steps/classify-error.ts';
import type { WorkerBundle } from './bundle.ts';
import { deployedSettings } from './deployed-settings.ts';
import { type Deployment, deploymentOf, monitors } from './deployment.ts';
import { type Invocation, type LambdaEnvironment, log, PROCESS } from './lambda-environment.ts';
import { measured } from './measured.ts';
import { type Reporting, reportingOf } from './reporting.ts';
import { workerEngine } from './worker-engine.ts';

/** Reserve of an invocation's time: for cleanup, and then for storing results and sending notices. */
export const RESERVE_MS = CLEANUP_MS + 5_000;

const BUSY_PAUSE_MS = 10_000;
const AGAIN_MS = 30_000;

/**
 * The worker function: runs all canaries of a batch at once. A canary that fails is a result. A slot that could not be worked on
 * is given back to the queue.
 * @throws Error with every fault of its settings, when it is made.
 */
export function workerHandler(
  bundle: WorkerBundle,
  around: LambdaEnvironment = PROCESS,
): (event: SQSEvent, invocation: Invocation) => Promise<SQSBatchResponse> {
  const settings = deployedSettings(around.env, ['table', 'stack', 'runQueueUrl']);
  const deployment = deploymentOf(bundle, settings);
  const { engine, rest } = workerEngine(deployment, bundle);
  const monitorOf = monitors(deployment, engine, bundle);
  const { clock } = deployment;
  const { stack } = settings;
  const reportingNow = reportingOf(bundle, deployment, around);
  const once = async (
    Records: readonly SQSRecord[],
    { awsRequestId, getRemainingTimeInMillis }: Invocation,
    reporting: Reporting,
  ): Promise<SQSBatchResponse> => {
    const context = monitorOf(awsRequestId, reporting.reporters);
    const ending = new AbortController();
    const sinceMs = clock.nowMs();
    const endAtMs = sinceMs + getRemainingTimeInMillis() - RESERVE_MS;
    const forget = clock.at(endAtMs, () => ending.abort(unlessStoodStill(timeSpent(), { clock, sinceMs })));
    const work = { deployment, context, signal: ending.signal, around };
    const given = await Promise.all(Records.map(async (record) => workRecord(record, work)));
    forget();
    await rest();
    reportCount(reporting, { runner: stack, atMs: clock.nowMs() });
    return { batchItemFailures: given.flatMap((id) => (id === undefined ? [] : { itemIdentifier: id })) };
  };
  return async ({ Records }, invocation) => {
    clock.renew();
    const reporting = await reportingNow();
    const { reporters } = reporting;
    const report = (health: RunnerHealth): void =>
      reporters.emit('onHealth', { ...health, reporterFailures: reporters.takeFailures() });
    try {
      return await measured(async () => once(Records, invocation, reporting), { stack, clock, report });
    } finally {
      await reporters.end();
    }
  };
}

/** Of this metric, CloudWatch takes the greatest of a minute, and the tick sends one: so none is sent for no notice. */
function reportCount({ reporters, undelivered }: Reporting, health: RunnerHealth): void {
  const count = undelivered.take();
  if (count > 0) reporters.emit('onHealth', { ...health, undelivered: count });
}

interface WorkerContext {
  readonly deployment: Deployment;
  readonly context: FleetContext;
  readonly signal: AbortSignal;
  readonly around: LambdaEnvironment;
}

/** The id of the message, if it must be delivered again. */
async function workRecord(record: SQSRecord, work: WorkerContext): Promise<string | undefined> {
  const { deployment, context, around } = work;
  try {
    const asked = requestIn(record.body);
    await (asked === 'sweep' ? sweep(work) : workOn(asked, work));
    return undefined;
  } catch (thrown) {
    const fault = context.engine.classifyAwsError(thrown);
    log(around, 'ERROR', `A message could not be worked on: ${thrownMessage(fault)}`, { body: record.body });
    // Without this it would stay hidden for as long as the longest batch may take.
    await deployment.queue.postpone(record.receiptHandle, AGAIN_MS).catch((again: unknown) => {
      log(around, 'WARN', `It could not be given back early: ${thrownMessage(again)}`);
    });
    return record.messageId;
  }
}

async function workOn(slot: QueuedSlot, { deployment, context, signal }: WorkerContext): Promise<void> {
  const { clock, queue } = deployment;
  const worked = await executeSlot(slot, context, { signal });
  // SQS delays by fifteen minutes at most, and in whole seconds of a clock of its own.
  if (worked === 'early') await queue.send([slot]);
  if (worked === 'busy') await queue.send([{ ...slot, notBeforeMs: clock.nowMs() + BUSY_PAUSE_MS }]);
}

async function sweep({ context, signal, around }: WorkerContext): Promise<void> {
  for (const one of await sweepFleet(context, { signal })) {
    const { runId, canary, tries } = one.entry;
    const level = one.clean && !mayHaveLeft(one) ? 'INFO' : 'WARN';
    const reasons = one.steps.map(({ result, fate }) => ({ step: result.name, fate, reason: result.reason }));
    log(around, level, 'sweep', {
      canary,
      runId,
      clean: one.clean,
      tries,
      reason: one.reason,
      steps: reasons,
    });
  }
}

/** Content of a message: a slot to run, or a sweep. */
function requestIn(body: string): QueuedSlot | 'sweep' {
  const slot = JSON.parse(body) as Json;
  if (isJsonMap(slot)) {
    const { canary, slotAtMs, notBeforeMs, overtakes, sweep: isSweep } = slot;
    if (isSweep === true) return 'sweep';
    if (typeof canary === 'string' && Number.isInteger(slotAtMs) && typeof notBeforeMs === 'number')
      return {
        canary,
        slotAtMs: slotAtMs as number,
        notBeforeMs,
        ...(typeof overtakes === 'number' ? { overtakes } : {}),
      };
  }
  throw new Error('the message holds no slot');
}

function timeSpent(): Error {
  return new Interrupted(
    "The worker function reached its timeout before the run's steps were done. Shorten the run: its windows or its 'timeout'.",
  );
}
