import type { Repairs } from '../../core/store/ports.ts';
import { entryItem } from './items.ts';
import { replace, type TableContext } from './slots.ts';

/** Repairs of slots and watermarks in a table. A new entry is written before the old one is removed. */
export function dynamodbRepairs(context: TableContext): Repairs {
  const { table, keys } = context;
  const exists = { when: 'attribute_exists(#pk)' };
  return {
    rewind: async (canary, { toMs, schedule }) => {
      await table.update(keys.canary(canary), { set: { plannedToMs: toMs, schedule } }, exists);
    },
    refile: async (entry, to) => {
      if (to !== undefined) await table.put(entryItem(to, context));
      await table.remove(keys.entry(entry), exists);
    },
    end: async (found, to) => replace(context, found, to),
  };
}
