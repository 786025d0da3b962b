import { isJsonMap, looseJsonIn } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { DAMAGED, damagedSlot } from '../../core/store/damaged.ts';
import { entryKey, slotEntry } from '../../core/store/history.ts';
import { isUnapplied, PASSES_KEPT } from '../../core/store/slot-transitions.ts';
import type { HistoryEntry, HistoryPlace, RunSummary, SlotKey, SlotRecord } from '../../core/store/slots.ts';
import type { Item } from './client.ts';
import { TTL_ATTRIBUTE } from './schema.ts';
import type { Change } from './table.ts';

/** An item may have 400 KB, its keys and the names of its attributes included. */
export const MOST_STATE_BYTES = 390_000;

/** The key of an item of the state table. */
type ItemKey = Readonly<Record<'pk' | 'sk', string>>;

/** The keys of one namespace. */
export interface Keys {
  slot(slot: SlotKey): ItemKey;
  entry(entry: HistoryEntry): ItemKey;
  /** The partition of a canary's slots and runs; they sort by time. */
  historyOf(canary: string): string;
  result(runId: string): ItemKey;
  /** The place of a run that passed, by the number of the canary's passes before it; the fourth takes the place of the first. */
  passed(canary: string, turn: number): ItemKey;
  /** Every canary that was planned or had a run kept, with its watermark. */
  canary(name: string): ItemKey;
  alert(canary: string): ItemKey;
  /** The partition of the attempts to send a canary's notices; they sort by time. */
  attemptsOf(canary: string): string;
  attempt(place: HistoryPlace): ItemKey;
  lease(name: string): ItemKey;
  cleanup(runId: string): ItemKey;
  /** A partition of the index of pending work. */
  todo(what: 'running' | 'unapplied' | 'notices' | 'cleanups'): string;
}

/** Keys and retention of items. */
interface ItemContext {
  readonly keys: Keys;
  readonly keptMs: number;
}

/** The keys of a project's environment. No name can reach into another's keys: a name contains no slash. */
export function keysOf({
  project,
  environment,
}: {
  readonly project: string;
  readonly environment: string;
}): Keys {
  const within = `${encodeURIComponent(project)}/${encodeURIComponent(environment)}`;
  const historyOf = (canary: string): string => `${within}/history/${canary}`;
  const attemptsOf = (canary: string): string => `${within}/attempts/${canary}`;
  return {
    slot: ({ canary, slotAtMs }) => ({ pk: historyOf(canary), sk: `${sortable(slotAtMs)}|slot` }),
    entry: (entry) => ({ pk: historyOf(entry.canary), sk: `${sortable(entry.atMs)}|${entryKey(entry)}` }),
    historyOf,
    result: (runId) => ({ pk: `${within}/result/${runId}`, sk: 'result' }),
    passed: (canary, turn) => ({ pk: `${within}/passed`, sk: `${canary}|${turn % PASSES_KEPT}` }),
    canary: (name) => ({ pk: `${within}/canaries`, sk: name }),
    alert: (canary) => ({ pk: `${within}/alerts`, sk: canary }),
    attemptsOf,
    attempt: ({ canary, atMs, key }) => ({ pk: attemptsOf(canary), sk: `${sortable(atMs)}|${key}` }),
    lease: (name) => ({ pk: `${within}/leases`, sk: name }),
    cleanup: (runId) => ({ pk: `${within}/cleanup/${runId}`, sk: 'cleanup' }),
    todo: (what) => `${within}/${what}`,
  };
}

/** A moment as text that sorts as the number does. */
export function sortable(ms: number): string {
  return String(ms).padStart(15, '0');
}

/** Expiry attribute for a retention from that moment. */
export function expiry(fromMs: number, keptMs: number): Item {
  return { [TTL_ATTRIBUTE]: Math.ceil((fromMs + keptMs) / 1_000) };
}

