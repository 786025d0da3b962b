import { CanaryError } from '../../core/base/errors.ts';
import type { CleanupList } from '../../core/cleanup/pending-cleanups.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import type { RunStore, StateStore } from '../../core/store/ports.ts';
import { type Io, UsageError } from '../setup/io.ts';
import { hasState, openStore, type StateOf } from '../setup/open-store.ts';

/** Stores the results of runs on demand, and their pending cleanups. */
export interface Keeper {
  /** Absent without a state. */
  readonly cleanups?: CleanupList;
  /** Absent without a state. */
  readonly runs?: RunStore;
  keep(results: readonly RunResult[]): Promise<void>;
  close(): Promise<void>;
}

const KEEPS_NOTHING: Keeper = { keep: async () => {}, close: async () => {} };

/**
 * Stores results if a state was named or exists. A run that may leave resources creates one, so that a sweep can clean up after a kill. A
 * failed write is printed, and changes no verdict.
 * @throws UsageError if the named state is unusable.
 */
export async function keeperFor(of: StateOf & { readonly mayLeave: boolean }, io: Io): Promise<Keeper> {
  if (!of.mayLeave && !hasState(of, io)) return KEEPS_NOTHING;
  const named = of.state !== undefined || of.table !== undefined;
  try {
    return keeperOf(await openStore(of, named || of.mayLeave, io), io);
  } catch (thrown) {
    if (!(thrown instanceof CanaryError)) throw thrown;
    if (named) throw new UsageError(thrown.message);
    const lost = of.mayLeave ? 'Results, and what runs may leave behind if they are killed,' : 'Results';
    io.stderr.write(`${lost} are not kept. ${thrown.message}\n`);
    return KEEPS_NOTHING;
  }
}

function keeperOf({ runs, cleanups, close }: StateStore, io: Io): Keeper {
  return {
    cleanups,
    runs,
    close,
    keep: async (results) => {
      try {
        for (const result of results) if (result.verdict !== 'skipped') await runs.keep(result);
      } catch (thrown) {
        if (!(thrown instanceof CanaryError)) throw thrown;
        io.stderr.write(`Not all results were kept. ${thrown.message}\n`);
      }
    },
  };
}
