import { type RunId, runIdsIn, startOf, xrayIdOf } from '../base/run-id.ts';
import { holdsSpelledWord } from '../matching/whole-word.ts';

/** The series of events that a trace is about: by ids in any spelling, by a value of the system, or by both. */
export interface TraceSubject {
  readonly ids: readonly RunId[];
  /** An order number, a correlation id of the system. */
  readonly value?: string;
}

/** The subject that a text names: run ids and trace ids in any spelling, else the text itself as a value. */
export function subjectOf(text: string): TraceSubject {
  const ids = runIdsIn(text);
  return ids.length > 0 ? { ids } : { ids, value: text };
}

/** The texts of which a thing of the series holds one. */
export function termsOf({ ids, value }: TraceSubject): readonly string[] {
  return [...ids.flatMap((id) => [id, xrayIdOf(id)]), ...(value === undefined ? [] : [value])];
}

/** True for a text with one of the ids, in any spelling, or with the value as a whole word. */
export function holdsSubject(text: string, { ids, value }: TraceSubject): boolean {
  return (
    runIdsIn(text).some((id) => ids.includes(id)) || (value !== undefined && holdsSpelledWord(text, value))
  );
}

/** Earlier than its id by this much a thing may be dated: clocks differ. In milliseconds. */
const SKEW_MS = 60_000;
/** Longer after its beginning a series is not looked for, unless it is asked for. In milliseconds. */
const LONGEST_SERIES_MS = 2 * 3_600_000;
/** An id that is older than this was made by another rule: logs and results are kept for 30 days. */
const OLDEST_MS = 60 * 24 * 3_600_000;
const DEFAULT_SINCE_MS = 3_600_000;

/** The stretch of time of a series, epoch milliseconds: ids of runs begin with the second of their start. Else the last hour. */
export function timeOf(
  { ids }: TraceSubject,
  { nowMs, sinceMs }: { readonly nowMs: number; readonly sinceMs?: number | undefined },
): { readonly fromMs: number; readonly toMs: number } {
  if (sinceMs !== undefined) return { fromMs: sinceMs, toMs: nowMs };
  const starts = ids.map(startOf).filter((atMs) => atMs > nowMs - OLDEST_MS && atMs < nowMs + SKEW_MS);
  if (starts.length === 0) return { fromMs: nowMs - DEFAULT_SINCE_MS, toMs: nowMs };
  return {
    fromMs: Math.min(...starts) - SKEW_MS,
    toMs: Math.min(nowMs, Math.max(...starts) + LONGEST_SERIES_MS),
  };
}
