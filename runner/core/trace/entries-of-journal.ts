import { truncateText } from '../base/format.ts';
import { isJsonMap, type Json } from '../base/json.ts';
import type { JournalEntry } from '../taps/ports.ts';
import type { TraceEntry } from './trace.ts';

/** The longest excerpt of a message or a line, in UTF-16 units. */
export const LONGEST_EXCERPT = 200;

/** Entries of the journal: an event by its detail type and source, a message by the beginning of its body. */
export function entriesOfJournal(entries: readonly JournalEntry[]): readonly TraceEntry[] {
  return entries.map(({ feed, id, happenedAtMs, data }) => ({
    atMs: happenedAtMs,
    place: feed,
    kind: 'seen',
    what: wordsOn(data),
    source: 'journal',
    id,
  }));
}

function wordsOn(data: Json): string {
  if (!isJsonMap(data)) return excerptOf(data);
  const { 'detail-type': type, source, body = data } = data;
  return typeof type === 'string' ? `${type} from ${String(source)}` : excerptOf(body);
}

function excerptOf(value: Json): string {
  return truncateText(typeof value === 'string' ? value : JSON.stringify(value), LONGEST_EXCERPT);
}
