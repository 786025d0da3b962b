import { DAMAGED } from '../../core/store/damaged.ts';
import type { Decision } from '../../core/store/slot-transitions.ts';
import type { LeasedSlot, SlotKey, SlotRecord } from '../../core/store/slots.ts';
import { changeBetween, type Keys, slotItem, slotOf } from './items.ts';
import { TODO_INDEX } from './schema.ts';
import type { Table } from './table.ts';

/** A table, whose keys in it, and how long history is kept. */
export interface TableContext {
  readonly table: Table;
  readonly keys: Keys;
  readonly keptMs: number;
  /** Older entries are hidden, even if they still exist. */
  oldestMs(): number;
}

/** Writes the first record of a slot, or answers by the existing one. */
export async function beginSlot<Answer>(
  context: TableContext,
  slot: SlotKey,
  decide: (found: SlotRecord | undefined) => Decision<Answer>,
): Promise<Answer> {
  const { table, keys } = context;
  const { write, answer } = decide(undefined);
  const item = slotItem(write as SlotRecord, context);
  if (await table.put(item, { when: 'attribute_not_exists(#pk)' })) return answer;
  const found = await table.get(keys.slot(slot));
  // A missing record has expired since: the slot is free.
  return found === undefined ? beginSlot(context, slot, decide) : decide(slotOf(found)).answer;
}

/** Writes the last record of a claimed slot, or answers by the existing one. */
export async function endSlot<Answer>(
  context: TableContext,
  held: LeasedSlot,
  decide: (found: SlotRecord | undefined) => Decision<Answer>,
): Promise<Answer> {
  const from = heldBy(held);
  const { write, answer } = decide(from);
  if (await replace(context, from, write as SlotRecord)) return answer;
  const found = await context.table.get(context.keys.slot(held));
  return decide(found === undefined ? undefined : slotOf(found)).answer;
}

/** Replaces a running slot's record, if owner and fence are the same. */
export async function replace(context: TableContext, from: SlotRecord, to: SlotRecord): Promise<boolean> {
  const { state, owner, fence, reason } = from;
  // A damaged record does not match its own condition.
  if (reason === DAMAGED) return context.table.put(slotItem(to, context), { when: 'attribute_exists(#pk)' });
  const change = changeBetween(slotItem(from, context), slotItem(to, context));
  const when = '#state = :state AND #owner = :owner AND #fence = :fence';
  return context.table.update(context.keys.slot(from), change, { when, values: { state, owner, fence } });
}

/** The record of a running slot, as far as its holder knows it. Times that it does not know are NaN, and so count as unchanged. */
export function heldBy({
  canary,
  slotAtMs,
  owner,
  fence,
}: SlotKey & Pick<LeasedSlot, 'owner' | 'fence'>): SlotRecord {
  return {
    canary,
    slotAtMs,
    owner,
    fence,
    state: 'running',
    leaseUntilMs: Number.NaN,
    writtenAtMs: Number.NaN,
    count: 1,
    applied: false,
  };
}

/** The slots that the index lists up to a moment, as they are now: the index lags, and lists keys alone. */
export async function todo(
  { table, keys }: TableContext,
  what: 'running' | 'unapplied',
  untilMs: number,
): Promise<readonly SlotRecord[]> {
  const listed = await table.query({
    index: TODO_INDEX,
    when: '#todo = :todo AND #todoAtMs <= :untilMs',
    values: { todo: keys.todo(what), untilMs },
  });
  const found = await table.getAll(listed.map(({ pk, sk }) => ({ pk: pk as string, sk: sk as string })));
  return found.map(slotOf).toSorted((a, b) => a.slotAtMs - b.slotAtMs);
}
