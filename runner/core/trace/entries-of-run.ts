import { isGood } from '../base/verdict.ts';
import type { Evidence, RunResult, StepResult } from '../model/run-result.ts';
import { formatContinuity } from './continuity.ts';
import type { TracedRun, TraceEntry } from './trace.ts';

/** Acts, sightings and vain expectations of a run, cleanup included. */
export function entriesOfRun(run: RunResult): readonly TraceEntry[] {
  const { cleanup, continuity } = run;
  const lost = new Set(continuity?.hops.flatMap(({ stepId, id }) => (id === 'lost' ? [stepId] : [])));
  let act: StepResult | undefined;
  const entries = ownSteps(run).flatMap((step) => {
    if (step.mode !== 'act') return sightingsOf(step, act, lost.has(step.stepId));
    act = step;
    return actOf(step, step.name);
  });
  return [...entries, ...cleanup.flatMap((step) => actOf(step, `cleanup: ${step.name}`))];
}

/** The summary of a run for the head of a trace. */
export function tracedRun(run: RunResult): TracedRun {
  const { runId, canary, verdict, continuity } = run;
  return {
    runId,
    canary,
    verdict,
    way: wayOf(ownSteps(run)),
    ...(continuity === undefined ? {} : { continuity: formatContinuity(continuity) }),
  };
}

/** The steps with the things of the run alone: those of others are no part of its series. A step that found only such shows nothing. */
function ownSteps({ steps, continuity }: RunResult): readonly StepResult[] {
  const foreign = new Map(continuity?.hops.map((hop) => [hop.stepId, hop.foreign]));
  return steps.flatMap((step) => {
    const ids = foreign.get(step.stepId);
    if (ids === undefined) return [step];
    const evidence = step.evidence.filter(({ id }) => !ids.includes(id));
    return evidence.length === 0 && isGood(step.verdict) ? [] : [{ ...step, evidence }];
  });
}

/** `sent to bus orders, seen at queue orders; not seen at table orders; could not see at topic shipped` */
function wayOf(steps: readonly StepResult[]): string {
  const done = steps.filter(({ verdict, hop }) => verdict !== 'skipped' && hop !== '');
  const placesOf = (some: readonly StepResult[]): string => [...new Set(some.map(placeOf))].join(', ');
  const sent = placesOf(done.filter((step) => step.mode === 'act' && !isUnsent(step)));
  const seen = placesOf(done.filter(({ mode, evidence }) => mode !== 'act' && evidence.length > 0));
  const missing = placesOf(done.filter(isMissing));
  const unchecked = placesOf(done.filter(isUnchecked));
  const came = [
    ...(sent === '' ? ['nothing was sent'] : [`sent to ${sent}`]),
    ...(seen === '' ? [] : [`seen at ${seen}`]),
  ].join(', ');
  return [
    came,
    ...(missing === '' ? [] : [`not seen at ${missing}`]),
    ...(unchecked === '' ? [] : [`could not see at ${unchecked}`]),
  ].join('; ');
}

function actOf(step: StepResult, what: string): readonly TraceEntry[] {
  const { verdict, startedAtMs, durationMs } = step;
  if (verdict === 'skipped') return [];
  return [
    {
      atMs: startedAtMs,
      endMs: startedAtMs + durationMs,
      place: placeOf(step),
      kind: isUnsent(step) ? 'noted' : 'sent',
      what,
      source: 'runs',
      ...faultOf(step),
    },
  ];
}

function isUnsent({ evidence }: StepResult): boolean {
  return evidence[0]?.unsent === true;
}

function sightingsOf(step: StepResult, act: StepResult | undefined, isLost: boolean): readonly TraceEntry[] {
  const { evidence, verdict, name, startedAtMs, durationMs } = step;
  if (verdict === 'skipped') return [];
  const shared = { place: placeOf(step), source: 'runs', ...faultOf(step) } as const;
  if (evidence.length > 0) {
    const what = isLost ? `${name} (without the id)` : name;
    return evidence.map((one) => ({
      atMs: momentOf(one, step, act),
      kind: 'seen',
      what,
      id: one.id,
      ...shared,
    }));
  }
  const endMs = startedAtMs + durationMs;
  if (isUnchecked(step)) return [{ atMs: startedAtMs, endMs, kind: 'unchecked', what: name, ...shared }];
  return isMissing(step) ? [{ atMs: endMs, kind: 'missing', what: name, ...shared }] : [];
}

/** True for a check that looked and saw nothing. One that passed expected nothing. */
function isMissing({ mode, verdict, evidence }: StepResult): boolean {
  return mode === 'expect' && verdict === 'failed' && evidence.length === 0;
}

/** True for a check that could not look: the thing may be there. */
function isUnchecked({ mode, verdict, evidence }: StepResult): boolean {
  return mode !== 'act' && verdict === 'error' && evidence.length === 0;
}

/** A thing that was looked up has no time of its own: the first poll that showed it, else the last. */
function momentOf(
  { happenedAtMs, takenAtMs, final }: Evidence,
  { timeToEffectMs }: StepResult,
  act: StepResult | undefined,
): number {
  if (happenedAtMs !== undefined) return happenedAtMs;
  if (final === true || act === undefined || timeToEffectMs === undefined) return takenAtMs;
  return act.startedAtMs + timeToEffectMs;
}

function faultOf({ verdict }: StepResult): Pick<TraceEntry, 'fault'> {
  return verdict === 'failed' || verdict === 'error' ? { fault: verdict } : {};
}

/** The resource of a step, without what it selects there. */
function placeOf({ hop, name }: StepResult): string {
  return hop.split(' · ')[0] || name;
}
