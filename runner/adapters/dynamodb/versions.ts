import { decideSave } from '../../core/store/slot-transitions.ts';
import type { Item } from './client.ts';
import type { Table } from './table.ts';

/** A record that is written version by version. */
type VersionedRecord = Parameters<typeof decideSave>[1];

/** An item with such a record. */
interface VersionedItem {
  readonly basedOn: number;
  item(): Item;
  /** The stored record. */
  load(): Promise<Parameters<typeof decideSave>[0]>;
}

/**
 * Writes the next version of a record, by one conditional put; false if another writer's version is stored.
 * @throws RangeError for a version that cannot follow
 */
export async function saveNext(
  table: Table,
  next: VersionedRecord,
  { basedOn, item, load }: VersionedItem,
): Promise<boolean> {
  decideSave(undefined, next, basedOn); // refuses a version that cannot follow
  const condition =
    basedOn === 0
      ? {
          when: 'attribute_not_exists(#pk) OR NOT attribute_type(#version, :number)',
          values: { number: 'N' },
        }
      : { when: '#version = :basedOn', values: { basedOn } };
  if (await table.put(item(), condition)) return true;
  return decideSave(await load(), next, basedOn).answer;
}
