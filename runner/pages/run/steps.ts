import { formatDuration } from '../../core/base/duration.ts';
import { visibleJson } from '../../core/base/format.ts';
import type { Check, Evidence, RunResult, StepResult } from '../../core/model/run-result.ts';
import { formatActual, formatExpected } from '../../core/report/format-check.ts';
import { phasePrefix } from '../../core/report/phase-prefix.ts';
import { escapeText, type Html, html } from '../base/html.ts';
import { markText } from '../base/verdict.ts';
import { shortened } from './fault.ts';
import { heading, type Level } from './heading.ts';

/** Every step with its outcome and times; its checks and its evidence are unfolded on demand. */
export function stepsSection(run: RunResult, level: Level): Html {
  const all = [
    ...run.steps.map((step) => stepBlock(step, run, phasePrefix(step))),
    ...run.cleanup.map((step) => stepBlock(step, run, 'cleanup: ')),
  ];
  if (all.length === 0) return html``;
  return html`<section>${heading(level, 1, 'Steps')}<div class="steps">${all}</div>
    ${run.truncated === true && html`<p class="mute">Part of what was seen was too large to keep, and was left out.</p>`}</section>`;
}

function stepBlock(step: StepResult, run: RunResult, before: string): Html {
  const { verdict, name, startedAtMs, durationMs, checks, evidence, saved } = step;
  const reason = verdict === 'failed' && evidence.length > 0 ? shortened(step) : step.reason;
  const startMs = run.startedAtMs;
  const met = checks.filter(({ ok }) => ok);
  const values = Object.entries(saved).map(
    ([key, value]) => html`<li>saved <code>${key}</code> = ${escapeText(visibleJson(value))}</li>`,
  );
  return html`<details><summary><span class="step">${markText(verdict, before + name)}
    ${verdict !== 'skipped' && html`<span class="num mute">${formatDuration(startedAtMs - startMs)} + ${formatDuration(durationMs)}</span>`}</span>
    ${reason !== '' && html`<span class="mute">${reason}</span>`}</summary>
    <p class="mute">${placeOf(step, run.source)}</p>${met.length > 0 && html`<p>${markText('passed', met.map(labelOf).join(', '))}</p>`}
    ${(values.length > 0 || met.length < checks.length) && html`<ul>${checks.filter(({ ok }) => !ok).map(unmetLine)}${values}</ul>`}
    ${evidence.map((one) => evidenceBlock(one, startMs))}</details>`;
}

function placeOf({ hop, mode, attempts, at }: StepResult, source: string): string {
  const polls = mode === 'act' || attempts === 0 ? '' : `${attempts} ${attempts === 1 ? 'poll' : 'polls'}`;
  const place = at.file === source ? `line ${at.line}` : `${at.file}:${at.line}`;
  return [hop, polls, place].filter(Boolean).join(' · ');
}

function labelOf({ path, operator }: Check): string {
  return path === '' ? operator : path;
}

function unmetLine(check: Check): Html {
  return html`<li>${markText('failed', labelOf(check))} expected ${formatExpected(check)}, found ${formatActual(check)}</li>`;
}

function evidenceBlock(
  { kind, id, takenAtMs, happenedAtMs, data, truncated = [] }: Evidence,
  startMs: number,
): Html {
  const seen = formatDuration(takenAtMs - startMs);
  const happened = happenedAtMs === undefined ? seen : formatDuration(happenedAtMs - startMs);
  return html`<p class="mute">${kind} <code>${escapeText(id)}</code>, ${happened !== seen && `happened at ${happened}, `}seen at ${seen}${truncated.length > 0 && `, cut: ${truncated.join(', ')}`}</p>
    <pre tabindex="0">${escapeText(visibleJson(data, 1))}</pre>`;
}
