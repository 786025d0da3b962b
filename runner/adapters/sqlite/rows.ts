import type { StatementSync } from 'node:sqlite';
import { parseJson } from '../../core/base/json.ts';
import { resultText } from '../../core/evidence/truncate-result.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { entryKey, slotEntry } from '../../core/store/history.ts';
import type { HistoryEntry, HistoryPlace, SlotKey, SlotRecord, Watermark } from '../../core/store/slots.ts';
import type { StateFile } from './file.ts';

interface HistoryAsk {
  readonly canary?: string;
  readonly after?: HistoryPlace;
  readonly most: number;
  /** Older entries are hidden, even if they still exist. */
  readonly oldestMs: number;
}

/** The rows behind `RunStore`. A change of more than one needs a transaction. */
export interface Rows {
  slot(slot: SlotKey): SlotRecord | undefined;
  write(record: SlotRecord): void;
  /** Running slots whose lease ended before that moment. */
  expired(beforeMs: number): readonly SlotRecord[];
  running(canary: string): readonly SlotRecord[];
  unapplied(): readonly SlotRecord[];
  /** Puts a run that counts for no slot into the history. */
  file(entry: HistoryEntry): void;
  keep(result: RunResult): void;
  result(runId: string): RunResult | undefined;
  history(ask: HistoryAsk): readonly HistoryEntry[];
  allRunning(): readonly SlotRecord[];
  watermark(canary: string): Watermark | undefined;
  watermarks(): ReadonlyMap<string, Watermark>;
  mark(canary: string, watermark: Watermark): void;
  /** Deletes a slot or a run. */
  remove(entry: HistoryEntry): void;
  /** Deletes some older settled rows. */
  forget(beforeMs: number): void;
}

/** Most rows that one cleanup deletes, so that it stays short after a long pause. */
const MOST_FORGOTTEN = 500;

/** Condition for entries after another in the order of history (`byAge`). */
const AFTER = '(atMs < ? OR (atMs = ? AND (canary > ? OR (canary = ? AND key < ?))))';
const ORDER = 'ORDER BY atMs DESC, canary ASC, key DESC LIMIT ?';
const FORGOTTEN = `atMs <= ? AND applied = 1 AND state <> 'running' LIMIT ${MOST_FORGOTTEN}`;

const SQL = {
  slot: `SELECT record FROM records WHERE canary = ? AND atMs = ? AND key = 'slot'`,
  write: `INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state,
    leaseUntilMs = excluded.leaseUntilMs, applied = excluded.applied, record = excluded.record`,
  expired: `SELECT record FROM records INDEXED BY recordsRunning WHERE state = 'running' AND leaseUntilMs < ?`,
  running: `SELECT record FROM records INDEXED BY recordsRunning WHERE state = 'running' AND canary = ?`,
  unapplied: `SELECT record FROM records INDEXED BY recordsUnapplied
    WHERE applied = 0 AND state <> 'running' ORDER BY atMs`,
  keep: 'INSERT OR REPLACE INTO results VALUES (?, ?, ?)',
  result: 'SELECT result AS record FROM results WHERE runId = ?',
  historyOfAll: `SELECT record FROM records WHERE atMs > ? AND ${AFTER} ${ORDER}`,
  historyOfOne: `SELECT record FROM records WHERE canary = ? AND atMs > ? AND ${AFTER} ${ORDER}`,
  allRunning: `SELECT record FROM records INDEXED BY recordsRunning WHERE state = 'running'`,
  watermark: 'SELECT toMs, schedule FROM watermarks WHERE canary = ?',
  watermarks: 'SELECT canary, toMs, schedule FROM watermarks',
  mark: 'INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?)',
  remove: 'DELETE FROM records WHERE canary = ? AND atMs = ? AND key = ?',
  forgetRecords: `DELETE FROM records
    WHERE (canary, atMs, key) IN (SELECT canary, atMs, key FROM records WHERE ${FORGOTTEN})`,
  forgetResults: `DELETE FROM results
    WHERE rowid IN (SELECT rowid FROM results WHERE startedAtMs <= ? LIMIT ${MOST_FORGOTTEN})`,
};

/** Reads and writes the rows of an open state file. */
export function sqliteRows(file: StateFile): Rows {
  const asked = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, file.prepare(sql)]),
  ) as Record<keyof typeof SQL, StatementSync>;
  return {
    slot: ({ canary, slotAtMs }) => one(asked.slot, canary, slotAtMs) as SlotRecord | undefined,
    write: (record) => {
      const { canary, slotAtMs, state, leaseUntilMs, applied } = record;
      asked.write.run(canary, slotAtMs, 'slot', state, leaseUntilMs, Number(applied), JSON.stringify(record));
    },
    expired: (beforeMs) => many(asked.expired, beforeMs) as readonly SlotRecord[],
    running: (canary) => many(asked.running, canary) as readonly SlotRecord[],
    unapplied: () => many(asked.unapplied) as readonly SlotRecord[],
    file: (entry) => {
      asked.write.run(entry.canary, entry.atMs, entryKey(entry), entry.what, 0, 1, JSON.stringify(entry));
    },
    keep: (result) => void asked.keep.run(result.runId, result.startedAtMs, resultText(result)),
    result: (runId) => one(asked.result, runId) as RunResult | undefined,
    history: ({ canary, after, most, oldestMs }) => {
      const page = [...startOf(after), most];
      const found =
        canary === undefined
          ? many(asked.historyOfAll, oldestMs, ...page)
          : many(asked.historyOfOne, canary, oldestMs, ...page);
      return (found as readonly (SlotRecord | HistoryEntry)[]).map((record) =>
        'what' in record ? record : slotEntry(record),
      );
    },
    allRunning: () => many(asked.allRunning) as readonly SlotRecord[],
    watermark: (canary) => asked.watermark.get(canary) as Watermark | undefined,
    watermarks: () => {
      const found = asked.watermarks.all() as unknown as readonly (Watermark & { readonly canary: string })[];
      return new Map(found.map(({ canary, toMs, schedule }) => [canary, { toMs, schedule }]));
    },
    mark: (canary, { toMs, schedule }) => void asked.mark.run(canary, toMs, schedule),
    remove: (entry) => void asked.remove.run(entry.canary, entry.atMs, entryKey(entry)),
    forget: (beforeMs) => {
      asked.forgetRecords.run(beforeMs);
      asked.forgetResults.run(beforeMs);
    },
  };
}

/** Parameters of a page's start: after an entry, or from the beginning. */
function startOf(after: HistoryPlace | undefined): readonly (number | string)[] {
  if (after === undefined) return [Number.MAX_VALUE, 0, '', '', ''];
  const { canary, atMs, key } = after;
  return [atMs, atMs, canary, canary, key];
}

function one(statement: StatementSync, ...values: (number | string)[]): unknown {
  return many(statement, ...values)[0];
}

function many(statement: StatementSync, ...values: (number | string)[]): readonly unknown[] {
  const found = statement.all(...values) as { record: string }[];
  return found.map(({ record }): unknown => parseJson(record));
}
