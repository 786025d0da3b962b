/** The wait that a `Retry-After` header asks for, in milliseconds, never below 0; undefined for a text of another form. */
export function retryPauseMs(header: unknown, nowMs: number): number | undefined {
  const text = String([header].flat()[0] ?? '').trim();
  const waitMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : dateIn(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

/** Epoch milliseconds of an HTTP date; `Date.parse` alone reads a date into almost anything, `-5` included. */
function dateIn(text: string): number {
  return /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
}
