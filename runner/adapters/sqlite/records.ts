import type { StatementSync } from 'node:sqlite';
import { DAMAGED, damagedSlot } from '../../core/store/damaged.ts';
import { slotEntry } from '../../core/store/history.ts';
import type { HistoryEntry, SlotRecord } from '../../core/store/slots.ts';
import { checksumOf, storedJson } from '../stored-json.ts';

/** The columns that a record is read from. Its JSON may be damaged; the others then say what is known of it. */
export const COLUMNS = 'canary, atMs, key, outcome, leaseUntilMs, applied, record, checksum';

/** A row of `records`. */
export interface Row {
  readonly canary: string;
  readonly atMs: number;
  readonly key: string;
  /** `running`; then the verdict, `extra` and a verdict, `late`, or the reason why there was no run. */
  readonly outcome: string;
  readonly leaseUntilMs: number;
  readonly applied: number;
  readonly record: string;
  readonly checksum: number;
}

export function rowsOf(statement: StatementSync, values: readonly (number | string)[]): readonly Row[] {
  return statement.all(...values) as unknown as readonly Row[];
}

/** The slot in a row. */
export function slotIn(row: Row): SlotRecord {
  const { canary, atMs, outcome, leaseUntilMs, applied } = row;
  const record = storedJson(row.record, row.checksum) as unknown as SlotRecord | undefined;
  const known = { running: outcome === 'running', leaseUntilMs, applied: applied === 1 };
  return record ?? damagedSlot({ canary, slotAtMs: atMs }, known);
}

/** The line of history in a row. */
export function entryIn(row: Row): HistoryEntry {
  if (row.key === 'slot') return slotEntry(slotIn(row));
  const { canary, atMs } = row;
  const entry = storedJson(row.record, row.checksum) as unknown as HistoryEntry | undefined;
  return entry ?? { canary, atMs, what: 'lost', count: 1, reason: DAMAGED };
}

/** The outcome of a row: the verdict of its run, `extra` and the verdict if it counts for no slot, and otherwise its state. */
export function outcomeOf(state: string, verdict: string | undefined): string {
  if (verdict === undefined) return state;
  if (state === 'done') return verdict;
  return state === 'extra' ? `extra ${verdict}` : state;
}

/** A record and its checksum, as they are stored. */
export function sealed(record: unknown): readonly [string, number] {
  const text = JSON.stringify(record);
  return [text, checksumOf(text)];
}
