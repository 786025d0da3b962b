import { createHash } from 'node:crypto';
import { omitUndefined } from '../../runner/core/base/omit-undefined.ts';
import type { RunId } from '../../runner/core/base/run-id.ts';
import type { Evidence, RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import { attributesOf, KIND, nanosOf, type Span, STATUS, type Status, type Values } from './span.ts';

/**
 * A run as the spans of one trace, whose id is the run's. Below the run is each step, and below a check each thing that it saw, from its
 * origin to its sight. An act has the span id that it sent along, so spans of the application are its children. The same run
 * always gives the same ids. Names of attributes are those of the semantic conventions 1.44; `coalmine.*` are our own.
 */
export function spansOf(run: RunResult): readonly Span[] {
  const root: Span = {
    ...spanOf(run, { id: 'run', name: run.canary, startMs: run.startedAtMs, endMs: endOf(run) }),
    attributes: attributesOf({
      ...SYNTHETIC,
      'test.suite.name': run.canary,
      'test.suite.run.status': run.interrupted ? 'aborted' : (RUN_STATUS[run.verdict] ?? run.verdict),
      'error.type': errorTypeOf(run, firstBlame(run)),
      'coalmine.verdict': run.verdict,
      'coalmine.reason': run.reason,
      'coalmine.owner': run.owner,
      'coalmine.runbook': run.runbook,
      'coalmine.tags': run.tags,
      'cloud.region': run.region,
      'code.file.path': run.source,
    }),
    ...statusOf(run.verdict, run.reason === '' ? reasonOfSteps(run) : run.reason),
  };
  return [
    root,
    ...run.steps.flatMap((step, index) => stepSpans(step, { run, id: `step ${index}`, root: root.spanId })),
    ...run.cleanup.flatMap((step, index) =>
      stepSpans(step, { run, id: `cleanup ${index}`, root: root.spanId, isCleanup: true }),
    ),
  ];
}

/** Every span belongs to a test, none to a user. */
const SYNTHETIC: Values = { 'user_agent.synthetic.type': 'test' };

/** Values of the conventions; a verdict without one stands for itself, as they allow. */
const RUN_STATUS: Readonly<Record<string, string>> = {
  passed: 'success',
  degraded: 'success',
  failed: 'failure',
};
const CASE_STATUS: Readonly<Record<string, string>> = { passed: 'pass', degraded: 'pass', failed: 'fail' };

interface StepOf {
  readonly run: RunResult;
  readonly id: string;
  readonly root: string;
  readonly isCleanup?: boolean;
}

function stepSpans(step: StepResult, { run, id, root, isCleanup = false }: StepOf): readonly Span[] {
  const isAct = step.mode === 'act';
  const span: Span = {
    ...spanOf(run, { id, name: step.name, startMs: step.startedAtMs, endMs: endOf(step), parent: root }),
    ...omitUndefined({ spanId: step.spanId }),
    kind: isAct ? KIND.client : KIND.internal,
    attributes: attributesOf({
      ...SYNTHETIC,
      'test.case.name': `${run.canary}/${step.name}`,
      'test.case.result.status': CASE_STATUS[step.verdict] ?? step.verdict,
      'error.type': errorTypeOf(step, step.blame),
      'coalmine.verdict': step.verdict,
      'coalmine.reason': step.reason,
      'coalmine.step.kind': step.kind,
      'coalmine.step.mode': isCleanup ? 'cleanup' : step.mode,
      'coalmine.step.phase': step.phase,
      'coalmine.resource': step.hop,
      'coalmine.attempts': step.attempts,
      'coalmine.time_to_effect_ms': step.timeToEffectMs,
      'coalmine.lag_ms': step.lagMs,
      'code.file.path': step.at.file,
      'code.line.number': step.at.line,
    }),
    ...statusOf(step.verdict, step.reason),
  };
  const seen = isAct ? [] : step.evidence;
  return [
    span,
    ...seen.map((one, index) => sightingOf(one, { run, step, id: `${id} ${index}`, root: span.spanId })),
  ];
}

/** A thing that a check saw. A thing that was looked up has no time of origin. */
function sightingOf(
  { kind, id, happenedAtMs, takenAtMs }: Evidence,
  of: StepOf & { readonly step: StepResult },
): Span {
  const startMs = happenedAtMs ?? takenAtMs;
  return {
    ...spanOf(of.run, {
      id: of.id,
      name: `seen: ${of.step.hop}`,
      startMs,
      endMs: Math.max(startMs, takenAtMs), // the clock of a service may be ahead
      parent: of.root,
    }),
    attributes: attributesOf({
      ...SYNTHETIC,
      'coalmine.evidence.kind': kind,
      'coalmine.evidence.id': id,
      'coalmine.resource': of.step.hop,
    }),
  };
}

interface SpanOf {
  readonly id: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly parent?: string;
}

function spanOf(
  { runId }: RunResult,
  { id, name, startMs, endMs, parent }: SpanOf,
): Omit<Span, 'attributes'> {
  return {
    traceId: runId,
    spanId: spanIdOf(runId, id),
    ...omitUndefined({ parentSpanId: parent }),
    name: name.toWellFormed(),
    kind: KIND.internal,
    startTimeUnixNano: nanosOf(startMs),
    endTimeUnixNano: nanosOf(endMs),
  };
}

function spanIdOf(runId: RunId, id: string): string {
  return createHash('sha256').update(`${runId} ${id}`).digest('hex').slice(0, 16);
}

function endOf({ startedAtMs, durationMs }: Pick<RunResult, 'startedAtMs' | 'durationMs'>): number {
  return startedAtMs + durationMs;
}

/** OK is for a pass alone. An `error` is ERROR too, with another type: nothing is known of the system. */
function statusOf(verdict: RunResult['verdict'], message: string): { readonly status?: Status } {
  if (verdict === 'passed') return { status: { code: STATUS.ok } };
  if (verdict !== 'failed' && verdict !== 'error') return {};
  return { status: { code: STATUS.error, message: message.toWellFormed() } };
}

/** `failed` for the watched system; for a run that could not check, its blame. */
function errorTypeOf({ verdict }: Pick<RunResult, 'verdict'>, blame: string | undefined): string | undefined {
  if (verdict === 'failed') return 'failed';
  return verdict === 'error' ? `error.${blame ?? 'runner'}` : undefined;
}

function worstStep({ steps, verdict }: RunResult): StepResult | undefined {
  return steps.find((step) => step.verdict === verdict);
}

function firstBlame(run: RunResult): string | undefined {
  return run.blame ?? worstStep(run)?.blame;
}

function reasonOfSteps(run: RunResult): string {
  return worstStep(run)?.reason ?? '';
}
