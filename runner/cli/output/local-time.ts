import { isoSecond } from '../../core/base/format.ts';

/** The day and time of a moment in a zone: `Tue 2026-11-24` and `13:05:12`, without zero seconds. */
export function readClock(atMs: number, timezone: string): { readonly day: string; readonly time: string } {
  const day = new Intl.DateTimeFormat('en', { timeZone: timezone, weekday: 'short' }).format(atMs);
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const [date, time] = clock.format(atMs).split(' ') as [string, string];
  return { day: `${day} ${date}`, time: time.replace(/:00$/, '') };
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
