import { isoSecond } from '../../core/base/format.ts';
import { offsetMsAt } from '../../core/schedule/time-zone.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The day and time of a moment in a zone: `Tue 2026-11-24` and `13:05:12`, without zero seconds. */
export function readClock(atMs: number, timezone: string): { readonly day: string; readonly time: string } {
  const local = new Date(atMs + offsetMsAt(timezone, atMs));
  const [date, time] = local.toISOString().slice(0, 19).split('T') as [string, string];
  return { day: `${WEEKDAYS[local.getUTCDay()]} ${date}`, time: time.replace(/:00$/, '') };
}

/** A period in a zone: `Tue 2026-11-24 13:00 to 14:00 Europe/Berlin`, with both days if they differ. */
export function formatPeriod(fromMs: number, untilMs: number, timezone: string): string {
  const [from, until] = [readClock(fromMs, timezone), readClock(untilMs, timezone)];
  const end = until.day === from.day ? until.time : `${until.day} ${until.time}`;
  return `${from.day} ${from.time} to ${end} ${timezone}`;
}

/** A moment to the second in UTC, without its day if that is today's: `12:01:05Z`, `2026-11-25T12:01:05Z`. */
export function formatNear(atMs: number, nowMs: number): string {
  const [at, now] = [isoSecond(atMs), isoSecond(nowMs)];
  const [day, time] = at.split('T');
  return now.startsWith(`${day}T`) && time !== undefined ? time : at;
}
