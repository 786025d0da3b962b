import { ObserverError } from '../../core/base/errors.ts';
import type { RunId } from '../../core/base/run-id.ts';
import type { CleanupEntry, CleanupList } from '../../core/cleanup/pending-cleanups.ts';
import { damagedCleanup } from '../../core/store/damaged.ts';
import { checksumOf, storedVersion } from '../stored-json.ts';
import type { Item } from './client.ts';
import { MOST_STATE_BYTES } from './items.ts';
import { TODO_INDEX } from './schema.ts';
import type { TableContext } from './slots.ts';
import { saveNext } from './versions.ts';

/** The cleanup list in a table: an entry is one item, written by one conditional put. */
export function dynamodbCleanups({ table, keys }: TableContext): CleanupList {
  return {
    save: async (next, basedOn) => {
      const load = async (): Promise<CleanupEntry | undefined> => {
        const found = await table.get(keys.cleanup(next.runId));
        return found === undefined ? undefined : entryIn(found);
      };
      return saveNext(table, next, { basedOn, item: () => itemOf(next, keys), load });
    },
    remove: async ({ runId, version }) => {
      await table.remove(keys.cleanup(runId), { when: '#version = :version', values: { version } });
    },
    due: async ({ byMs, most }) => {
      const listed = await table.query({
        index: TODO_INDEX,
        when: '#todo = :todo AND #todoAtMs <= :byMs',
        values: { todo: keys.todo('cleanups'), byMs },
        most,
      });
      const found = await table.getAll(listed.map(({ pk, sk }) => ({ pk: pk as string, sk: sk as string })));
      const entries = found.map(entryIn).filter(({ dueAtMs }) => dueAtMs <= byMs); // the index lags
      return entries.toSorted((a, b) => a.dueAtMs - b.dueAtMs || (a.runId < b.runId ? -1 : 1));
    },
  };
}

function itemOf(next: CleanupEntry, keys: TableContext['keys']): Item {
  const { runId, canary, version, writer, dueAtMs } = next;
  const entry = JSON.stringify(next);
  const bytes = Buffer.byteLength(entry);
  if (bytes > MOST_STATE_BYTES)
    throw new ObserverError(
      `The pending cleanups of a run of ${canary} take ${bytes} bytes, more than a table's item can hold (${MOST_STATE_BYTES}). Save less of an answer: one path, not all of its body.`,
      { permanent: true },
    );
  const checksum = checksumOf(entry);
  return {
    ...keys.cleanup(runId),
    version,
    writer,
    entry,
    checksum,
    todo: keys.todo('cleanups'),
    todoAtMs: dueAtMs,
  };
}

function entryIn({ pk, version, entry, checksum }: Item): CleanupEntry {
  const stored = storedVersion(entry, checksum, version) as unknown as CleanupEntry | undefined;
  return stored ?? damagedCleanup((pk as string).replace(/^.*\//, '') as RunId, version);
}
