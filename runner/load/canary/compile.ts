import { didYouMean } from '../../core/base/did-you-mean.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { AlertPolicy, Canary } from '../../core/model/canary.ts';
import type { Project } from '../../core/model/project.ts';
import { shortestGapMs } from '../../core/schedule/schedule.ts';
import { ACT_TIMEOUT_MS } from '../step/compile-step.ts';
import { DEFAULT_ALERT, readAlert } from '../values/alert-policy.ts';
import { readVars } from '../values/vars.ts';
import { meantBy } from '../words/key-words.ts';
import { inKebabCase } from '../words/spellings.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { LONGEST_RUN_MS } from '../yaml/limits.ts';
import {
  duration,
  entryOf,
  headOf,
  listOf,
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
import { readSchedule } from './schedule.ts';

/** A canary as its own file has it: its steps are not yet put together. */
export interface CanaryHead {
  readonly canary: Omit<Canary, 'steps' | 'cleanup' | 'timeoutMs'> & { readonly timeoutMs?: number };
  readonly setup: Tree | undefined;
  readonly steps: Tree | undefined;
  readonly throughout: Tree | undefined;
  readonly cleanup: Tree | undefined;
}

/** Characters of a canary's name. */
export const LONGEST_NAME = 100;
const CANARY_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** The longest time of a run by default, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 120_000;

const CANARY = {
  canary: { read: text(nameFault), required: true },
  description: { read: text() },
  owner: { read: text(), required: true },
  runbook: { read: text(urlFault) },
  tags: { read: listOf(text(wordFault)) },
  only: { read: listOf(text()) },
  schedule: { read: readSchedule },
  timeout: { read: duration(0, LONGEST_RUN_MS) },
  alert: { read: tree },
  vars: { read: readVars },
  setup: { read: tree },
  steps: { read: tree, required: true },
  throughout: { read: tree },
  cleanup: { read: tree },
} satisfies Shape;

/** Reads all of a canary but its steps. Undefined without a usable name. */
export function compileHead(
  root: Tree,
  { project, suppressed }: { readonly project: Project; readonly suppressed: SuppressedErrors },
  report: Report,
): CanaryHead | undefined {
  const words = Object.keys(CANARY);
  if (
    root.sort === 'map' &&
    root.entries.every(({ key }) => !words.includes(key) && meantBy(key, words) === undefined)
  ) {
    report.error(headOf(root), {
      rule: 'key',
      message: `this is no canary: '${root.entries[0]?.key ?? ''}' is not a key of one`,
      hint: 'begin with canary: order-flow, then owner: and steps:; or give the file another name',
    });
    return undefined;
  }
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
  const { setup, steps, throughout, cleanup } = read;
  return { canary: canaryFrom(read, alert, report), setup, steps, throughout, cleanup };
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
      meant === undefined
        ? `name it under channels in the project file, which has ${names.join(', ') || 'none'}`
        : `did you mean '${meant}'?`;
    report.error(element.at, { rule: 'channel', message: `there is no channel '${name}'`, hint });
  }
}

/** A scheduled canary without channels would fail unseen. */
function checkIsNotified(root: MapTree, { to }: AlertPolicy, report: Report): void {
  const schedule = entryOf(root, 'schedule');
  if (schedule?.value.sort !== 'map' || to.length > 0) return;
  const alert = entryOf(root, 'alert')?.value;
  if (isMisspelt(root, 'alert') || (alert !== undefined && namesBelow(alert, 'to').length > 0)) return;
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

function nameFault(value: string) {
  if (CANARY_NAME.test(value) && value.length <= LONGEST_NAME) return undefined;
  return {
    rule: 'name',
    message: `'${value}' cannot name a canary`,
    hint: `write ${inKebabCase(value) || 'order-flow'}: lower-case-words, at most ${LONGEST_NAME} characters`,
  };
}

function wordFault(value: string) {
  return /^[\w:.-]+$/.test(value)
    ? undefined
    : {
        rule: 'name',
        message: `'${value}' cannot be a tag`,
        hint: `write one word: ${value.trim().replace(/[^\w:.-]+/g, '-')}`,
      };
}

function urlFault(value: string) {
  return /^https?:\/\/\S+$/.test(value)
    ? undefined
    : {
        rule: 'url',
        message: `'${value}' is not a URL`,
        hint: `write the whole of it: https://${value.replace(/^[a-z]+:\/*/, '')}`,
      };
}
