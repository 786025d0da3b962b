import { SOURCES } from '../../../adapters/references/sources.ts';
import { formatDuration } from '../../../core/base/duration.ts';
import type { Json } from '../../../core/base/json.ts';
import {
  groupsOf,
  hasSetup,
  maxActMs,
  maxRunMs,
  type StepGroup,
  setupGroupsOf,
  throughoutOf,
} from '../../../core/cleanup/time-budget.ts';
import { writtenName } from '../../../core/expression/template.ts';
import { externalsIn, transitiveReferencesOf } from '../../../core/expression/values.ts';
import type { Canary, Step } from '../../../core/model/canary.ts';
import type { Project } from '../../../core/model/project.ts';
import { leaseTableOf } from '../../../core/taps/lease-table.ts';
import { numberOf, thingOf } from '../../../engine/steps/assertions.ts';
import { EVERY_RESOURCE, type Permission, type StepInput } from '../../../kinds/kind.ts';
import type { LoadedCanary } from '../../../load/index.ts';
import { KINDS } from '../../../registry.ts';
import { select } from '../../../runs/selection.ts';
import { formatWindows } from '../../output/format-windows.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { sound } from '../../setup/selection.ts';

/** `coalmine explain`: reads canaries aloud, with their maintenance, the longest that a run can take and the permissions that it needs. */
export async function explain(paths: readonly string[], io: Io, nowMs: number): Promise<number> {
  const canaries = sound(await select(paths, io), io);
  if (canaries === undefined) return EXIT.usage;
  io.stdout.write(`${canaries.map((one) => formatCanary(one, nowMs)).join('\n\n')}\n`);
  return EXIT.good;
}

function formatCanary({ canary, project }: LoadedCanary, nowMs: number): string {
  const { name, tags, description } = canary;
  return [
    `${name}  (${canary.source})`,
    ...(description === undefined ? [] : [`  ${description}`]),
    `  ${formatSchedule(canary)} It belongs to ${canary.owner}. ${formatAlert(canary)}`,
    ...formatWindows(project.maintenance, { canary: name, tags }, nowMs),
    '',
    ...setupLines(canary),
    ...groupsOf(canary.steps).flatMap(formatGroup),
    ...throughoutLines(canary),
    ...(canary.cleanup.length === 0
      ? []
      : ['  Whatever happened, it then cleans up:', ...canary.cleanup.map(formatStep)]),
    '',
    `  A run takes ${formatDuration(maxRunMs(canary.steps, canary.vars))} at the longest, and is ended after ${formatDuration(canary.timeoutMs)}.`,
    ...formatPermissions(canary, project),
  ].join('\n');
}

function setupLines({ steps }: Canary): readonly string[] {
  if (!hasSetup(steps)) return [];
  return [
    '  Before, while no other run has this setup, it brings what it needs into a known state:',
    ...setupGroupsOf(steps).flatMap(formatGroup),
    '  Then:',
  ];
}

function formatGroup({ act, checks }: StepGroup): readonly string[] {
  return [...(act === undefined ? [] : [formatStep(act)]), ...checks.map(formatStep)];
}

function throughoutLines({ steps }: Canary): readonly string[] {
  const checks = throughoutOf(steps);
  return checks.length === 0 ? [] : ['  All the while, whichever step fails:', ...checks.map(formatStep)];
}

function formatSchedule({ schedule, only }: Canary): string {
  const where = only === undefined ? 'in every environment' : `in ${only.join(' and ')} only`;
  if (schedule === undefined) return `It runs on demand, ${where}.`;
  const when =
    'everyMs' in schedule
      ? `every ${formatDuration(schedule.everyMs)}`
      : `by the cron ${schedule.cron} of ${schedule.timezone}`;
  return `It runs ${when}, ${where}.`;
}

function formatAlert({ alert, schedule }: Canary): string {
  if (schedule === undefined) return 'No channel is notified of its runs, since it has no schedule.';
  const { failures, of } = alert.after;
  const when =
    failures === of
      ? `${failures} failed ${failures === 1 ? 'run' : 'runs in a row'}`
      : `${failures} failed runs of ${of}`;
  if (alert.to.length === 0)
    return `After ${when}, the default channel is notified: the stack's own topic, or the terminal of watch.`;
  return `After ${when}, ${alert.to.join(' and ')} ${alert.to.length === 1 ? 'is' : 'are'} notified.`;
}

function formatStep(step: Step): string {
  const kind = step.mode === 'act' ? KINDS.verbs[step.kind] : KINDS.nouns[step.kind];
  const hop = kind?.hop(step.input as StepInput) ?? step.kind;
  const saved = Object.keys(step.save).map(writtenName);
  const keeps = saved.length === 0 ? '' : ` It keeps ${saved.join(', ')}.`;
  return `  ${step.id}. ${step.name}\n       ${sentence(step, hop)}${keeps}`;
}

