import type { StatementSync } from 'node:sqlite';
import { runIdsEnd } from '../../core/base/run-id.ts';
import { resultText } from '../../core/evidence/truncate-result.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { CanaryStatus, StatusAsk } from '../../core/store/canary-status.ts';
import { entryKey, isRunWithId } from '../../core/store/history.ts';
import type { PageAsk } from '../../core/store/ports.ts';
import { PASSES_KEPT } from '../../core/store/slot-transitions.ts';
import type {
  HistoryEntry,
  HistoryPlace,
  RunIdAsk,
  SlotKey,
  SlotRecord,
  Watermark,
} from '../../core/store/slots.ts';
import { checksumOf, storedJson } from '../stored-json.ts';
import type { StateFile } from './file.ts';
import { COLUMNS, entryIn, outcomeOf, rowsOf, sealed, slotIn } from './records.ts';
import { statusRows } from './status.ts';

interface HistoryAsk extends PageAsk {
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
  result(runId: string): RunResult | 'damaged' | undefined;
  history(ask: HistoryAsk): readonly HistoryEntry[];
  /** Like `RunStore.status`, of entries after a moment. */
  status(ask: StatusAsk & { readonly oldestMs: number }): CanaryStatus;
  /** Like `RunStore.runsWithId`. */
  runsWithId(ask: RunIdAsk): readonly HistoryEntry[];
  allRunning(): readonly SlotRecord[];
  watermark(canary: string): Watermark | undefined;
  watermarks(): ReadonlyMap<string, Watermark>;
  mark(canary: string, watermark: Watermark): void;
  /** Deletes a slot or a run. */
  remove(entry: HistoryEntry): void;
  /** True if there are settled rows that old. */
  hasOlder(beforeMs: number): boolean;
  /** Deletes some older settled rows. */
  forget(beforeMs: number): void;
}

/**
 * Most rows of a table that one cleanup deletes, so that it stays short after a long pause. 5,000 records take 0.04 s of the processor, and
 * 5,000 canaries add no more in a minute.
 */
const MOST_FORGOTTEN = 5_000;

/** The order of history (`byPlace`), which an index has too. */
const ORDER = 'ORDER BY atMs DESC, canary ASC, key DESC LIMIT ?';
/** A page of history: entries after another. */
export const PAGE = `atMs > ? AND atMs <= ? AND (atMs < ? OR canary > ? OR (canary = ? AND key < ?)) ${ORDER}`;
const SETTLED = `atMs <= ? AND applied = 1 AND outcome <> 'running'`;
const FORGOTTEN = `${SETTLED} LIMIT ${MOST_FORGOTTEN}`;

/** Results before a moment, by a run id of that moment. */
const OLD_RESULT = 'runId < ? AND startedAtMs <= ?';

