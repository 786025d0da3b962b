import { formatDuration } from '../../core/base/duration.ts';
import { LONGEST_REASON, truncateText } from '../../core/base/format.ts';
import { SHOWN_DIGITS } from '../../core/base/run-id.ts';
import { sinceLabel, sinceRuns } from '../../core/dossier/since.ts';
import type { Check, RunResult, StepResult } from '../../core/model/run-result.ts';
import { firstUnseen } from '../../core/report/first-unseen.ts';
import { formatActual, formatExpected, formatValue } from '../../core/report/format-check.ts';
import { escapeText, type Html, type HtmlValue, html } from '../base/html.ts';
import { webLink } from '../base/link.ts';
import { moment } from '../base/time.ts';
import { markText } from '../base/verdict.ts';
import type { AroundRun } from './around.ts';
import { changeItems } from './changes.ts';
import { heading, type Level } from './heading.ts';

/** More unmet checks than this, and the first, are among the steps only. */
const MOST_OTHERS = 3;
const LONGEST_LINE = 160; // characters of a reason that the first screen shows

const HEADINGS = {
  failed: 'The failure',
  error: 'The error',
  degraded: 'The delay',
  passed: 'In the cleanup',
  skipped: 'The reason',
} as const;

/** The failure of a run in the order of the questions: what, where, expected, found, how far it came, since when. Nothing for a pass. */
export function faultSection(run: RunResult, around: AroundRun, level: Level): Html {
  const bad = [...run.steps, ...run.cleanup].filter(
    ({ verdict }) => verdict !== 'passed' && verdict !== 'skipped',
  );
  const worstFirst = [
    ...bad.filter(({ verdict }) => verdict === run.verdict),
    ...bad.filter(({ verdict }) => verdict !== run.verdict),
  ];
  if (worstFirst.length === 0 && run.reason === '') return html``;
  const [first, ...others] = worstFirst;
  return html`<section class="wrong ${run.verdict}">${heading(level, 1, headingOf(run, first))}
    ${run.reason !== '' && html`<p class="reason">${run.reason}</p>`}
    ${first !== undefined && html`<p class="reason">${first.name}: ${shortened(first)}</p>`}
    <dl class="facts">${first !== undefined && stepFacts(first)}${progress(run)}${sinceFact(around.since)}${around.changes !== undefined && changeItems(around.changes).map(({ label, text }) => fact(label, text))}${first !== undefined && otherChecks(first)}
    ${first !== undefined && fact('File', html`<code>${first.at.file}:${first.at.line}</code>`)}</dl>
    ${first !== undefined && rest(first)}
    ${others.length > 0 && html`<ul class="others">${others.map(other)}</ul>`}
    ${next(run, around)}</section>`;
}

/** An error decides nothing about the system, unless the system is to blame for it. */
function headingOf({ verdict, blame }: RunResult, first: StepResult | undefined): string {
  const isUnknown = verdict === 'error' && (blame ?? first?.blame) !== 'target';
  return isUnknown ? `${HEADINGS.error}: the state of the system is unknown` : HEADINGS[verdict];
}

function fact(name: string, value: HtmlValue): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** The sentence without what the facts below repeat: the content, and the differences. */
export function shortened({ reason }: Pick<StepResult, 'reason'>): string {
  const [sentence = ''] = reason.split(': `');
  return truncateText(sentence, LONGEST_LINE);
}

function stepFacts(step: StepResult): HtmlValue {
  const check = step.checks.find(({ ok }) => !ok);
  return [
    step.hop !== '' && fact('Where', html`<b>${step.hop}</b>`),
    check !== undefined && fact('Expected', html`${pathOf(check)}<b>${expectedOf(check)}</b>`),
    check !== undefined && fact('Found', found(check)),
  ];
}

