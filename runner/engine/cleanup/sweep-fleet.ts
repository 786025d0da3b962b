import { CLEANUP_ALERTS } from '../../core/alert/runner-alerts.ts';
import { truncateText } from '../../core/base/format.ts';
import { type CleanupEntry, isForgotten, isGivenUp } from '../../core/cleanup/pending-cleanups.ts';
import { type FleetContext, newWriteId } from '../fleet-context.ts';
import { type SweepResult, sweepEntry } from './sweep.ts';

/** Entries that one sweep works on; those beyond wait for the next. */
const MOST_AT_ONCE = 100;

/**
 * Sweeps the due entries of a fleet, one run after another until the signal ends it. Operators are notified of an entry that failed too
 * often.
 */
export async function sweepFleet(
  context: FleetContext,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly SweepResult[]> {
  const { alerting, engine, fleet } = context;
  if (engine.cleanups === undefined) return [];
  const { list } = engine.cleanups;
  const givingUp = async (entry: CleanupEntry): Promise<void> => {
    await alerting.apply(CLEANUP_ALERTS, [{ kind: 'problem', reason: formatGivenUp(entry) }]);
    await alerting.deliver([CLEANUP_ALERTS]);
  };
  const sweeping = { engine, list, ...fleet, writer: newWriteId(context), signal, givingUp };
  const swept: SweepResult[] = [];
  for (const entry of await list.due({ byMs: engine.clock.nowMs(), most: MOST_AT_ONCE })) {
    if (signal.aborted) break;
    if (isForgotten(entry, engine.clock.nowMs())) await list.remove(entry);
    else {
      const one = await sweepEntry(entry, sweeping);
      if (one !== undefined) swept.push(one);
    }
  }
  return swept;
}

/** Requests a sweep from a worker, if an entry is due. */
export async function requestSweep({ engine, askSweep }: FleetContext): Promise<void> {
  if (engine.cleanups === undefined || askSweep === undefined) return;
  const due = await engine.cleanups.list.due({ byMs: engine.clock.nowMs(), most: 1 });
  if (due.length > 0) await askSweep();
}

/** Resolves the incident once no entry that was given up is left. */
export async function resolveCleanupIncident(context: FleetContext): Promise<void> {
  const all = await context.engine.cleanups?.list.due({
    byMs: Number.MAX_SAFE_INTEGER,
    most: MOST_ENTRIES,
  });
  if (all === undefined || all.some(isGivenUp)) return;
  const reason = 'The leftovers of dead runs have been removed, or taken off the list.';
  await context.alerting.apply(CLEANUP_ALERTS, [{ kind: 'resolved', reason }]);
}

const MOST_ENTRIES = 10_000;

/** The part of a reason that leaves room for the remedy, in UTF-16 units. */
const MOST_OF_REASON = 200;

function formatGivenUp({ canary, runId, reason = '' }: CleanupEntry): string {
  return (
    `The leftovers of run ${runId} of ${canary} could not be removed, and are not tried again by themselves. ${truncateText(reason, MOST_OF_REASON)}. ` +
    "Fix the cause, then run 'coalmine sweep'; or take the run off the list with 'coalmine sweep --forget' and its id."
  );
}
