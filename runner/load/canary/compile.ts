import { didYouMean } from '../../core/base/did-you-mean.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { AlertPolicy, Canary, Schedule } from '../../core/model/canary.ts';
import type { Project } from '../../core/model/project.ts';
import { shortestGapMs } from '../../core/schedule/schedule.ts';
import { ACT_TIMEOUT_MS } from '../step/compile-step.ts';
import { DEFAULT_ALERT, readAlert } from '../values/alert-policy.ts';
import { readVars } from '../values/vars.ts';
import { readCron, readTimezone } from '../values/zoned-cron.ts';
import type { Report } from '../yaml/diagnostics.ts';
import {
  duration,
  entryOf,
  listOf,
  oneOf,
  readMap,
  refuse,
  type Shape,
  scalarOf,
  text,
  tree,
  type Values,
} from '../yaml/reader.ts';
import { isMisspelt, namesBelow, type SuppressedErrors } from '../yaml/suppressed-errors.ts';
import type { MapTree, Tree } from '../yaml/tree.ts';

/** A canary as its own file has it: its steps are not yet put together. */
export interface CanaryHead {
  readonly canary: Omit<Canary, 'steps' | 'cleanup' | 'timeoutMs'> & { readonly timeoutMs?: number };
  readonly steps: Tree | undefined;
  readonly cleanup: Tree | undefined;
}

const CANARY_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const DEFAULT_TIMEOUT_MS = 120_000;
const LEAST_INTERVAL_MS = 10_000; // locally; a deployed runner ticks once a minute

const SCHEDULE = {
  every: { read: duration(LEAST_INTERVAL_MS) },
  cron: { read: readCron },
  timezone: { read: readTimezone },
  jitter: { read: duration() },
  overlap: { read: oneOf('skip', 'queue') },
  catchUp: { read: oneOf('latest', 'none') },
} satisfies Shape;

const CANARY = {
  canary: { read: text(nameFault), required: true },
  description: { read: text() },
  owner: { read: text(), required: true },
  runbook: { read: text(urlFault) },
  tags: { read: listOf(text(wordFault)) },
  only: { read: listOf(text()) },
  schedule: { read: readSchedule },
  timeout: { read: duration(0, 14 * 60_000) },
  alert: { read: tree },
  vars: { read: readVars },
  steps: { read: tree, required: true },
  cleanup: { read: tree },
} satisfies Shape;

/** Reads all of a canary but its steps. Undefined without a usable name. */
export function compileHead(
  root: Tree,
  { project, suppressed }: { readonly project: Project; readonly suppressed: SuppressedErrors },
  report: Report,
): CanaryHead | undefined {
  const read = readMap(root, CANARY, report, 'a canary');
  if (read === undefined || root.sort !== 'map') return undefined;
  const own = entryOf(root, 'alert');
  const alert: AlertPolicy = {
    ...DEFAULT_ALERT,
    ...project.defaults.alert,
    ...(own === undefined ? {} : readAlert(own.value, report)),
  };
  if (!suppressed.channels) checkChannels(root, project, report);
  if (!suppressed.defaultChannels) checkIsNotified(root, alert, report);
  if (!suppressed.environments) checkEnvironments(root, read.only, project, report);
  return { canary: canaryFrom(read, alert, report), steps: read.steps, cleanup: read.cleanup };
}

function canaryFrom(read: Values<typeof CANARY>, alert: AlertPolicy, report: Report): CanaryHead['canary'] {
  return {
    name: read.canary ?? '',
    owner: read.owner ?? '',
    tags: read.tags ?? [],
    alert,
    vars: read.vars ?? {},
    source: report.file.path,
    ...omitUndefined({
      description: read.description,
      runbook: read.runbook,
      only: read.only,
      schedule: read.schedule,
      timeoutMs: read.timeout,
    }),
  };
}

/**
 * The default time of a whole run: two minutes, or the time that the schedule leaves. It is never less than one act has by itself
 * (docs/decisions/0011-time-between-close-runs.md).
 */
export function defaultTimeoutMs({ schedule }: Pick<Canary, 'schedule'>, { defaults }: Project): number {
  const wantedMs = defaults.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  if (schedule === undefined) return wantedMs;
  return Math.min(wantedMs, Math.max(shortestGapMs(schedule) - CLEANUP_MS, ACT_TIMEOUT_MS));
}

function checkChannels(root: MapTree, { channels }: Project, report: Report): void {
  const names = channels.map(({ name }) => name);
  const alertTree = entryOf(root, 'alert')?.value;
  const list = alertTree === undefined ? undefined : entryOf(alertTree, 'to')?.value;
  for (const element of list?.sort === 'list' ? list.elements : []) {
    const name = scalarOf(element);
    if (typeof name !== 'string' || isTemplate(name) || names.includes(name)) continue;
    const meant = didYouMean(name, names);
    const hint =
      meant === undefined ? 'name it under channels in the project file' : `did you mean '${meant}'?`;
    report.error(element.at, { rule: 'channel', message: `there is no channel '${name}'`, hint });
  }
}

