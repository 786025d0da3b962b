import type { AlertPolicy, Canary, Schedule } from '../core/canary.ts';
import { GENERATORS } from '../core/generators.ts';
import type { JsonMap } from '../core/json.ts';
import type { Project } from '../core/project.ts';
import { shortestGapMs } from '../core/schedule.ts';
import { cronFault } from '../core/schedule-cron.ts';
import { timezoneFault } from '../core/schedule-zone.ts';
import { NAME } from '../core/template.ts';
import { didYouMean } from '../core/words.ts';
import type { Report } from './diagnostics.ts';
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
  whole,
} from './reader.ts';
import { jsonOf, type MapTree, type Tree } from './yaml-tree.ts';

/** A canary as far as it stands in its own file: its steps are not yet put together. */
export interface CanaryHead {
  readonly canary: Omit<Canary, 'steps' | 'cleanup' | 'timeoutMs'> & { readonly timeoutMs?: number };
  readonly steps: Tree | undefined;
  readonly cleanup: Tree | undefined;
}

const CANARY_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LEAST_INTERVAL_MS = 10_000; // locally; a deployed runner ticks once a minute

const DEFAULT_ALERT: AlertPolicy = {
  after: { failures: 2, of: 2 },
  recover: 1,
  remindMs: 3_600_000,
  severity: 'warning',
  to: [],
};

const SCHEDULE = {
  every: { read: duration(LEAST_INTERVAL_MS) },
  cron: { read: text((value) => withRule(cronFault(value))) },
  timezone: { read: text((value) => withRule(timezoneFault(value))) },
  jitter: { read: duration() },
  overlap: { read: oneOf('skip', 'queue') },
  catchUp: { read: oneOf('latest', 'none') },
} satisfies Shape;

/** The keys of `alert`, in a canary and in the project's defaults. */
export const ALERT = {
  after: { read: readAfter },
  recover: { read: whole(1, 100) },
  confirm: { read: duration() },
  remind: { read: duration() },
  severity: { read: oneOf('critical', 'warning', 'info') },
  to: { read: listOf(text()) },
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

/** Reads all of a canary but its steps. Undefined where it has no name to go by. */
export function compileHead(root: Tree, project: Project, report: Report): CanaryHead | undefined {
  const read = readMap(root, CANARY, report, 'a canary');
  if (read === undefined || root.sort !== 'map') return undefined;
  const alertTree = entryOf(root, 'alert');
  const own = alertTree === undefined ? {} : readAlert(alertTree.value, report);
  const alert: AlertPolicy = { ...DEFAULT_ALERT, ...project.defaults.alert, ...own };
  checkChannels(root, alert, project, report);
  checkEnvironments(root, read.only, project, report);
  const canary = {
    name: read.canary ?? '',
    owner: read.owner ?? '',
    tags: read.tags ?? [],
    alert,
    vars: read.vars ?? {},
    source: report.file.path,
    ...(read.description === undefined ? {} : { description: read.description }),
    ...(read.runbook === undefined ? {} : { runbook: read.runbook }),
    ...(read.only === undefined ? {} : { only: read.only }),
    ...(read.schedule === undefined ? {} : { schedule: read.schedule }),
    ...(read.timeout === undefined ? {} : { timeoutMs: read.timeout }),
  };
  return { canary, steps: read.steps, cleanup: read.cleanup };
}

/** Reads `alert` as far as it is given. */
export function readAlert(one: Tree, report: Report): Partial<AlertPolicy> {
  const { after, recover, confirm, remind, severity, to } = readMap(one, ALERT, report, "'alert'") ?? {};
  return {
    ...(after === undefined ? {} : { after }),
    ...(recover === undefined ? {} : { recover }),
    ...(confirm === undefined ? {} : { confirmMs: confirm }),
    ...(remind === undefined ? {} : { remindMs: remind }),
    ...(severity === undefined ? {} : { severity }),
    ...(to === undefined ? {} : { to }),
  };
}

/** The default time of a whole run: two minutes, or what the schedule leaves (scenario language, "Timeout"). */
export function defaultTimeoutMs({ schedule }: Pick<Canary, 'schedule'>, { defaults }: Project): number {
  if (schedule === undefined) return defaults.timeoutMs ?? 120_000;
  return Math.min(defaults.timeoutMs ?? 120_000, shortestGapMs(schedule) - 10_000);
}

function checkChannels(root: MapTree, { to }: AlertPolicy, { channels }: Project, report: Report): void {
  const names = channels.map(({ name }) => name);
  const alertTree = entryOf(root, 'alert')?.value;
  const list = alertTree === undefined ? undefined : entryOf(alertTree, 'to')?.value;
  for (const element of list?.sort === 'list' ? list.elements : []) {
    const name = String(scalarOf(element));
    if (names.includes(name)) continue;
    const meant = didYouMean(name, names);
    const hint =
      meant === undefined ? 'name it under channels in the project file' : `did you mean '${meant}'?`;
    report.error(element.at, { rule: 'channel', message: `there is no channel '${name}'`, hint });
  }
  const schedule = entryOf(root, 'schedule');
  if (schedule !== undefined && to.length === 0) {
    const message = 'a scheduled canary that tells nobody';
    report.error(schedule.keyAt, {
      rule: 'alert',
      message,
      hint: 'name channels under alert: to:, or leave the schedule out',
    });
  }
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
    const name = String(scalarOf(element));
    if (names.includes(name)) continue;
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
  if (every !== undefined) return { everyMs: Math.round(every), jitterMs, overlap, catchUp };
  return cron === undefined || timezone === undefined
    ? undefined
    : { cron, timezone, jitterMs, overlap, catchUp };
}

/** What is wrong with the keys of a schedule together; a misspelt one is told where it stands. */
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

function readAfter(one: Tree, report: Report, key: string): AlertPolicy['after'] | undefined {
  const value = scalarOf(one);
  const [, failures, of] = /^([1-9]\d?) of ([1-9]\d?)$/.exec(String(value)) ?? [];
  if (failures !== undefined && Number(failures) <= Number(of))
    return { failures: Number(failures), of: Number(of) };
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 99)
    return { failures: value, of: value };
  return refuse(one, report, {
    rule: 'alert',
    message: `'${key}' cannot be '${String(value)}'`,
    hint: 'write 2 (in a row), or "3 of 5"',
  });
}

