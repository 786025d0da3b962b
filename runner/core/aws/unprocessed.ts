import { type Clock, waitUntil } from '../base/clock.ts';
import { ObserverError } from '../base/errors.ts';

/** The table of a batch, and the clock that its pauses go by. */
export interface BatchTarget {
  readonly table: string;
  readonly clock: Pick<Clock, 'nowMs' | 'at'>;
}

/** Calls in a row that may process nothing of a batch. */
const MOST_IDLE_CALLS = 5;
/** Pause before entries are sent again; it doubles with each call in a row that processes nothing. */
const FIRST_PAUSE_MS = 50;

/**
 * Sends the entries of a DynamoDB batch, and again those that `send` returns as unprocessed, until none is left. It pauses before each
 * further call for 50 ms to 800 ms.
 * @throws ObserverError after five calls in a row that processed nothing: the table is throttled.
 */
export async function sendBatch<Entry>(
  entries: readonly Entry[],
  send: (entries: readonly Entry[]) => Promise<readonly Entry[]>,
  { table, clock }: BatchTarget,
): Promise<void> {
  let left = await send(entries);
  let idleCalls = left.length < entries.length ? 0 : 1;
  while (left.length > 0) {
    if (idleCalls === MOST_IDLE_CALLS)
      throw new ObserverError(
        `DynamoDB leaves ${left.length} entries of a batch for table ${table} unprocessed: the table is throttled. Raise its capacity.`,
      );
    await waitUntil(clock.nowMs() + FIRST_PAUSE_MS * 2 ** idleCalls, clock);
    const unprocessed = await send(left);
    idleCalls = unprocessed.length < left.length ? 0 : idleCalls + 1;
    left = unprocessed;
  }
}
