import { placeBefore } from '../../../core/store/history.ts';
import type { HistoryPlace } from '../../../core/store/slots.ts';
import { UsageError } from '../../../runs/usage-error.ts';

/** A place for the page after it: `2026-11-25T12:01:00.000Z/orders`, and the rest of its key unless it is a slot. */
export function formatPlace({ atMs, canary, key }: HistoryPlace): string {
  const rest = key === SLOT ? [] : key.split('|');
  return [new Date(atMs).toISOString(), encodeURIComponent(canary), ...rest].join('/');
}

const SLOT = 'slot';
const MOMENT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?) ?(Z|UTC|[+-]\d\d:\d\d))?$/;

/** @throws UsageError for a text that is neither a moment nor a place. */
export function placeIn(text: string): HistoryPlace {
  const [at = '', name, ...key] = text.split('/');
  const [, day, time = '00:00', zone = 'Z'] = MOMENT.exec(at) ?? [];
  const atMs = Date.parse(`${day}T${time}${zone.replace('UTC', 'Z')}`);
  const canary = name === undefined ? undefined : decoded(name);
  if (Number.isNaN(atMs) || (name !== undefined && canary === undefined))
    throw new UsageError(
      `'${text}' is no moment: write 2026-11-25, 2026-11-25T12:01Z, or what the page before named.`,
    );
  if (canary === undefined) return placeBefore(atMs);
  return { atMs, canary, key: key.join('|') || SLOT };
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
