import { ServiceClock } from '../aws/service-clock.ts';
import { scalarText } from '../base/numbers.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { runIdsIn } from '../base/run-id.ts';
import { parsePath, valueAt } from '../expression/template.ts';
import type { OpenedMessage } from './envelope.ts';
import type { JournalEntry, TapMessage } from './ports.ts';
import { isProbe, PROBE } from './probe.ts';

/** Prefix of a tap reader's own control messages: they are read by key, and are no events of the system. */
export const CONTROL_PREFIX = 'control-';

/** An opened message with its moment by our clock. */
export type DatedMessage = OpenedMessage & { readonly happenedAtMs: number };

/** Options of a feed whose messages become entries. */
export interface EntryOf {
  readonly feed: string;
  /** Paths of the system's own values by which checks may correlate. */
  readonly ids: readonly string[];
  readonly receivedAtMs: number;
  open(message: TapMessage, receivedAtMs: number): DatedMessage;
}

/** Opens messages of one source, and dates them by our clock. */
export function dating(
  open: (message: TapMessage) => OpenedMessage,
  clock = new ServiceClock(),
): EntryOf['open'] {
  return (message, receivedAtMs) => {
    const opened = open(message);
    for (const theirsMs of [message.sentAtMs, message.answeredAtMs ?? message.sentAtMs])
      clock.observe(theirsMs, receivedAtMs);
    return { ...opened, happenedAtMs: clock.latestMs(opened.sentAtMs, receivedAtMs) };
  };
}

/** A message as a journal entry: under the run ids that it carries, and the values at the feed's `ids`. */
export function journalEntry(message: TapMessage, { feed, ids, receivedAtMs, open }: EntryOf): JournalEntry {
  const { id, data, text, happenedAtMs, unread } = open(message, receivedAtMs);
  const own = ids.flatMap((path) => {
    return scalarText(valueAt(data, parsePath(path))) ?? [];
  });
  const isOurs = isProbe(data);
  return {
    feed,
    id: isOurs ? `${CONTROL_PREFIX}${id}` : id,
    data,
    keys: [...runIdsIn(text), ...(isOurs ? [PROBE] : own)],
    receivedAtMs,
    happenedAtMs,
    ...(message.redriven === true ? { redriven: true } : {}),
    ...omitUndefined({ unread }),
  };
}
