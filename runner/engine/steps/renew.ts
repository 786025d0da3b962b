import { readExternals } from '../../core/expression/resolve-references.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Watch } from '../../kinds/kind.ts';
import { raceAbort } from '../abort.ts';
import type { Run } from '../context/run-context.ts';
import type { CheckStep } from './check-step.ts';
import type { Watches } from './watch-set.ts';

/**
 * Reads the secrets and parameters of a step anew: what was read up to five minutes ago may have been changed since, and an answer
 * that does not accept who asks counts only with the values of now. False if there is nothing new.
 */
export async function renewed({ input }: Step, { values, engine, limit }: Run): Promise<boolean> {
  const names = values.externalsOf(input).filter(({ scheme }) => scheme !== 'env');
  if (names.length === 0) return false;
  const reading = readExternals(names, engine.references, { fresh: true });
  const read = await raceAbort(reading, limit).catch(() => undefined); // what was read before stands
  return read !== undefined && values.renew(read);
}

/** A watch that is opened anew, once, if an answer does not accept who asks and the secrets were changed since. */
export function renewing(
  watch: Watch,
  step: CheckStep,
  { run, watches }: { readonly run: Run; readonly watches: Watches },
): Watch {
  if (watch.subscribe !== undefined) return watch; // what a tap brings answers nobody
  let current = watch;
  let isTried = false;
  return {
    close: async () => current.close(),
    look: async (ask) => {
      const look = await current.look(ask);
      if (isTried || !look.selected.some(({ unauthorized }) => unauthorized === true)) return look;
      isTried = true;
      if (!(await renewed(step, run))) return look;
      current = await watches.reopen(step);
      return current.look(ask);
    },
  };
}
