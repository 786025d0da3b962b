/** A moment as people read it, to the minute: `2026-11-25 12:01 UTC`. */
export function formatMoment(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
