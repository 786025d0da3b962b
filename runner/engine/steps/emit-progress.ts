import { shortReason } from '../../core/base/format.ts';
import type { Json } from '../../core/base/json.ts';
import { shortened } from '../../core/evidence/bounded.ts';
import type { Step } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import type { Run } from '../context/run-context.ts';
import type { Assessment } from './assertions.ts';
import type { Observation } from './poll.ts';

/** Emits the start of a step, with its latest end. */
export function emitStepStarted(step: Step, { engine, runId, request }: Run, longestMs: number): void {
  if (engine.reporters?.has('onStepStart') !== true) return;
  const atMs = engine.clock.nowMs();
  const { id, name, kind, mode } = step;
  const canary = request.canary.name;
  engine.reporters.emit('onStepStart', {
    runId,
    canary,
    step: { id, name: engine.redactor.text(name), kind, mode },
    atMs,
    deadlineAtMs: atMs + longestMs,
  });
}

export function emitStepPolled(
  { id }: Step,
  { engine, runId }: Run,
  observation: Observation,
  assessment: Assessment | undefined,
): void {
  if (engine.reporters?.has('onStepPoll') !== true) return;
  const lastSeen = engine.redactor.text(shortened(observation.fault?.message ?? summaryOf(assessment)));
  engine.reporters.emit('onStepPoll', { runId, stepId: id, attempts: observation.count, lastSeen });
}

export function emitStepEnded(result: StepResult, { engine, runId, request }: Run): void {
  if (engine.reporters?.has('onStepEnd') !== true) return;
  const { hop, reason, nearby, ...rest } = engine.redactor.deep(result);
  const short = { hop: shortReason(hop), reason: shortReason(reason), nearby: nearby.map(shortReason) };
  engine.reporters.emit('onStepEnd', { runId, canary: request.canary.name, step: { ...rest, ...short } });
}

function summaryOf(assessment: Assessment | undefined): string {
  if (assessment === undefined || assessment.selected.length === 0)
    return assessment?.nearby[0] ?? 'nothing yet';
  const [nearest] = assessment.selected;
  const failed = nearest?.checks.find((check) => !check.ok);
  if (failed === undefined) return `${assessment.selected.length} seen`;
  const actual = failed.missing === true ? 'missing' : JSON.stringify(failed.actual satisfies Json);
  return `${assessment.selected.length} seen, ${failed.path} ${actual}`;
}
