import { scalarText } from './numbers.ts';
import type { JournalEntry, TapMessage } from './ports.ts';
import type { OpenedMessage } from './tap-message.ts';
import { parsePath, valueAt } from './template.ts';
import { runIdsIn } from './trace.ts';

/** What the ids of a witness's own control messages begin with: they are asked for by key, and are nobody's events. */
export const CONTROL_PREFIX = 'control-';

/** What is known of a feed whose messages become entries. */
export interface EntryOf {
  readonly feed: string;
  /** Paths of the system's own values by which checks may correlate. */
  readonly ids: readonly string[];
  readonly receivedAtMs: number;
  open(message: TapMessage): OpenedMessage;
}

/** A message as the journal keeps it: under the run ids that it carries, and the values at the feed's `ids`. */
export function journalEntry(message: TapMessage, { feed, ids, receivedAtMs, open }: EntryOf): JournalEntry {
  const { id, data, text } = open(message);
  const own = ids.flatMap((path) => {
    return scalarText(valueAt(data, parsePath(path))) ?? [];
  });
  return { feed, id, data, keys: [...runIdsIn(text), ...own], receivedAtMs };
}