/** A scheduled canary without channels would fail unseen. */
function checkIsNotified(root: MapTree, { to }: AlertPolicy, report: Report): void {
  const schedule = entryOf(root, 'schedule');
  const alert = entryOf(root, 'alert')?.value;
  const isLost = isMisspelt(root, 'alert') || (alert !== undefined && namesBelow(alert, 'to').length > 0);
  if (schedule?.value.sort !== 'map' || to.length > 0 || isLost) return;
  report.warning(schedule.keyAt, {
    rule: 'alert',
    message: 'a scheduled canary without a channel: only the default channel is notified',
    hint: 'name channels under alert: to:, here or under defaults in the project file',
  });
}

function checkEnvironments(
  root: MapTree,
  only: readonly string[] | undefined,
  { environments }: Project,
  report: Report,
): void {
  const names = environments.map(({ name }) => name);
  const list = entryOf(root, 'only')?.value;
  if (only === undefined || list?.sort !== 'list') return;
  if (list.elements.length === 0)
    refuse(list, report, {
      rule: 'environment',
      message: "'only' names no environment",
      hint: 'name one, or leave it out',
    });
  for (const element of list.elements) {
    const name = scalarOf(element);
    if (typeof name !== 'string' || isTemplate(name) || names.includes(name)) continue;
    const meant = didYouMean(name, names);
    const hint = meant === undefined ? `the project has ${names.join(', ')}` : `did you mean '${meant}'?`;
    report.error(element.at, { rule: 'environment', message: `there is no environment '${name}'`, hint });
  }
}

function readSchedule(one: Tree, report: Report, key: string): Schedule | undefined {
  const read = readMap(one, SCHEDULE, report, `'${key}'`);
  if (read === undefined || one.sort !== 'map') return undefined;
  const fault = scheduleFault(one);
  if (fault !== undefined) return refuse(one, report, { rule: 'schedule', ...fault });
  const { every, cron, timezone, jitter: jitterMs = 0, overlap = 'skip', catchUp = 'latest' } = read;
  const rest = { jitterMs, overlap, catchUp };
  if (every !== undefined) return withJitter(one, { everyMs: Math.round(every), ...rest }, report);
  return cron === undefined || timezone === undefined
    ? undefined
    : withJitter(one, { cron, timezone, ...rest }, report);
}

/** A run that is put off until the next one is due would take its place. */
function withJitter(one: MapTree, schedule: Schedule, report: Report): Schedule {
  const gapMs = shortestGapMs(schedule);
  const at = entryOf(one, 'jitter')?.value.at ?? one.at;
  const message = `'jitter' may put a run off by ${formatDuration(schedule.jitterMs)}, and the next is due after ${formatDuration(gapMs)}`;
  if (schedule.jitterMs >= gapMs)
    report.error(at, { rule: 'schedule', message, hint: 'write less, such as 10s' });
  return schedule;
}

/** The fault of a schedule's keys together; a misspelt key is reported at its place. */
function scheduleFault(one: MapTree): { readonly message: string; readonly hint: string } | undefined {
  const keys = one.entries.map((entry) => entry.key);
  const [every, cron, timezone] = ['every', 'cron', 'timezone'].map((key) => keys.includes(key));
  const hint = 'write every: 5m, or cron: with timezone:';
  if (every && cron) return { message: "a schedule that cannot be: it has both 'every' and 'cron'", hint };
  if (keys.some((key) => !Object.hasOwn(SCHEDULE, key))) return undefined;
  if (!every && !cron)
    return { message: "a schedule that cannot be: it has neither 'every' nor 'cron'", hint };
  if (cron && !timezone)
    return { message: 'a cron without a timezone', hint: 'add timezone: Europe/Berlin, or UTC' };
  return every && timezone
    ? { message: "'every' has no use for a timezone", hint: 'remove timezone' }
    : undefined;
}

function nameFault(value: string) {
  if (CANARY_NAME.test(value) && value.length <= 100) return undefined;
  return {
    rule: 'name',
    message: `'${value}' cannot name a canary`,
    hint: 'write lower-case-words, at most 100 characters',
  };
}

function wordFault(value: string) {
  return /^[\w:.-]+$/.test(value)
    ? undefined
    : { rule: 'name', message: `'${value}' cannot be a tag`, hint: 'write one word' };
}

function urlFault(value: string) {
  return /^https?:\/\/\S+$/.test(value)
    ? undefined
    : { rule: 'url', message: `'${value}' is not a URL`, hint: 'write the whole of it, with https://' };
}
