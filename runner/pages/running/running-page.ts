import { formatDuration } from '../../core/base/duration.ts';
import type { RunId } from '../../core/base/run-id.ts';
import type { Step } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import { canaryPage, FLEET_PAGE } from '../../core/report/page-paths.ts';
import { type Html, html } from '../base/html.ts';
import { renderPage } from '../base/page.ts';
import { css } from '../base/style.ts';
import { moment } from '../base/time.ts';
import { MARKS, markIcon, markText } from '../base/verdict.ts';

/** A run in progress, as far as its events were seen. */
export interface RunningRun {
  readonly runId: RunId;
  readonly canary: string;
  readonly startedAtMs: number;
  readonly steps: readonly RunningStep[];
}

/** A step of a run in progress; without a begin it is still to come. */
export interface RunningStep extends Pick<Step, 'id' | 'name' | 'kind' | 'mode'> {
  readonly begunAtMs?: number;
  readonly deadlineAtMs?: number;
  /** Number of attempts or polls, and what the newest one saw. */
  readonly attempts?: number;
  readonly lastSeen?: string;
  readonly result?: Pick<StepResult, 'verdict' | 'reason' | 'durationMs' | 'timeToEffectMs'>;
}

const STYLE = css(`
  .lead{display:flex;gap:.6rem;align-items:center}
  .lead .icon{width:1.5rem;height:1.5rem}
  td .icon{margin:.2rem .4rem 0 0;vertical-align:-.1em}
  tbody th{width:40%}
  td:nth-child(3){width:30%}
`);

/** The page of a run in progress: its steps, and what each has seen so far. When the run ends, its own page takes this one's place. */
export function runningPage({ runId, canary, startedAtMs, steps }: RunningRun): string {
  const title = `${canary} is running`;
  const body = html`<main><nav aria-label="Pages"><a href="../${FLEET_PAGE}">Fleet</a> · <a href="../${canaryPage(canary)}">${canary}</a></nav>
    <div class="lead">${markIcon('unknown')}<h1>${title}</h1></div>
    <p class="mute">Began ${moment(startedAtMs)} · run <code>${runId}</code></p>
    <div class="scroll"><table aria-label="Steps"><thead><tr><th scope="col">Step</th><th scope="col">State</th><th scope="col">Seen</th></tr></thead>
    <tbody>${steps.map(stepRow)}</tbody></table></div></main>`;
  return renderPage({ title, mark: 'unknown', style: STYLE, body });
}

function stepRow(step: RunningStep): Html {
  return html`<tr id="step-${step.id}"><th scope="row">${step.name}<br><small class="mute">${step.kind}</small></th><td>${stateOf(step)}</td><td>${seenOf(step)}</td></tr>`;
}

function stateOf({ begunAtMs, deadlineAtMs, result }: RunningStep): Html {
  if (result !== undefined)
    return html`${markText(result.verdict, MARKS[result.verdict].word)} <span class="num">${formatDuration(result.durationMs)}</span>`;
  if (begunAtMs === undefined || deadlineAtMs === undefined) return html`<span class="mute">to come</span>`;
  return html`<b>Running</b> <small>at most until ${moment(deadlineAtMs)}</small>`;
}

function seenOf({ attempts, lastSeen, result }: RunningStep): Html {
  const effect = result?.timeToEffectMs;
  if (result !== undefined)
    return html`${result.reason}${effect !== undefined && html`${result.reason !== '' && html`; `}the effect came after ${formatDuration(effect)}`}`;
  return html`${attempts !== undefined && html`${attempts} ${attempts === 1 ? 'poll' : 'polls'}`}${lastSeen !== undefined && html`: ${lastSeen}`}`;
}
