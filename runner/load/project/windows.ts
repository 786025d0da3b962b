import { didYouMean } from '../../core/base/did-you-mean.ts';
import { writeDuration } from '../../core/base/duration.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Canary } from '../../core/model/canary.ts';
import type { MaintenanceWindow } from '../../core/model/project.ts';
import { selects } from '../../core/schedule/maintenance-window.ts';
import { shortestCronGapMs } from '../../core/schedule/schedule.ts';
import { readCron, readTimezone } from '../values/zoned-cron.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { duration, entryOf, listOf, readMap, type Shape, scalarOf, text } from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';

const WINDOW = {
  canaries: { read: listOf(text(selectorFault)) },
  cron: { read: readCron, required: true },
  timezone: { read: readTimezone, required: true },
  for: { read: duration(), required: true },
  reason: { read: text(), required: true },
} satisfies Shape;

export function readWindow(one: Tree, report: Report): MaintenanceWindow | undefined {
  const read = readMap(one, WINDOW, report, 'a maintenance window');
  const { canaries, cron, timezone, for: forMs, reason } = read ?? {};
  if (cron === undefined || timezone === undefined || forMs === undefined || reason === undefined)
    return undefined;
  checkEnd(one, { cron, forMs }, report);
  return { cron, timezone, forMs, reason, ...omitUndefined({ canaries }) };
}

/** A window that reaches its next begin is never over, and so mutes more than was meant. */
function checkEnd(one: Tree, window: Pick<MaintenanceWindow, 'cron' | 'forMs'>, report: Report): void {
  const { forMs } = window;
  const gapMs = shortestCronGapMs(window.cron);
  const at = entryOf(one, 'for')?.value.at;
  if (at === undefined || forMs < gapMs) return;
  report.error(at, {
    rule: 'schedule',
    message: `a window of ${writeDuration(forMs)} reaches the next one, which may begin ${writeDuration(gapMs)} after it: together they mute without an end`,
    hint: `write less than ${writeDuration(gapMs)}, or a cron that begins less often`,
  });
}

/** Warns of maintenance that is meant for a canary, or a tag, that no canary of the project has. It must be given all of them. */
export function checkWindows(
  root: Tree,
  canaries: readonly Pick<Canary, 'name' | 'tags'>[],
  report: Report,
): void {
  for (const element of selectorsOf(root)) {
    const selector = String(scalarOf(element));
    if (canaries.some(({ name, tags }) => selects(selector, { canary: name, tags }))) continue;
    const known = canaries.flatMap(({ name, tags }) => [name, ...tags.map((tag) => `tag:${tag}`)]);
    const tag = `tag:${selector}`;
    const meant = known.includes(tag) ? tag : didYouMean(selector, known);
    report.warning(element.at, {
      rule: 'maintenance',
      message: `'${selector}' is the name or tag of no canary, so this maintenance mutes none`,
      hint: meant === undefined ? 'remove it, or name a canary of this project' : `did you mean '${meant}'?`,
    });
  }
}

function selectorsOf(root: Tree): readonly Tree[] {
  const windows = entryOf(root, 'maintenance')?.value;
  const lists = elementsOf(windows).map((window) => entryOf(window, 'canaries')?.value);
  return lists.flatMap(elementsOf);
}

function elementsOf(list: Tree | undefined): readonly Tree[] {
  return list?.sort === 'list' ? list.elements : [];
}

function selectorFault(value: string) {
  return /^(tag:[\w:.-]+|[a-z0-9]+(-[a-z0-9]+)*)$/.test(value)
    ? undefined
    : {
        rule: 'name',
        message: `'${value}' selects no canary`,
        hint: "write a canary's name, or tag: and a tag, such as tag:checkout",
      };
}
