import { CanaryError } from '../core/errors.ts';
import type { StateStore } from '../core/ports.ts';
import type { RunResult } from '../core/run.ts';
import { type Io, UsageError } from './io.ts';
import { hasState, openStore, type StateOf } from './state-choice.ts';

/** Keeps the results of runs on demand. */
export interface Keeper {
  keep(results: readonly RunResult[]): Promise<void>;
  close(): Promise<void>;
}

const KEEPS_NOTHING: Keeper = { keep: async () => {}, close: async () => {} };

/**
 * Keeps results where a state was named, or where somebody began one. What cannot be kept is told, and changes no verdict.
 * @throws UsageError where the state that was named cannot be used.
 */
export async function keeperFor(of: StateOf, io: Io): Promise<Keeper> {
  if (!hasState(of, io)) return KEEPS_NOTHING;
  const named = of.state !== undefined || of.table !== undefined;
  try {
    return keeperOf(await openStore(of, named, io), io);
  } catch (thrown) {
    if (!(thrown instanceof CanaryError)) throw thrown;
    if (named) throw new UsageError(thrown.message);
    io.stderr.write(`Results are not kept. ${thrown.message}\n`);
    return KEEPS_NOTHING;
  }
}

function keeperOf({ runs, close }: StateStore, io: Io): Keeper {
  return {
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
