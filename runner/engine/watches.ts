import type { Canary } from '../core/canary.ts';
import { CLEANUP_MS } from '../core/longest.ts';
import { mentionsIn } from '../core/template.ts';
import type { Watch } from '../kinds/kind.ts';
import { type CheckStep, correlationOf } from './check-step.ts';
import { contextOf, inputOf, nounOf, type Run, unknownAmong } from './run.ts';
import { limitedTo, orAborted } from './wait.ts';

/** The opened watches of one run. */
export interface Watches {
  /** Opens, before anything acts, all whose address is known by now, and tells which could not be opened. */
  openKnown(): Promise<ReadonlyMap<CheckStep, unknown>>;
  /** The step's watch, opened now if it could not be earlier. */
  of(step: CheckStep): Promise<Watch>;
  /** Closes them all, whatever happens to one; what does not close in time is left to itself. */
  close(): Promise<void>;
}

/** The watches that a canary's checks need; none is open yet. */
export function watchesOf(canary: Canary, run: Run): Watches {
  const opened = new Map<CheckStep, Promise<Watch>>();
  const open = (step: CheckStep): Promise<Watch> => {
    const watch = opened.get(step) ?? openOne(step, run);
    opened.set(step, watch);
    return watch;
  };
  return {
    openKnown: async () => {
      const known = canary.steps.filter(
        (step): step is CheckStep => step.mode !== 'act' && isKnown(step, run),
      );
      const settled = await orAborted(Promise.allSettled(known.map(open)), run.signal);
      const faults = settled.flatMap((one, index) =>
        one.status === 'rejected' ? [[known[index] as CheckStep, one.reason as unknown] as const] : [],
      );
      return new Map(faults);
    },
    of: open,
    close: async () => {
      if (opened.size === 0) return;
      const { clock } = run.engine;
      const limit = limitedTo(
        CLEANUP_MS,
        new AbortController().signal,
        clock,
        () => new Error('not closed in time'),
      );
      const closing = Promise.allSettled([...opened.values()].map(async (watch) => (await watch).close()));
      await orAborted(closing, limit.signal).catch(() => {
        // one that neither opens nor closes must not keep the run from its end
      });
      limit.end();
    },
  };
}

function isKnown(step: CheckStep, run: Run): boolean {
  return unknownAmong(mentionsIn([step.input, step.correlate]), run.values).length === 0;
}

async function openOne(step: CheckStep, run: Run): Promise<Watch> {
  const noun = nounOf(step, run);
  const context = {
    ...contextOf(run, 'look', run.signal),
    correlate: correlationOf(step, run),
    feeds: run.engine.feeds,
  };
  return noun.open(inputOf(step, noun, run), context);
}
