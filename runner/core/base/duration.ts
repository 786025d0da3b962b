const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration such as `250ms`, `1.5s`, `2m`, `1h`, `1d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}

/** Writes a duration in the largest unit of which it is a whole number: `300s` is `5m`, `90s` stays. */
export function writeDuration(ms: number): string {
  const [unit, unitMs] = Object.entries(UNIT_MS).findLast(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
}

/** Writes a duration for evidence: parseable, to a hundredth of a millisecond, and never mistaken for a number. */
export function durationText(ms: number): string {
  return `${Math.max(0, Math.round(ms * 100) / 100)}ms`;
}

/** Formats a duration for reports: `210 ms`, `0.84 s`, `35.6 s`, `2 min`, `1 h 30 min`. */
export function formatDuration(ms: number): string {
  if (ms < 500) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${Number((ms / 1_000).toFixed(2))} s`;
  if (ms < 119_950) return `${Number((ms / 1_000).toFixed(1))} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
