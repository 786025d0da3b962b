const DAY_MS = 24 * 3_600_000;

/** A moment by UTC, as short as its distance permits: `09:12` of the same day, `29 Nov 09:12`, and `27 Nov` from two days on. */
export function shortMoment(atMs: number, nowMs: number): string {
  const at = new Date(atMs).toUTCString();
  const [day, clock] = [at.slice(5, 11), at.slice(17, 22)];
  if (Math.abs(nowMs - atMs) > 2 * DAY_MS) return day;
  return day === new Date(nowMs).toUTCString().slice(5, 11) ? clock : `${day} ${clock}`;
}
