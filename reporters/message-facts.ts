import { CLEANUP_ALERTS, channelOfAlerts, STATE_ALERTS } from '../runner/core/alert/runner-alerts.ts';
import { formatDuration } from '../runner/core/base/duration.ts';
import { formatSecond } from '../runner/core/base/format.ts';
import { xrayIdOf } from '../runner/core/base/run-id.ts';
import { isGood } from '../runner/core/base/verdict.ts';
import type { Notice, RunDigest } from '../runner/core/notice/notice.ts';
import { isOfThisMachine, type Link } from './links.ts';
import { joinsSeveral } from './subject.ts';

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
    ...(notice.runs === 0 || notice.incidents !== undefined
      ? []
      : [{ label: 'Runs', value: runsOf(notice) }]),
    ...(joinsSeveral(notice.group) ? [{ label: 'Cause', value: notice.group.cause }] : []),
    ...stepFacts(notice),
    { label: 'Severity', value: severity },
    {
      label: 'Where',
      value: [about.project, about.environment, about.region].filter((one) => one !== undefined).join(', '),
    },
    { label: 'Owner', value: about.owner || 'none is named' },
    ...(run?.runId === undefined
      ? []
      : [
          { label: 'Run', value: run.runId },
          ...(isOfThisMachine(run) ? [] : [{ label: 'X-Ray', value: xrayIdOf(run.runId) }]),
        ]),
  ];
}

/** Next steps, in order. The last is a command to copy; `options` are those by which it finds the state. */
export function nextOf(
  notice: Notice,
  links: readonly Link[],
  options = `--env ${notice.about.environment}`,
): readonly string[] {
  const { about, run, closedAtMs, closeReason = 'resolved' } = notice;
  if (notice.test === true) return ['Nothing. The sender may ask you to confirm that it arrived.'];
  if (notice.byHand !== undefined)
    return [
      `Close the incident at the receiver of channel '${notice.byHand}': its alert stays open otherwise.`,
    ];
  if (closeReason === 'moved') return ['Nothing here: the other address was notified.'];
  const seeAll = joinsSeveral(notice.group) ? [`See all canaries: coalmine status ${options}`] : [];
  if (closedAtMs !== undefined && notice.group?.isOpen === true)
    return ['Go on with the others: the cause is not fixed for all.', ...seeAll];
  if (closedAtMs !== undefined)
    return [
      closeReason === 'resolved'
        ? 'Nothing urgent. Find the cause if it is not known yet.'
        : 'Check by other means that the system works.',
      ...showSteps(run, options),
    ];
  if (run === undefined)
    return seeAll.length > 0 ? ['Fix the cause above.', ...seeAll] : causeSteps(about, options);
  const steps = notice.stream === 'target' ? failureSteps(notice, links) : noDataSteps(run, notice);
  return [...steps, ...seeAll, ...showSteps(run, options)];
}

function failureSteps({ about, group }: Notice, links: readonly Link[]): readonly string[] {
  const { runbook, owner } = about;
  const whose = joinsSeveral(group) ? 'who own these canaries' : 'the owner of this canary';
  const ask = owner === '' ? 'No owner is named either.' : `Ask ${owner}, ${whose}.`;
  return [
    runbook === undefined ? `There is no runbook. ${ask}` : 'Follow the runbook.',
    ...(links.some(({ label }) => label === 'Logs')
      ? ["Open the logs: the link has a query for this run. Choose the system's log groups."]
      : []),
  ];
}

/** The command that shows the run that did not pass. */
function showSteps(run: RunDigest | undefined, options: string): readonly string[] {
  if (run?.runId === undefined || isGood(run.verdict)) return [];
  return [`See the whole run: coalmine show ${run.runId} ${options}`];
}

/** Identification of a message, also of a duplicate. */
export function footerOf({ incident, id, atMs }: Notice): readonly string[] {
  return [`incident ${incident}`, `notice ${id}`, `as of ${formatSecond(atMs)}`];
}

/** The first failed run, the time since then, and the last pass before it. */
function sinceOf({ sinceMs, lastPassedAtMs, closedAtMs, atMs }: Notice): string {
  const until = closedAtMs === undefined ? '' : `, until ${formatSecond(closedAtMs)}`;
  const lastsMs = (closedAtMs ?? atMs) - sinceMs;
  const lasts = lastsMs < 1_000 ? '' : ` (${formatDuration(lastsMs)})`;
  const pass =
    lastPassedAtMs === undefined ? '' : `; before that, last passed ${formatSecond(lastPassedAtMs)}`;
  return `${formatSecond(sinceMs)}${until}${lasts}${pass}`;
}

function runsOf({ runs, stream }: Notice): string {
  const words = stream === 'target' ? 'failed' : 'without data';
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
  if (lastSeen === undefined) return "nowhere: no hop had the run's id";
  const note = lastSeen.note === undefined ? '' : ` (${lastSeen.note})`;
  return `${lastSeen.hop}, ${formatDuration(lastSeen.afterMs)} after the start${note}`;
}

/** Steps for an incident that no run led to, such as a broken channel. */
function causeSteps({ canary, environment, owner }: Notice['about'], options: string): readonly string[] {
  const channel = channelOfAlerts(canary);
  if (channel !== undefined)
    return [`Fix the channel, then test it: coalmine alert test ${channel} --env ${environment}`];
  if (canary === CLEANUP_ALERTS) return [`Fix the cause above, then run: coalmine sweep ${options}`];
  if (canary === STATE_ALERTS) return ['Close by hand the incidents that the reason names as unknown.'];
  return [
    'Fix the cause above.',
    otherMeans(owner),
    `See its slots: coalmine history --canary ${canary} ${options}`,
  ];
}

function otherMeans(owner: string): string {
  return owner === ''
    ? 'Until this is fixed, check the system by other means. No owner is named.'
    : `Until this is fixed, ${owner} must check the system by other means.`;
}

function noDataSteps({ blame, step }: RunDigest, { about }: Notice): readonly string[] {
  const place = step === undefined ? about.source : `${step.at.file}:${step.at.line}`;
  if (blame === 'definition')
    return [
      `Correct the canary at ${place}, or what it refers to. ${about.owner === '' ? 'No owner is named.' : `${about.owner} owns it.`}`,
    ];
  if (blame === 'runner')
    return [
      'Fix the runner or its machine: the reason above names the fault.',
      "If the fault is in Coalmine itself, report it with the run's id.",
    ];
  return [
    "Check permissions, network, throttling and taps; 'coalmine doctor' checks most of them.",
    otherMeans(about.owner),
  ];
}
