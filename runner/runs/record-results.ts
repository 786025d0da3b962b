import { CanaryError } from '../core/base/errors.ts';
import type { CleanupList } from '../core/cleanup/pending-cleanups.ts';
import { runInHistory } from '../core/compare/run-in-history.ts';
import type { RunResult } from '../core/model/run-result.ts';
import type { Reporters } from '../core/report/reporters.ts';
import type { RunStore, StateStore } from '../core/store/ports.ts';
import { openStore, type StateOf } from './open-store.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/** Stores the results of runs on demand, and their pending cleanups. */
export interface Keeper {
  /** Absent without a state. */
  readonly cleanups?: CleanupList;
  /** Absent without a state. */
  readonly runs?: RunStore;
  keep(result: RunResult): Promise<void>;
  close(): Promise<void>;
}

/** Stores nothing. */
export const NO_KEEPER: Keeper = { keep: async () => {}, close: async () => {} };

/**
 * Stores each result in the state, and gives reporters the history around it. Creates a state file where there is none. A state that cannot be used, and a failed write, are
 * warned of and change no verdict.
 * @throws UsageError if the state was named and is unusable.
 */
export async function keeperFor(
  of: StateOf & { readonly mayLeave: boolean; readonly reporters: Reporters },
  around: Surroundings,
): Promise<Keeper> {
  try {
    return keeperOf(await openStore(of, true, around), of.reporters, around);
  } catch (thrown) {
    if (!(thrown instanceof CanaryError)) throw thrown;
    if (of.state !== undefined || of.table !== undefined) throw new UsageError(thrown.message);
    const lost = of.mayLeave ? 'Results, and what runs may leave behind if they are killed,' : 'Results';
    around.warn(`${lost} are not kept. ${thrown.message}`);
    return NO_KEEPER;
  }
}

function keeperOf(
  { runs, alerts, cleanups, close }: StateStore,
  reporters: Reporters,
  { warn }: Surroundings,
): Keeper {
  let isReported = false;
  return {
    cleanups,
    runs,
    close,
    keep: async (result) => {
      if (result.verdict === 'skipped') return;
      try {
        await runs.keep(result);
        if (reporters.has('onRunInHistory'))
          reporters.emit('onRunInHistory', await runInHistory({ runs, alerts }, result));
      } catch (thrown) {
        if (!(thrown instanceof CanaryError)) throw thrown;
        if (!isReported) warn(`Not all results were kept. ${thrown.message}`);
        isReported = true;
      }
    },
  };
}
