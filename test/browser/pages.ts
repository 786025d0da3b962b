import { ATTENTIONS } from '../../runner/core/fleet/attention.ts';
import { html } from '../../runner/pages/base/html.ts';
import { renderPage } from '../../runner/pages/base/page.ts';
import { MARKS, type Mark, markIcon, markText } from '../../runner/pages/base/verdict.ts';
import { canaryPage } from '../../runner/pages/canary/canary-page.ts';
import { fleetPage } from '../../runner/pages/fleet/fleet-page.ts';
import { incidentPage } from '../../runner/pages/incident/incident-page.ts';
import { renderRunPage, renderRunsPage } from '../../runner/pages/run/run-page.ts';
import { withScript } from '../../runner/pages/script/with-script.ts';
import { renderTracePage } from '../../runner/pages/trace/trace-page.ts';
import { RUNS } from '../reporters/real-runs.ts';
import { canaryViewOf, fleetOf, PAGE_NOW_MS, rowOf } from '../support/pages/fleet-views.ts';
import { endedIncident, hostileIncident, incidentOf } from '../support/pages/incidents.ts';
import { hostileTrace, TRACE } from '../support/pages/traces.ts';
import { AROUND, HOSTILE_AROUND, hostileRun } from './support/sample-runs.ts';

/** A page that every rule of `every-page.test.ts` is applied to. */
export interface SamplePage {
  readonly name: string;
  render(): string | Promise<string>;
}

function frame(): string {
  const marks = (Object.keys(MARKS) as Mark[]).map(
    (mark) => html`<tr><td>${markIcon(mark)}</td><td>${markText(mark)}</td><td class="num">0.84 s</td></tr>`,
  );
  const body = html`<main><h1>All marks</h1><p class="mute">In a table.</p>
    <table><caption>Marks</caption><thead><tr><th scope="col">Shape</th><th scope="col">Word</th><th scope="col">Time</th></tr></thead>
    <tbody>${marks}</tbody></table><details><summary>More</summary><pre tabindex="0">text</pre></details></main>`;
  return renderPage({ title: 'Marks', mark: 'passed', style: '', body });
}

const runNamed = async (name: keyof typeof RUNS) => (RUNS[name] as (typeof RUNS)[string])();
/** A fleet with each state, alerts without a canary, and hostile text. */
function fleet(): string {
  const hostile = '<script>alert(1)</script>"\'&\u202e';
  const view = fleetOf(40);
  const incident = {
    id: 'orders@1a2b3c4d#target1',
    stream: 'target',
    severity: 'critical',
    sinceMs: PAGE_NOW_MS,
  } as const;
  const rows = ATTENTIONS.flatMap((attention, index) =>
    (['canary', 'gone', 'runner'] as const).map((about) => ({
      ...rowOf(`${about === 'runner' ? '@runner/' : ''}${attention.toLowerCase()}-${about}`, index),
      about,
      attention,
      reason: hostile.repeat(9),
      by: hostile,
      incidents: index === 0 ? [incident] : [],
    })),
  );
  return fleetPage({ ...view, project: hostile, rows: [...rows, ...view.rows] });
}

/** A line for each page, with good, bad and hostile content. */
export const PAGES: readonly SamplePage[] = [
  { name: 'the frame of all pages', render: frame },
  { name: 'a run that passed', render: async () => renderRunPage(await runNamed('passed'), AROUND) },
  {
    name: 'a run that failed, with all that is known around it',
    render: async () => renderRunPage(await runNamed('failed, with differences'), AROUND),
  },
  {
    name: 'a run that could not be checked',
    render: async () => renderRunPage(await runNamed('error, the tap is missing')),
  },
  { name: 'a hostile run', render: () => renderRunPage(hostileRun(), HOSTILE_AROUND) },
  {
    name: 'several runs',
    render: async () => renderRunsPage(await Promise.all(Object.values(RUNS).map(async (run) => run()))),
  },
  { name: 'a trace', render: () => renderTracePage(TRACE) },
  {
    name: 'the trace of a run, with its page',
    render: async () => {
      const run = await runNamed('failed, with differences');
      const { canary, verdict, runId } = run;
      const traced = { canary, verdict, runId, way: 'sent to the API; not seen at the bus' };
      return renderTracePage({ ...TRACE, runs: [traced] }, [{ run, around: AROUND }]);
    },
  },
  { name: 'a trace of which nothing is known', render: () => renderTracePage(hostileTrace()) },
  { name: 'the page of a fleet', render: fleet },
  {
    name: 'the page of a canary',
    render: () => canaryPage(canaryViewOf(), { fleet: { nowMs: PAGE_NOW_MS }, freshForMs: 900_000 }),
  },
  {
    name: 'the page of a fleet whose runner has stopped',
    render: () => fleetPage(fleetOf(9, { lastTickMs: 0 })),
  },
  {
    name: 'the public page of a fleet',
    render: () => fleetPage(fleetOf(9), { isPublic: true, grain: 'day' }),
  },
  {
    name: 'an open incident',
    render: () => withScript(incidentPage(incidentOf(), { markdownFile: 'a.md' })),
  },
  { name: 'an incident that is over', render: () => incidentPage(endedIncident()) },
  { name: 'an incident with hostile texts', render: () => incidentPage(hostileIncident()) },
];