/** A slot as an item: its fields, and the index attributes while it needs work. Only settled slots expire. */
export function slotItem(record: SlotRecord, { keys, keptMs }: ItemContext): Item {
  const { run, reason, result: _, ...rest } = record;
  const { slotAtMs, leaseUntilMs } = record;
  const item = {
    ...keys.slot(record),
    ...rest,
    ...(run === undefined ? {} : { run: JSON.stringify(run) }),
    ...omitUndefined({ reason }),
  };
  if (record.state === 'running')
    return { ...item, runningUntilMs: leaseUntilMs, todo: keys.todo('running'), todoAtMs: leaseUntilMs };
  if (isUnapplied(record)) return { ...item, todo: keys.todo('unapplied'), todoAtMs: slotAtMs };
  return { ...item, ...expiry(slotAtMs, keptMs) };
}

/** The record of a slot in an item; a damaged one says what is known of it, by its key above all. Fields that contradict the key are damage. */
export function slotOf(item: Item): SlotRecord {
  const { canary, slotAtMs, state, owner, fence, leaseUntilMs, writtenAtMs, count, applied } = item;
  const { run, reason } = item;
  const summary = run === undefined ? undefined : summaryIn(run);
  const key = slotKeyIn(item);
  const isWhole =
    canary === key.canary &&
    slotAtMs === key.slotAtMs &&
    typeof owner === 'string' &&
    typeof applied === 'boolean' &&
    STATES.has(state) &&
    [fence, leaseUntilMs, writtenAtMs, count].every(Number.isFinite) &&
    (reason === undefined || typeof reason === 'string') &&
    (run === undefined) === (summary === undefined);
  if (!isWhole) return damagedSlotIn(item);
  return {
    ...key,
    state,
    owner,
    fence,
    leaseUntilMs,
    writtenAtMs,
    count,
    applied,
    ...omitUndefined({ run: summary, reason }),
  } as SlotRecord;
}

const STATES = new Set<unknown>([
  'running',
  'done',
  'lost',
  'missed',
  'skipped',
] satisfies SlotRecord['state'][]);

function slotKeyIn({ pk, sk }: Item): SlotKey {
  return { canary: (pk as string).replace(/^.*\//, ''), slotAtMs: Number.parseInt(sk as string, 10) };
}

function damagedSlotIn(item: Item): SlotRecord {
  const { state, leaseUntilMs, applied } = item;
  const slot = slotKeyIn(item);
  return damagedSlot(slot, {
    running: state === 'running',
    leaseUntilMs: Number.isFinite(leaseUntilMs) ? (leaseUntilMs as number) : slot.slotAtMs,
    applied: applied === true,
  });
}

/** The summary of a run; undefined if it is damaged. */
function summaryIn(text: unknown): RunSummary | undefined {
  const summary = typeof text === 'string' ? looseJsonIn(text) : undefined;
  if (!isJsonMap(summary)) return undefined;
  const { runId, verdict, reason, startedAtMs, durationMs } = summary;
  const isWhole =
    [runId, verdict, reason].every((one) => typeof one === 'string') &&
    [startedAtMs, durationMs].every(Number.isFinite);
  return isWhole ? (summary as unknown as RunSummary) : undefined;
}

/** A run that counts for no slot as an item. */
export function entryItem(entry: HistoryEntry, { keys, keptMs }: ItemContext): Item {
  const { canary, atMs, what, count, run } = entry;
  const kept = { canary, atMs, what, count, run: JSON.stringify(run) };
  return { ...keys.entry(entry), ...kept, ...expiry(atMs, keptMs) };
}

/** The line of history in an item: a slot's, or that of a run that counts for none. */
export function historyEntryOf(item: Item): HistoryEntry {
  if ((item['sk'] as string).endsWith('|slot')) return slotEntry(slotOf(item));
  const { canary, atMs, what, count } = item;
  const run = summaryIn(item['run']);
  const key = slotKeyIn(item);
  const isWhole =
    canary === key.canary &&
    atMs === key.slotAtMs &&
    run !== undefined &&
    (what === 'late' || what === 'extra') &&
    Number.isFinite(count);
  if (isWhole) return { canary, atMs, what, count, run } as HistoryEntry;
  return { canary: key.canary, atMs: key.slotAtMs, what: 'lost', count: 1, reason: DAMAGED };
}

/** The change from one item to the other. */
export function changeBetween(from: Item, to: Item): Change {
  const set = Object.entries(to).filter(([name, value]) => !Object.is(from[name], value));
  return { set: Object.fromEntries(set), remove: Object.keys(from).filter((name) => !(name in to)) };
}
