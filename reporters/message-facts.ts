import { formatDuration } from '../runner/core/base/duration.ts';
import { formatSecond } from '../runner/core/base/format.ts';
import { xrayIdOf } from '../runner/core/base/run-id.ts';
import type { Notice, RunDigest } from '../runner/core/notice/notice.ts';

/** One thing to know, under its name. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** Facts of an incident, the most important first; at most ten, as many as a Slack section shows. */
export function factsOf(notice: Notice): readonly Fact[] {
  const { about, severity, run } = notice;
  return [
    { label: 'Since', value: sinceOf(notice) },
    ...(notice.runs === 0 ? [] : [{ label: 'Runs', value: runsOf(notice) }]),
    ...stepFacts(notice),
    { label: 'Severity', value: severity },
    {
      label: 'Where',
      value: [about.project, about.environment, about.region].filter((one) => one !== undefined).join(', '),
    },
    { label: 'Owner', value: about.owner },
    ...(run?.runId === undefined
      ? []
      : [
          { label: 'Run', value: run.runId },
          { label: 'X-Ray', value: xrayIdOf(run.runId) },
        ]),
  ];
}

/** Next steps, in order. */
export function nextOf(notice: Notice): readonly string[] {
  const { about, run, closedAtMs, closeReason = 'resolved' } = notice;
  if (notice.test === true) return ['Nothing. Whoever sent this wants to know whether you see it.'];
  if (closedAtMs !== undefined)
    return closeReason === 'resolved'
      ? ['Nothing is urgent. Find out why, if it is not known yet.']
      : ['Make sure that the system works.'];
  if (run === undefined) return ['The reason above says what to do.'];
  if (notice.stream === 'target')
    return [
      ...(about.runbook === undefined
        ? [`There is no runbook. ${about.owner} owns this canary.`]
        : ['Follow the runbook.']),
      'Logs: the query for this run is filled in; choose the log groups of the system.',
    ];
  return blindSteps(run, notice);
}

/** Identification of a message, also of a duplicate. */
export function footerOf({ incident, id, atMs }: Notice): readonly string[] {
  return [`incident ${incident}`, `notice ${id}`, `as of ${formatSecond(atMs)}`];
}

function sinceOf({ openedAtMs, closedAtMs, atMs }: Notice): string {
  const since = formatSecond(openedAtMs);
  if (closedAtMs !== undefined)
    return `${since}, until ${formatSecond(closedAtMs)} (${formatDuration(closedAtMs - openedAtMs)})`;
  return atMs - openedAtMs < 1_000 ? since : `${since} (${formatDuration(atMs - openedAtMs)})`;
}

function runsOf({ runs, stream }: Notice): string {
  const words = stream === 'target' ? 'failed' : 'could not tell';
  return `${runs} ${words}`;
}

function stepFacts({ run, stream }: Notice): readonly Fact[] {
  if (run?.step === undefined) return [];
  const { kind, hop, at } = run.step;
  return [
    { label: 'Step', value: `${hop === '' ? kind : hop} (${at.file}:${at.line})` },
    ...(stream === 'target' ? [{ label: 'Last seen', value: lastSeenText(run) }] : []),
  ];
}

function lastSeenText({ lastSeen }: RunDigest): string {
  if (lastSeen === undefined) return 'nowhere: the id of the run came to no hop';
  const note = lastSeen.note === undefined ? '' : ` (${lastSeen.note})`;
  return `${lastSeen.hop}, ${formatDuration(lastSeen.afterMs)} after the start${note}`;
}

function blindSteps({ blame, step }: RunDigest, { about }: Notice): readonly string[] {
  const place = step === undefined ? about.source : `${step.at.file}:${step.at.line}`;
  if (blame === 'definition')
    return [`Correct the canary at ${place}, or what it refers to. ${about.owner} owns it.`];
  if (blame === 'runner')
    return [
      'Look at the runner and its machine: the reason says what is wrong with them. The system may be well or not.',
      'If it is a fault of Coalmine itself, report it with the id of the run.',
    ];
  return [
    'Look at the means of watching: permissions, network, throttling, the tap.',
    `The system may be well or not: until this is over, ${about.owner} must look at it by other means.`,
  ];
}