function sentence(step: Step, hop: string): string {
  if (step.mode === 'act') {
    const asks = step.response === undefined ? '' : ` The answer must have ${formatPattern(step.response)}.`;
    const again = step.retry === undefined ? '' : ` It tries up to ${step.retry.times} more times.`;
    return `It does ${step.kind}: ${hop}, within ${formatDuration(maxActMs(step))}.${asks}${again}`;
  }
  const noun = KINDS.nouns[step.kind];
  const thing = noun === undefined ? step.kind : thingOf(noun);
  const which = step.has === undefined ? '' : ` with ${formatPattern(step.has)}`;
  if (step.mode === 'never') {
    const watched = `It watches ${hop}: no ${thing}${which} may appear`;
    return step.phase === 'throughout'
      ? `${watched} until all steps are over, nor for ${formatDuration(step.forMs)} after the last act.`
      : `${watched} for ${formatDuration(step.forMs)}, nor while the checks next to it last.`;
  }
  if (step.mode === 'gone')
    return `It waits until no ${thing} is at ${hop} any more, within ${formatDuration(step.withinMs)}, and it must stay so for ${formatDuration(step.forMs)}.`;
  const many = formatCount(thing, step.count);
  const stays = step.forMs === 0 ? '' : `, and it must stay so for ${formatDuration(step.forMs)}`;
  return `It expects ${many} on ${hop}${which}, within ${formatDuration(step.withinMs)}${stays}.`;
}

/** `at least one event`, `exactly 2 events`: in the words of reports. */
function formatCount(
  thing: string,
  count: { readonly atLeast: number; readonly atMost?: number } | undefined,
): string {
  if (count === undefined) return `at least one ${thing}`;
  const { atLeast, atMost } = count;
  const most = numberOf(atMost ?? atLeast, { name: thing });
  if (atMost === undefined) return `at least ${most}`;
  return atLeast === atMost ? `exactly ${most}` : `${atLeast} to ${most}`;
}

function formatPattern(pattern: Json): string {
  return JSON.stringify(pattern);
}

function formatPermissions(canary: Canary, project: Project): readonly string[] {
  const needed = [...canary.steps, ...canary.cleanup].flatMap((step) => {
    const kind = step.mode === 'act' ? KINDS.verbs[step.kind] : KINDS.nouns[step.kind];
    return kind?.permissions(step.input as StepInput) ?? [];
  });
  const watched = canary.steps.some(
    (step) => step.mode !== 'act' && (step.input['bus'] !== undefined || step.input['topic'] !== undefined),
  );
  const leases = `dynamodb:PutItem, GetItem, DeleteItem on ${leaseTableOf(project.name)}`;
  const held = hasSetup(canary.steps) ? [leases] : [];
  const taps = watched ? [`sqs:ReceiveMessage, sqs:DeleteMessage on the taps' queues, ${leases}`] : held;
  const needs = [...needed, ...toRead(canary, project, watched), ...toBecome(canary, project)].map(
    (one) => `${one.action} on ${formatResource(one)}`,
  );
  const lines = [...new Set([...needs, ...taps])];
  return lines.length === 0
    ? ['  It needs no AWS permission.']
    : ['  It needs these permissions:', ...lines.map((line) => `    ${line}`)];
}

function formatResource({ resource, below, executions }: Permission): string {
  if (resource === EVERY_RESOURCE) return '*';
  if (executions === true) return `${resource.replace(':stateMachine:', ':execution:')}:*`;
  return below === undefined ? resource : `${resource}/${below}`;
}

/** Permissions to assume the roles of the environments; the other listed permissions then belong to those roles. */
function toBecome({ only }: Canary, { environments }: Project): readonly Permission[] {
  return environments
    .filter(({ name }) => only?.includes(name) ?? true)
    .flatMap(({ role }) => (role === undefined ? [] : [{ action: 'sts:AssumeRole', resource: role }]));
}

/** Permissions to read the values from outside, those in the addresses of taps included. */
function toRead(canary: Canary, { environments, taps }: Project, watched: boolean): readonly Permission[] {
  const listened = watched ? taps.map(({ on }): Json => ({ ...on })) : [];
  return environments
    .filter(({ name }) => canary.only?.includes(name) ?? true)
    .flatMap((environment) => [
      ...externalsIn(canary, environment),
      ...transitiveReferencesOf(listened, environment.vars).flatMap(({ external }) => external ?? []),
    ])
    .flatMap(({ scheme, name }) => (scheme === 'env' ? [] : SOURCES[scheme].permissions(name)));
}