const SQL = {
  slot: `SELECT ${COLUMNS} FROM records WHERE canary = ? AND atMs = ? AND key = 'slot'`,
  write: `INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET outcome = excluded.outcome,
    leaseUntilMs = excluded.leaseUntilMs, applied = excluded.applied, record = excluded.record,
    checksum = excluded.checksum`,
  running: `SELECT ${COLUMNS} FROM records INDEXED BY recordsRunning WHERE outcome = 'running' AND canary = ?`,
  unapplied: `SELECT ${COLUMNS} FROM records INDEXED BY recordsUnapplied
    WHERE applied = 0 AND outcome <> 'running' ORDER BY atMs`,
  keep: 'INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)',
  passes: 'SELECT rowid, runId, startedAtMs FROM results WHERE passedBy = ?',
  replace:
    'UPDATE OR REPLACE results SET runId = ?, startedAtMs = ?, result = ?, checksum = ? WHERE rowid = ?',
  result: 'SELECT result, checksum FROM results WHERE runId = ?',
  historyOfAll: `SELECT ${COLUMNS} FROM records WHERE ${PAGE}`,
  historyOfOne: `SELECT ${COLUMNS} FROM records WHERE canary = ? AND ${PAGE}`,
  runsWithId: `SELECT ${COLUMNS} FROM records WHERE atMs > ? AND atMs < ? AND instr(record, ?) > 0 ${ORDER}`,
  allRunning: `SELECT ${COLUMNS} FROM records INDEXED BY recordsRunning WHERE outcome = 'running'`,
  watermark: 'SELECT toMs, schedule FROM watermarks WHERE canary = ?',
  watermarks: 'SELECT canary, toMs, schedule FROM watermarks',
  version: 'PRAGMA data_version',
  mark: `INSERT INTO watermarks VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET toMs = excluded.toMs, schedule = excluded.schedule`,
  remove: 'DELETE FROM records WHERE canary = ? AND atMs = ? AND key = ?',
  olderRecord: `SELECT 1 FROM records WHERE ${SETTLED} LIMIT 1`,
  olderResult: `SELECT 1 FROM results WHERE ${OLD_RESULT} LIMIT 1`,
  olderAttempt: 'SELECT 1 FROM attempts WHERE atMs <= ? LIMIT 1',
  forgetRecords: `DELETE FROM records
    WHERE (canary, atMs, key) IN (SELECT canary, atMs, key FROM records WHERE ${FORGOTTEN})`,
  forgetResults: `DELETE FROM results
    WHERE rowid IN (SELECT rowid FROM results WHERE ${OLD_RESULT} LIMIT ${MOST_FORGOTTEN})`,
  forgetAttempts: `DELETE FROM attempts WHERE (canary, atMs, key) IN (
    SELECT canary, atMs, key FROM attempts WHERE atMs <= ? LIMIT ${MOST_FORGOTTEN})`,
};

/** Reads and writes the rows of an open state file. A damaged row costs that row alone. */
export function sqliteRows(file: StateFile): Rows {
  const asked = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, file.prepare(sql)]),
  ) as Asked;
  const slots = (statement: StatementSync, ...values: (number | string)[]): readonly SlotRecord[] =>
    rowsOf(statement, values).map(slotIn);
  return {
    slot: ({ canary, slotAtMs }) => slots(asked.slot, canary, slotAtMs)[0],
    write: (record) => {
      const { canary, slotAtMs, state, leaseUntilMs, applied, run } = record;
      const outcome = outcomeOf(state, run?.verdict);
      asked.write.run(canary, slotAtMs, 'slot', outcome, leaseUntilMs, Number(applied), ...sealed(record));
    },
    expired: (beforeMs) =>
      rowsOf(asked.allRunning, [])
        .filter(({ leaseUntilMs }) => leaseUntilMs < beforeMs)
        .map(slotIn),
    running: (canary) => slots(asked.running, canary),
    unapplied: () => slots(asked.unapplied),
    file: (entry) => {
      const outcome = outcomeOf(entry.what, entry.run?.verdict);
      asked.write.run(entry.canary, entry.atMs, entryKey(entry), outcome, 0, 1, ...sealed(entry));
    },
    ...resultRows(asked),
    history: ({ canary, after, most, oldestMs }) => {
      const page = [...startOf(after), most];
      const found =
        canary === undefined
          ? rowsOf(asked.historyOfAll, [oldestMs, ...page])
          : rowsOf(asked.historyOfOne, [canary, oldestMs, ...page]);
      return found.map(entryIn);
    },
    ...statusRows(file),
    runsWithId: (ask) => {
      // A text within JSON has its quotes escaped, so that this is found as a member alone.
      const member = `"runId":"${ask.prefix}`;
      const found = rowsOf(asked.runsWithId, [ask.afterMs, ask.beforeMs, member, ask.most]);
      return found.map(entryIn).filter((entry) => isRunWithId(entry, ask));
    },
    allRunning: () => slots(asked.allRunning),
    ...watermarkRows(asked),
    remove: (entry) => void asked.remove.run(entry.canary, entry.atMs, entryKey(entry)),
    ...oldRows(asked),
  };
}

