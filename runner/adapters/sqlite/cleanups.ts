import type { RunId } from '../../core/base/run-id.ts';
import type { CleanupEntry, CleanupList } from '../../core/cleanup/pending-cleanups.ts';
import { damagedCleanup } from '../../core/store/damaged.ts';
import { decideSave } from '../../core/store/slot-transitions.ts';
import { storedVersion } from '../stored-json.ts';
import type { StateFile } from './file.ts';
import { sealed } from './records.ts';

/** The cleanup list in a state file: an entry is one row. */
export function sqliteCleanups(file: StateFile): CleanupList {
  const asked = {
    version: file.prepare('SELECT version, writer FROM cleanups WHERE runId = ?'),
    save: file.prepare(`INSERT INTO cleanups VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version,
      writer = excluded.writer, dueAtMs = excluded.dueAtMs, entry = excluded.entry, checksum = excluded.checksum`),
    remove: file.prepare('DELETE FROM cleanups WHERE runId = ? AND version = ?'),
    due: file.prepare(
      'SELECT runId, version, entry, checksum FROM cleanups WHERE dueAtMs <= ? ORDER BY dueAtMs, runId LIMIT ?',
    ),
  };
  return {
    save: async (next, basedOn) =>
      file.write(() => {
        const { runId, version, writer, dueAtMs } = next;
        const found = asked.version.get(runId) as { version: number; writer: string } | undefined;
        const { write, answer } = decideSave(found, next, basedOn);
        if (write) asked.save.run(runId, version, writer, dueAtMs, ...sealed(next));
        return answer;
      }),
    remove: async ({ runId, version }) => file.write(() => void asked.remove.run(runId, version)),
    due: async ({ byMs, most }) => file.read(() => asked.due.all(byMs, most)).map(entryIn),
  };
}

function entryIn({ runId, version, entry, checksum }: Readonly<Record<string, unknown>>): CleanupEntry {
  const stored = storedVersion(entry, checksum, version) as unknown as CleanupEntry | undefined;
  return stored ?? damagedCleanup(runId as RunId, version);
}
