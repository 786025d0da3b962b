import { formatDuration } from '../../runner/core/base/duration.ts';
import { truncateText, visible } from '../../runner/core/base/format.ts';
import { xrayIdOf } from '../../runner/core/base/run-id.ts';
import type { Blame, Verdict } from '../../runner/core/base/verdict.ts';
import { writtenName } from '../../runner/core/expression/template.ts';
import type { Check, RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import {
  formatActual,
  formatExpected,
  formatValue,
  otherLines,
} from '../../runner/core/report/format-check.ts';
import { phasePrefix } from '../../runner/core/report/phase-prefix.ts';
import { formatContinuity } from '../../runner/core/trace/continuity.ts';
import type { Paint } from './paint.ts';

const MARKS: Readonly<Record<Verdict, string>> = {
  passed: '✓',
  degraded: '!',
  failed: '✗',
  error: '?',
  skipped: '-',
};

const MOST_CHECKS = 8;

/** The longest saved text, and the longest path, in UTF-16 units. */
const LONGEST_TEXT = 200;

/** Conclusions about the system from an error, by its blame. */
const ERROR_MEANING: Readonly<Record<Blame, string>> = {
  definition: 'the canary, or what it refers to, is faulty; this says nothing of the system',
  observer: 'Coalmine could not observe the system, so its state is unknown',
  target: 'the system is at fault',
  runner: 'Coalmine or its machine is at fault; the state of the system is unknown',
};

/** A run as text: each step and, for a fault, its position, the expected and the actual value, and how far the run came. */
export function formatRun(run: RunResult, paint: Paint): string {
  const steps = run.steps.flatMap((step) => formatStep(step, paint, phasePrefix(step)));
  const cleanup = run.cleanup.flatMap((step) => formatStep(step, paint, 'cleanup: '));
  const trouble = run.reason === '' ? [] : [`  ${paint(run.verdict, visible(run.reason))}`];
  const bad = run.verdict === 'failed' || run.verdict === 'error';
  const next = bad ? whereNext(run, paint) : [];
  return [heading(run, paint), ...trouble, ...steps, ...cleanup, ...broken(run, paint), ...next].join('\n');
}

/** The way of the id, if it was lost or could not be seen everywhere. A hop where nothing came has a step that says so. */
function broken({ continuity }: RunResult, paint: Paint): readonly string[] {
  if (continuity?.gap?.lost !== true && continuity?.hops.some(({ id }) => id === 'unknown') !== true)
    return [];
  return [`  ${paint('skipped', visible(formatContinuity(continuity)))}`];
}

/** One step in one line, and more if it did not pass. */
export function formatStep(step: StepResult, paint: Paint, before: string): readonly string[] {
  const saved = Object.entries(step.saved).map(
    ([name, value]) => `${visible(writtenName(name))} = ${formatPlain(value)}`,
  );
  const at =
    step.verdict === 'failed' || step.verdict === 'error'
      ? paint('skipped', `${visible(step.at.file)}:${step.at.line}`)
      : '';
  const line = [
    `${paint(step.verdict, MARKS[step.verdict])} ${before}${visible(step.name)}`,
    paint('skipped', outcomeText(step)),
    saved.join(' '),
    at,
  ];
  return [`  ${line.filter(Boolean).join('   ')}`, ...details(step, paint)];
}

function heading(
  { canary, verdict, durationMs, runId, environment, region = '' }: RunResult,
  paint: Paint,
): string {
  const where = visible([environment, region].filter(Boolean).join(' '));
  const words = verdict === 'skipped' ? 'skipped' : `${verdict} after ${formatDuration(durationMs)}`;
  return `${paint(verdict, `${MARKS[verdict]} ${visible(canary)}`)}  ${words}   ${paint('skipped', `run ${runId}   ${where}`)}`;
}

function outcomeText({ reason, mode, durationMs, evidence, verdict }: StepResult): string {
  if (reason !== '') return visible(reason);
  const data = evidence[0]?.data;
  const status =
    mode === 'act' && typeof data === 'object' && data !== null && 'status' in data
      ? `${String(data['status'])} `
      : '';
  return verdict === 'skipped' ? '' : `${status}in ${formatDuration(durationMs)}`;
}

function details(step: StepResult, paint: Paint): readonly string[] {
  if (step.verdict !== 'failed' && step.verdict !== 'error') return [];
  const polls =
    step.mode === 'act' || step.attempts === 0
      ? ''
      : ` · ${step.attempts} ${step.attempts === 1 ? 'poll' : 'polls'}`;
  const unmet = step.checks.filter(({ ok }) => !ok);
  const shown = unmet.slice(0, MOST_CHECKS).flatMap((check) => formatDifference(check, unmet));
  const more = unmet.length > MOST_CHECKS ? [`and ${unmet.length - MOST_CHECKS} more`] : [];
  const lines = [
    ...(step.hop === '' || (polls === '' && step.reason.startsWith(`${step.hop}: `))
      ? []
      : [`${visible(step.hop)}${polls}`]),
    ...shown,
    ...more,
    ...step.nearby.map(visible),
    ...otherLines(
      step.reason,
      step.quotes.map(({ text }) => text),
    ).map((text) => `content: ${visible(text)}`),
  ];
  return lines.map((line) => `        ${paint('plain', line)}`);
}

function formatDifference(check: Check, all: readonly Check[]): readonly string[] {
  const width = Math.min(
    40,
    Math.max(...all.map(({ path, operator }) => (path === '' ? operator : path).length)),
  );
  const label = visible(truncateText(check.path === '' ? check.operator : check.path, LONGEST_TEXT)).padEnd(
    width,
  );
  return [
    `  ${label}   expected  ${formatExpected(check)}`,
    `  ${' '.repeat(width)}   actual    ${formatActual(check)}`,
  ];
}

function whereNext(run: RunResult, paint: Paint): readonly string[] {
  const trail = run.trail.map(
    ({ hop, afterMs, note }) =>
      `${visible(hop)} ${formatDuration(afterMs)}${note === undefined ? '' : ` (${visible(note)})`}`,
  );
  const next = [
    `logs "${run.runId}"`,
    `X-Ray ${xrayIdOf(run.runId)}`,
    run.owner === '' ? 'no owner' : `owner ${visible(run.owner)}`,
    run.runbook === undefined ? 'no runbook' : `runbook ${visible(run.runbook)}`,
  ];
  return [
    ...blamed(run),
    ...(trail.length === 0 ? [] : [`  last seen: ${trail.join(' → ')}`]),
    `  ${paint('skipped', next.join('   '))}`,
  ];
}

/** The system is to blame for every failed run, so only an error names its blame. */
function blamed({ verdict, blame, steps }: RunResult): readonly string[] {
  if (verdict !== 'error') return [];
  const all = new Set([blame, ...steps.filter((step) => step.verdict === 'error').map((step) => step.blame)]);
  return [...all].flatMap((one) => (one === undefined ? [] : [`  blame ${one}: ${ERROR_MEANING[one]}`]));
}

function formatPlain(value: StepResult['saved'][string]): string {
  return typeof value === 'string' ? visible(truncateText(value, LONGEST_TEXT)) : formatValue(value);
}
