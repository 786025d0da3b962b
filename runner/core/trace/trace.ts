import type { RunId } from '../base/run-id.ts';
import type { Verdict } from '../base/verdict.ts';

/** A place where parts of a series of events are kept. */
export type SourceName = 'runs' | 'journal' | 'logs' | 'executions' | 'x-ray';

/** One thing that is known of a series of events. */
export interface TraceEntry {
  /** Epoch milliseconds, by the clock of the service that dates it; of an expected thing that did not come, its deadline. */
  readonly atMs: number;
  /** The end of something that took time. */
  readonly endMs?: number;
  /** The resource: `bus orders`, `log /aws/lambda/store-order`. */
  readonly place: string;
  /**
   * `sent` by a canary; `seen` at a place; `noted` by the system itself. `missing`: expected there and not seen. `unchecked`: a check there
   * could not see.
   */
  readonly kind: 'sent' | 'seen' | 'missing' | 'unchecked' | 'noted';
  /** A few words: a step's name, a detail type, a line. */
  readonly what: string;
  readonly source: SourceName;
  /** Identity of the thing at its place: one that two sources have is one entry. */
  readonly id?: string;
  /** `failed`: a step that failed, a line of level ERROR, a segment with a fault. `error`: a step that could not act or check. */
  readonly fault?: 'failed' | 'error';
}

/** The outcome of reading one source. */
export interface SourceReading {
  readonly source: SourceName;
  /** The resource that was read: `log group /aws/lambda/store-order`. */
  readonly about: string;
  readonly entries: readonly TraceEntry[];
  /** Reason why it was not read, or not all of it; as a sentence. */
  readonly unread?: string;
  /** The right that reading it needs, if AWS denied it: `logs:FilterLogEvents`. */
  readonly right?: string;
}

/** A run that is part of a series. */
export interface TracedRun {
  readonly runId: RunId;
  readonly canary: string;
  readonly verdict: Verdict;
  /** Where it was sent to, seen, and not seen: one sentence. */
  readonly way: string;
  /** The continuity of its id, if known. */
  readonly continuity?: string;
}

/** The entries of one series of events from all sources. */
export interface Trace {
  /** The id or value that was asked for. */
  readonly asked: string;
  readonly runs: readonly TracedRun[];
  /** In the order of time. */
  readonly entries: readonly TraceEntry[];
  /** Number of entries that were left out: the newest are. */
  readonly omitted: number;
  /** Every source, also those that could not be read. */
  readonly sources: readonly TraceSource[];
}

/** A source of a trace: the number of entries that it had, or why it could not be read. */
export type TraceSource = Omit<SourceReading, 'entries'> & { readonly entries: number };

/** The greatest number of entries in a trace. */
export const MOST_ENTRIES = 1_000;

/** Puts the readings of all sources into one trace. */
export function traceOf(
  asked: string,
  runs: readonly TracedRun[],
  readings: readonly SourceReading[],
): Trace {
  const all = distinct(readings.flatMap(({ entries }) => entries)).toSorted((a, b) => a.atMs - b.atMs);
  return {
    asked,
    runs,
    entries: all.slice(0, MOST_ENTRIES),
    omitted: Math.max(0, all.length - MOST_ENTRIES),
    sources: readings.map(({ entries, ...source }) => ({ ...source, entries: entries.length })),
  };
}

/** One thing that a run and the journal have is the run's: it has the name of a step. */
function distinct(entries: readonly TraceEntry[]): readonly TraceEntry[] {
  const known = new Set<string>();
  return entries.filter(({ place, id, kind }) => {
    if (id === undefined) return true;
    const key = JSON.stringify([place, kind, id]);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}
