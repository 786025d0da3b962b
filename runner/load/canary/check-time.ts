import { formatDuration, writeDuration } from '../../core/base/duration.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import { maxRunMs } from '../../core/cleanup/time-budget.ts';
import type { Canary } from '../../core/model/canary.ts';
import { shortestGapMs } from '../../core/schedule/schedule.ts';
import type { Issue, Report, Span } from '../yaml/diagnostics.ts';
import { headSpan } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';

/** Reports an interval that is too short for a run; if there is none, a timeout that is too short or too long. */
export function checkTime(canary: Canary, root: Tree, report: Report): void {
  const stepsMs = maxRunMs(canary.steps, canary.vars);
  const cleanupMs = canary.cleanup.length > 0 ? CLEANUP_MS : 0;
  const { schedule } = canary;
  const gapMs =
    schedule === undefined || schedule.overlap === 'queue'
      ? Number.POSITIVE_INFINITY
      : shortestGapMs(schedule);
  const add = (at: Span, { message, hint }: Pick<Issue, 'message' | 'hint'>): void =>
    report.error(at, { rule: 'timeout', message, hint });
  const what = cleanupMs === 0 ? 'a run' : 'a run and its cleanup';
  if (stepsMs + cleanupMs > gapMs)
    return add(placeOf(root, ['schedule', 'every'], ['schedule', 'cron'], ['schedule']), {
      message: `${what} can take ${formatDuration(stepsMs + cleanupMs)}, longer than the ${formatDuration(gapMs)} between two runs`,
      hint: `write ${seldom(root, stepsMs + cleanupMs)}, shorten the times of its steps, or write overlap: queue`,
    });
  const at = placeOf(root, ['timeout'], ['schedule'], ['steps']);
  if (canary.timeoutMs < stepsMs)
    return add(at, {
      message: `the run has ${formatDuration(canary.timeoutMs)}, and its steps can take ${formatDuration(stepsMs)}`,
      hint: `write timeout: ${writeDuration(Math.ceil(stepsMs / 1_000) * 1_000)} or more, or shorten the times of its steps`,
    });
  if (canary.timeoutMs + cleanupMs <= gapMs) return undefined;
  return add(at, {
    message: `by its timeout, ${what} can take ${formatDuration(canary.timeoutMs + cleanupMs)}, longer than the ${formatDuration(gapMs)} between two runs`,
    hint: `write timeout: ${writeDuration(gapMs - cleanupMs)} or less, ${seldom(root, canary.timeoutMs + cleanupMs)}, or overlap: queue`,
  });
}

/** The interval that leaves time for a run, rounded up to a minute. */
function seldom(root: Tree, neededMs: number): string {
  const schedule = entryOf(root, 'schedule')?.value;
  if (schedule !== undefined && entryOf(schedule, 'cron') !== undefined)
    return `a cron with ${formatDuration(neededMs)} or more between two runs`;
  return `every: ${writeDuration(Math.ceil(neededMs / 60_000) * 60_000)} or more`;
}

/** The position of the first of some keys that is there. */
function placeOf(root: Tree, ...paths: readonly (readonly string[])[]): Span {
  for (const path of paths) {
    const parent = path
      .slice(0, -1)
      .reduce<Tree | undefined>((tree, key) => tree && entryOf(tree, key)?.value, root);
    const entry = parent === undefined ? undefined : entryOf(parent, path.at(-1) as string);
    if (entry !== undefined) return entry.keyAt;
  }
  return headSpan(root);
}
