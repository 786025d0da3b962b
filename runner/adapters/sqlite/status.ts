import type { StatementSync } from 'node:sqlite';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import {
  type CanaryStatus,
  countedOutcome,
  DAY_MS,
  KINDS,
  MOST_READ,
  type StatusAsk,
  startOf,
} from '../../core/store/canary-status.ts';
import type { StateFile } from './file.ts';
import { COLUMNS, entryIn, rowsOf } from './records.ts';

interface Ask extends StatusAsk {
  /** Older entries are hidden, even if they still exist. */
  readonly oldestMs: number;
}

/** Counts of the newest entries of a canary. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly noData: number;
  /** The number of entries, those that do not count among them. */
  readonly read: number;
  /** The newest outcome of another kind than the newest; null without one. */
  readonly otherMs: number | null;
  readonly oldestMs: number;
}

/** The status of a canary, counted by SQL. It is as `canaryStatus` has it from the history. */
export function statusRows(file: StateFile): { readonly status: (ask: Ask) => CanaryStatus } {
  const asked = { scheduled: statementsOf(file, false), onDemand: statementsOf(file, true) };
  return {
    status: (ask) => {
      const { canary, isScheduled, nowMs, oldestMs } = ask;
      const { newest, newestRun, counts, since } = isScheduled ? asked.scheduled : asked.onDemand;
      const [entry] = rowsOf(newest, [canary, oldestMs]).map(entryIn);
      const outcome = entry === undefined ? undefined : countedOutcome(entry, isScheduled);
      if (entry === undefined || outcome === undefined)
        return { isSinceAtLeast: false, day: { passed: 0, failed: 0, noData: 0 } };
      const kind = KINDS[outcome];
      const found = counts.get(kind, nowMs - DAY_MS, canary, oldestMs) as unknown as Counts;
      const { passed, failed, noData, read, otherMs } = found;
      const [first = entry] = rowsOf(since, [canary, otherMs ?? found.oldestMs, kind]).map(entryIn);
      const lastRun =
        entry.run ??
        rowsOf(newestRun, [canary, oldestMs])
          .map((row) => entryIn(row).run)
          .find((run) => run !== undefined);
      return {
        outcome,
        sinceMs: startOf(first),
        isSinceAtLeast: otherMs === null && read === MOST_READ,
        ...omitUndefined({ lastRun }),
        day: { passed, failed, noData },
      };
    },
  };
}

/** The kinds of outcomes as SQL has them; those of runs on demand only if they count. */
function kindOf(countsOnDemand: boolean): string {
  const kinds = Object.entries(KINDS).flatMap(([outcome, kind]) =>
    (countsOnDemand ? [outcome, `extra ${outcome}`] : [outcome]).map((one) => `WHEN '${one}' THEN '${kind}'`),
  );
  return `CASE outcome ${kinds.join(' ')} END`;
}

/** Slots that a row stands for. Only missed ones may be several, and only their number is read from the JSON. */
const SLOTS = `CASE WHEN outcome = 'missed' AND json_valid(record) THEN record ->> '$.count' ELSE 1 END`;

/** Damaged records above the newest run that are passed over. */
const MOST_DAMAGED = 20;

const ENTRIES = 'FROM records WHERE canary = ? AND atMs > ?';
const RECENT = `ORDER BY atMs DESC, key DESC LIMIT ${MOST_READ}`;

function statementsOf(file: StateFile, countsOnDemand: boolean) {
  const kind = kindOf(countsOnDemand);
  const newest = (condition: string, most: number): StatementSync =>
    file.prepare(`SELECT ${COLUMNS} FROM (SELECT ${COLUMNS}, ${kind} AS kind ${ENTRIES} ${RECENT})
      WHERE ${condition} LIMIT ${most}`);
  const ofDay = (kinds: string): string => `total(slots) FILTER (WHERE kind IN (${kinds}) AND isOfDay)`;
  return {
    newest: newest('kind IS NOT NULL', 1),
    newestRun: newest(`kind IS NOT NULL AND outcome NOT IN ('lost', 'missed')`, MOST_DAMAGED),
    counts: file.prepare(`SELECT ${ofDay(`'passed', 'degraded'`)} AS passed, ${ofDay(`'failed'`)} AS failed,
        ${ofDay(`'noData'`)} AS noData, count(*) AS read, min(atMs) AS oldestMs,
        max(atMs) FILTER (WHERE kind <> ?) AS otherMs
      FROM (SELECT atMs, ${kind} AS kind, ${SLOTS} AS slots, atMs > ? AS isOfDay ${ENTRIES} ${RECENT})`),
    since: file.prepare(`SELECT ${COLUMNS} FROM records WHERE canary = ? AND atMs >= ? AND ${kind} = ?
      ORDER BY atMs, key LIMIT 1`),
  };
}
