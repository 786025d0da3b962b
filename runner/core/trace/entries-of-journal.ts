import { isJsonMap, type Json } from '../base/json.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { JournalEntry } from '../taps/ports.ts';
import { excerptOf } from './excerpt.ts';
import type { TraceEntry } from './trace.ts';

/** Entries of the journal: an event by its detail type and source, a message by the beginning of its body. */
export function entriesOfJournal(
  entries: readonly JournalEntry[],
  redactor: Redactor,
): readonly TraceEntry[] {
  return entries.map(({ feed, id, happenedAtMs, data }) => ({
    atMs: happenedAtMs,
    place: feed,
    kind: 'seen',
    what: excerptOf(wordsOn(data), redactor),
    source: 'journal',
    id,
  }));
}

function wordsOn(data: Json): Json {
  if (!isJsonMap(data)) return data;
  const { 'detail-type': type, source, body = data } = data;
  return typeof type === 'string' ? `${type} from ${String(source)}` : body;
}
