import { decideSave } from '../../core/store/slot-transitions.ts';
import type { Item, TableCalls } from './calls.ts';

/** What is written version by version. */
type VersionedRecord = Parameters<typeof decideSave>[1];

/** How one item holds it. */
interface VersionedItem {
  readonly basedOn: number;
  item(): Item;
  /** What the item holds now. */
  load(): Promise<Parameters<typeof decideSave>[0]>;
}

/**
 * Writes the next version of what one item holds, by one conditional put; false where somebody else's version stands.
 * @throws RangeError for a version that cannot follow
 */
export async function saveNext(
  table: TableCalls,
  next: VersionedRecord,
  { basedOn, item, load }: VersionedItem,
): Promise<boolean> {
  decideSave(undefined, next, basedOn); // refuses a version that cannot follow
  const condition =
    basedOn === 0
      ? { when: 'attribute_not_exists(#pk)' }
      : { when: '#version = :basedOn', values: { basedOn } };
  if (await table.put(item(), condition)) return true;
  return decideSave(await load(), next, basedOn).answer;
}