type Asked = Readonly<Record<keyof typeof SQL, StatementSync>>;

function oldRows(asked: Asked): Pick<Rows, 'hasOlder' | 'forget'> {
  return {
    hasOlder: (beforeMs) =>
      asked.olderResult.get(runIdsEnd(beforeMs), beforeMs) !== undefined ||
      [asked.olderRecord, asked.olderAttempt].some((statement) => statement.get(beforeMs) !== undefined),
    forget: (beforeMs) => {
      asked.forgetRecords.run(beforeMs);
      asked.forgetResults.run(runIdsEnd(beforeMs), beforeMs);
      asked.forgetAttempts.run(beforeMs);
    },
  };
}

/** The place of a pass. */
interface Pass {
  readonly rowid: number;
  readonly runId: string;
  readonly startedAtMs: number;
}

function resultRows(asked: Asked): Pick<Rows, 'keep' | 'result'> {
  const passesOf = (canary: string): readonly Pass[] =>
    asked.passes.all(canary) as unknown as readonly Pass[];
  return {
    keep: (result) => {
      const { runId, canary, startedAtMs, verdict } = result;
      const text = resultText(result);
      const passedBy = verdict === 'passed' ? canary : null;
      const values = [runId, startedAtMs, text, checksumOf(text)] as const;
      const place = passedBy === null ? undefined : placeOfPass(passesOf(passedBy), runId);
      if (place === undefined) asked.keep.run(...values, passedBy);
      else asked.replace.run(...values, place);
    },
    result: (runId) => {
      const found = asked.result.get(runId);
      if (found === undefined) return undefined;
      const result = storedJson(found['result'], found['checksum']);
      return result === undefined ? 'damaged' : (result as unknown as RunResult);
    },
  };
}

/** The row that a pass takes: its own, or that of the oldest pass of the canary; undefined for a new row. */
function placeOfPass(passes: readonly Pass[], runId: string): number | undefined {
  const own = passes.find((one) => one.runId === runId);
  if (own !== undefined) return own.rowid;
  if (passes.length < PASSES_KEPT) return undefined;
  return passes.reduce((oldest, one) => (one.startedAtMs < oldest.startedAtMs ? one : oldest)).rowid;
}

function watermarkRows(asked: Asked): Pick<Rows, 'watermark' | 'watermarks' | 'mark'> {
  const watermark = (canary: string): Watermark | undefined =>
    asked.watermark.get(canary) as Watermark | undefined;
  /** All of them as they were read, and those that were written here since. */
  let all = new Map<string, Watermark>();
  const written = new Set<string>();
  let version: unknown;
  return {
    watermark,
    watermarks: () => {
      // It changes with each commit of another connection (sqlite.org/pragma.html, "data_version").
      const present = asked.version.get()?.['data_version'];
      if (present === version) {
        for (const canary of written) renew(all, canary, watermark(canary));
      } else {
        const found = asked.watermarks.all() as unknown as readonly (Watermark & { canary: string })[];
        all = new Map(found.map(({ canary, toMs, schedule }) => [canary, { toMs, schedule }]));
        version = present;
      }
      written.clear();
      return all;
    },
    mark: (canary, { toMs, schedule }) => {
      asked.mark.run(canary, toMs, schedule);
      written.add(canary);
    },
  };
}

function renew(all: Map<string, Watermark>, canary: string, found: Watermark | undefined): void {
  if (found === undefined) all.delete(canary);
  else all.set(canary, found);
}

/** Parameters of a page's start: after an entry, or from the beginning. */
export function startOf(after: HistoryPlace | undefined): readonly (number | string)[] {
  const { canary, atMs, key } = after ?? { canary: '', atMs: Number.MAX_VALUE, key: '' };
  return [atMs, atMs, canary, canary, key];
}