/** The other unmet checks. */
function otherChecks({ checks }: StepResult): HtmlValue {
  const [, ...unmet] = checks.filter(({ ok }) => !ok);
  return [
    unmet
      .slice(0, MOST_OTHERS)
      .map((more) =>
        fact('Also', html`${pathOf(more)}${formatActual(more)}, expected ${formatExpected(more)}`),
      ),
    unmet.length > MOST_OTHERS && fact('Also', `${unmet.length - MOST_OTHERS} more, in the steps below`),
  ];
}

/** A count is a number of things, and needs no type. */
function expectedOf(check: Check): string {
  return typeof check.expected === 'number' && check.operator === 'count'
    ? formatValue(check.expected)
    : formatExpected(check);
}

function found({ note, ...check }: Check): Html {
  const value = check.operator === 'count' ? formatValue(check.actual) : formatActual(check);
  return html`<b>${value}</b>${note !== undefined && html` <span class="mute">${note}</span>`}`;
}

function pathOf({ path, operator }: Check): Html {
  return html`<code>${path === '' ? operator : path}</code> `;
}

/** The last hop at which the run was seen, and the first at which it was not. */
function progress(run: RunResult): HtmlValue {
  const last = run.trail.at(-1);
  const unseen = firstUnseen(run);
  return [
    last !== undefined &&
      fact(
        'Last seen',
        html`${last.hop}, ${formatDuration(last.afterMs)} after the start${last.note !== undefined && ` (${last.note})`}`,
      ),
    unseen === undefined
      ? run.steps.length > 0 && fact('First unseen', 'none: every hop was seen')
      : fact(
          'First unseen',
          html`<b>${unseen.step.hop || unseen.step.name}</b>${unseen.is === 'unchecked' && ' (not checked)'}`,
        ),
  ];
}

function sinceFact(since: AroundRun['since']): Html {
  if (since === undefined) return fact('Since', 'this run; no earlier one is known here');
  const { firstMs, lastPassMs, isAtLeast } = since;
  const last = lastPassMs === undefined ? '' : `; last pass ${formatDuration(firstMs - lastPassMs)} earlier`;
  return fact(
    sinceLabel(since),
    html`${isAtLeast && 'at least '}${moment(firstMs)} (${sinceRuns(since)}${last})`,
  );
}

/** The failing answer's own words, near misses, and the whole reason if the sentence is cut. */
function rest(step: StepResult): HtmlValue {
  const reason = truncateText(step.reason, LONGEST_REASON);
  const lines = step.quotes.map(({ text }) => text);
  return [
    lines.length > 0 && html`<pre tabindex="0">${escapeText(lines.join('\n'))}</pre>`,
    lines.length === 0 && reason !== shortened(step) && html`<p>${reason}</p>`,
    step.nearby.map((text) => html`<p class="mute">${text}</p>`),
  ];
}

function other(step: StepResult): Html {
  const { verdict, name, hop, at } = step;
  return html`<li>${markText(verdict, name)} <span class="mute">${hop !== '' && `${hop} · `}${shortened(step)} · <code>${at.file}:${at.line}</code></span></li>`;
}

/** Links for the investigation, and the way to the dossier. The page has its facts already, so it has not its text. */
function next(run: RunResult, { links = [], pages = {} }: AroundRun): HtmlValue {
  const { runbook, runId } = run;
  const { dossier } = pages;
  const all = [
    ...(runbook === undefined ? [] : [webLink(runbook, 'Runbook')]),
    ...links.filter(({ label }) => label !== 'Runbook').map(({ label, url }) => webLink(url, label)),
  ];
  return [
    all.length > 0 && html`<p class="links">${all}</p>`,
    html`<p class="mute">All of it as Markdown: ${
      dossier === undefined
        ? html`<code>coalmine show ${runId.slice(0, SHOWN_DIGITS)} --dossier</code>`
        : html`<a href="${dossier}">dossier</a> <button type="button" data-copy="${dossier}" hidden>Copy</button>`
    }</p>`,
  ];
}
