import { readExternals } from '../../core/expression/resolve-references.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Watch } from '../../kinds/kind.ts';
import { raceAbort } from '../abort.ts';
import type { Run } from '../context/run-context.ts';
import type { CheckStep } from './check-step.ts';
import type { Watches } from './watch-set.ts';

/**
 * Reads the secrets and parameters of a step again. Values read up to five minutes ago may have changed, and an answer that
 * rejects the credentials counts only with the present values. False if nothing changed.
 */
export async function renewed({ input }: Step, { values, engine, signal }: Run): Promise<boolean> {
  const names = values.externalsOf(input).filter(({ scheme }) => scheme !== 'env');
  if (names.length === 0) return false;
  const reading = readExternals(names, engine.references, { fresh: true });
  const read = await raceAbort(reading, signal).catch(() => undefined); // the earlier values stay
  return read !== undefined && values.renew(read);
}

/** A watch that is opened again, once, if an answer rejects the credentials and the secrets have changed. */
export function renewing(
  watch: Watch,
  step: CheckStep,
  { run, watches }: { readonly run: Run; readonly watches: Watches },
): Watch {
  if (watch.subscribe !== undefined) return watch; // a tap does not answer requests
  let current = watch;
  let isTried = false;
  return {
    close: async () => current.close(),
    poll: async (ask) => {
      const result = await current.poll(ask);
      if (isTried || !result.selected.some(({ unauthorized }) => unauthorized === true)) return result;
      isTried = true;
      if (!(await renewed(step, run))) return result;
      current = await watches.reopen(step);
      return current.poll(ask);
    },
  };
}
