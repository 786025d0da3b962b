import { formatDuration, parseDuration, writeDuration } from '../../core/base/duration.ts';
import type { Schedule } from '../../core/model/canary.ts';
import { cronFault } from '../../core/schedule/cron.ts';
import { shortestGapMs } from '../../core/schedule/schedule.ts';
import { readCron, readTimezone } from '../values/zoned-cron.ts';
import { durationIn } from '../words/durations.ts';
import type { Report, Span } from '../yaml/diagnostics.ts';
import { duration, entryOf, headOf, oneOf, readMap, refuse, type Shape } from '../yaml/reader.ts';
import type { MapTree, Tree } from '../yaml/tree.ts';
import { notMap } from '../yaml/type-faults.ts';

/** The shortest `every` on one machine, in milliseconds; a deployed runner ticks once a minute. */
export const LEAST_INTERVAL_MS = 10_000;

const SCHEDULE = {
  every: { read: duration(LEAST_INTERVAL_MS) },
  cron: { read: readCron },
  timezone: { read: readTimezone },
  jitter: { read: duration() },
  overlap: { read: oneOf('skip', 'queue') },
  catchUp: { read: oneOf('latest', 'none') },
} satisfies Shape;

/** Reads the schedule of a canary; undefined if it is faulty, which was reported. */
export function readSchedule(one: Tree, report: Report, key: string): Schedule | undefined {
  if (one.sort === 'scalar')
    return refuse(one, report, { ...notMap(`'${key}'`, one, ''), hint: scheduleHint(String(one.value)) });
  const read = readMap(one, SCHEDULE, report, `'${key}'`);
  if (read === undefined || one.sort !== 'map') return undefined;
  const fault = scheduleFault(one);
  if (fault !== undefined) {
    const { at, ...words } = fault;
    report.error(at, { rule: 'schedule', ...words });
    return undefined;
  }
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
    report.error(at, {
      rule: 'schedule',
      message,
      hint: `write a jitter shorter than ${writeDuration(gapMs)}, such as 10s`,
    });
  return schedule;
}

/** The remedy for a schedule in one text: an interval, or a cron. */
function scheduleHint(text: string): string {
  const every = parseDuration(text) === undefined ? durationIn(text) : text;
  if (every !== undefined) return `write schedule: { every: ${every} }`;
  const cron = cronFault(text) === undefined ? `"${text}"` : '"0 6 * * MON-FRI"';
  return `write below schedule: every: 5m, or cron: ${cron} and timezone: Europe/Berlin`;
}

/** The fault of a schedule's keys together, at the key to change; a misspelt key is reported at its place. */
function scheduleFault(
  one: MapTree,
): { readonly at: Span; readonly message: string; readonly hint: string } | undefined {
  const [every, cron, timezone] = ['every', 'cron', 'timezone'].map((key) => entryOf(one, key));
  const at = headOf(one);
  if (every !== undefined && cron !== undefined) {
    const second = every.keyAt.start > cron.keyAt.start ? every : cron;
    const message = "a schedule that cannot be: it has both 'every' and 'cron'";
    return { at: second.keyAt, message, hint: 'keep one of them; cron: needs timezone:, every: has none' };
  }
  if (one.entries.some(({ key }) => !Object.hasOwn(SCHEDULE, key))) return undefined;
  if (every === undefined && cron === undefined) {
    const message = "a schedule that cannot be: it has neither 'every' nor 'cron'";
    return { at, message, hint: 'write every: 5m, or cron: with timezone:' };
  }
  if (cron !== undefined && timezone === undefined)
    return {
      at: cron.keyAt,
      message: 'a cron without a timezone',
      hint: 'add timezone: Europe/Berlin, or UTC',
    };
  return every !== undefined && timezone !== undefined
    ? {
        at: timezone.keyAt,
        message: "'every' has no use for a timezone",
        hint: 'remove timezone, or write cron: in place of every:',
      }
    : undefined;
}
