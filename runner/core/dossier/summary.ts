import { formatDuration } from '../base/duration.ts';
import { formatSecond } from '../base/format.ts';
import type { RunResult, StepResult } from '../model/run-result.ts';
import { firstUnseen } from '../report/first-unseen.ts';
import { formatActual, formatExpected } from '../report/format-check.ts';
import type { AroundDossier } from './around.ts';
import { code } from './markdown.ts';
import { sinceLabel, sinceRuns } from './since.ts';

/** The first ten lines, of 3 kB at most. A reader who reads no further knows the resource, the difference, and how far the run came. */
export function summaryLines(run: RunResult, around: AroundDossier): readonly string[] {
  const { canary, verdict, reason, environment, region = '', startedAtMs, durationMs, runId } = run;
  const bad = run.steps.filter((step) => !isPass(step.verdict) && step.verdict === verdict);
  const [step] = bad;
  const where = [environment, region].filter(Boolean).join(' ');
  return [
    `# ${code(canary, 200)} ${verdict}${step === undefined ? '' : ` at ${code(resourceOf(step), 200)}`}`,
    '',
    `- Run ${code(runId)}, ${formatSecond(startedAtMs)}, ${formatDuration(durationMs)}, in ${code(where, 160)}`,
    ...(step === undefined ? reasonLine(reason) : stepFacts(step)),
    `- Last hop seen: ${lastSeen(run)}`,
    `- First hop not seen: ${notSeen(run, around)}`,
    ...(isPass(verdict) || verdict === 'degraded'
      ? []
      : [`- ${sinceLabel(around.since)}: ${sinceText(around)}`]),
    ...(bad.length < 2
      ? []
      : [
          `- Also ${verdict}: ${bad
            .slice(1, 4)
            .map((one) => code(resourceOf(one), 120))
            .join(', ')}`,
        ]),
  ];
}

function isPass(verdict: RunResult['verdict']): boolean {
  return verdict === 'passed' || verdict === 'skipped';
}

function reasonLine(reason: string): readonly string[] {
  return reason === '' ? [] : [`- Reason: ${code(reason)}`];
}

function stepFacts(step: StepResult): readonly string[] {
  const { name, at, reason, checks } = step;
  const check = checks.find(({ ok }) => !ok);
  const found =
    check === undefined
      ? undefined
      : `${code(check.path === '' ? check.operator : check.path, 120)} expected ${code(formatExpected(check), 160)}, found ${code(formatActual(check), 160)}`;
  return [
    `- Step: ${code(name, 160)} (${code(`${at.file}:${at.line}`, 200)}): ${code(reason, 240)}`,
    ...(found === undefined ? [] : [`- Difference: ${found}`]),
  ];
}

/** The resource of a step; its name if it names none. */
function resourceOf({ hop, name }: StepResult): string {
  return hop === '' ? name : hop;
}

function lastSeen({ trail }: RunResult): string {
  const last = trail.at(-1);
  if (last === undefined) return "none: no hop had the run's id";
  const note = last.note === undefined ? '' : ` (${code(last.note, 160)})`;
  return `${code(last.hop, 200)}, ${formatDuration(last.afterMs)} after the start${note}`;
}

function notSeen(run: RunResult, { comparison }: AroundDossier): string {
  const unseen = firstUnseen(run);
  if (unseen === undefined) return 'none; each hop that was checked was seen';
  const { step, is } = unseen;
  const known = comparison?.hops.find(({ stepId }) => stepId === step.stepId)?.hop ?? '';
  return `${code(step.hop || known || step.name, 200)}${is === 'unchecked' ? ' (not checked)' : ''}`;
}

function sinceText({ since }: AroundDossier): string {
  if (since === undefined) return 'this run; no earlier one is known';
  const { firstMs, lastPassMs, isAtLeast } = since;
  const pass = lastPassMs === undefined ? '' : `; last pass ${formatSecond(lastPassMs)}`;
  return `${isAtLeast ? 'at least ' : ''}${formatSecond(firstMs)}, ${sinceRuns(since)}${pass}`;
}