function readVars(one: Tree, report: Report, key: string): JsonMap | undefined {
  if (one.sort !== 'map')
    return refuse(one, report, {
      rule: 'type',
      message: `'${key}' must be a map`,
      hint: 'write name: value',
    });
  for (const entry of one.entries) {
    if (!NAME.test(entry.key)) {
      report.error(entry.keyAt, {
        rule: 'name',
        message: `'${entry.key}' cannot be a name`,
        hint: 'use letters, digits and _, a letter first',
      });
    }
    checkGenerator(entry.value, report);
  }
  return jsonOf(one) as JsonMap;
}

function checkGenerator(one: Tree, report: Report): void {
  if (one.sort !== 'map') return;
  const asked = one.entries.filter(({ key }) => key.startsWith('$'));
  for (const { key, keyAt, value } of asked) {
    const generator = GENERATORS[key];
    const wrong = generator?.fault(jsonOf(value));
    const meant = didYouMean(key, Object.keys(GENERATORS));
    const hint =
      meant === undefined ? `write one of ${Object.keys(GENERATORS).join(' ')}` : `did you mean '${meant}'?`;
    if (generator === undefined)
      report.error(keyAt, { rule: 'generator', message: `'${key}' is not a generator`, hint });
    else if (one.entries.length > 1)
      report.error(keyAt, {
        rule: 'generator',
        message: `'${key}' must stand alone`,
        hint: 'give it a name of its own',
      });
    else if (wrong !== undefined)
      report.error(value.at, { rule: 'generator', message: `'${key}' ${wrong}`, hint: generator.summary });
  }
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

function withRule(fault: { readonly message: string; readonly hint: string } | undefined) {
  return fault === undefined ? undefined : { rule: 'schedule', ...fault };
}
