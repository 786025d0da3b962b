import type { Schedule } from '../../core/model/canary.ts';
import { cronOf } from '../../core/schedule/cron.ts';
import { type Stretch, stretchesOf } from '../../core/schedule/time-zone.ts';
import { formatPlannedBy, parsePlannedBy } from '../../core/store/planned-by.ts';
import type { Watermark } from '../../core/store/slots.ts';

const MINUTE_MS = 60_000;

/** A schedule as far as its slots depend on it, at a watermark. */
export function scheduleKeyAt(schedule: Schedule, atMs: number): string {
  return formatPlannedBy({ schedule: keyOf(schedule), ...offsetOf(schedule, atMs) });
}

/** True if a watermark was planned by another schedule. */
export function isOfAnother({ schedule: text }: Watermark, schedule: Schedule): boolean {
  return text !== '' && parsePlannedBy(text).schedule !== keyOf(schedule);
}

/**
 * Change of a zone's offset at a watermark since that was planned, in milliseconds: newer time-zone data give another. Zero for a schedule
 * that counts elapsed time.
 */
export function offsetChangeMs({ toMs, schedule: text }: Watermark, schedule: Schedule): number {
  const { offset: before } = parsePlannedBy(text);
  const { offset: now } = offsetOf(schedule, toMs);
  return before === undefined || now === undefined ? 0 : (now - before) * MINUTE_MS;
}

function keyOf(schedule: Schedule): string {
  return 'everyMs' in schedule ? `every ${schedule.everyMs}` : `${schedule.cron} ${schedule.timezone}`;
}

/** A cron with a `*` for minute or hour goes by elapsed time, as `every` does. */
function offsetOf(schedule: Schedule, atMs: number): { readonly offset?: number } {
  if ('everyMs' in schedule || schedule.timezone === 'UTC' || cronOf(schedule.cron).isContinuous) return {};
  const [{ offsetMs }] = stretchesOf(schedule.timezone, atMs, atMs + 1) as [Stretch];
  return { offset: Math.round(offsetMs / MINUTE_MS) };
}
