import { isMissing, TargetError } from '../../core/base/errors.ts';
import { formatMinute, shortReason } from '../../core/base/format.ts';
import { isGood } from '../../core/base/verdict.ts';
import type { Step } from '../../core/model/canary.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { historyFrom } from '../../core/store/history.ts';
import type { RunStore } from '../../core/store/ports.ts';
import { raceAbort } from '../abort.ts';
import type { EarlierRuns } from '../engine.ts';
import type { Run } from './run-context.ts';

const PAGE = 100; // entries
/** A week of runs each minute. A longer outage is outside this comparison. */
const MOST_ENTRIES = 10_000;

/** Earlier runs, as a store keeps them. */
export function earlierRuns(
  runs: Pick<RunStore, 'history' | 'result'>,
  here: Pick<EarlierRuns, 'account' | 'version'>,
): EarlierRuns {
  return {
    ...here,
    lastGreen: async (canary) => {
      let left = MOST_ENTRIES;
      for await (const { run } of historyFrom(runs, { canary, page: PAGE })) {
        if (run !== undefined && isGood(run.verdict)) return runs.result(run.runId, canary);
        left -= 1;
        if (left === 0) break;
      }
      return undefined;
    },
  };
}

/**
 * The error of a thing that is not there. It is the system's failure if the same step saw the thing in the last green run of the
 * unchanged canary. Everything else, and a thing that was never seen, is given back as it is.
 */
export async function unlessSeenBefore(
  thrown: unknown,
  { step, hop }: { readonly step: Step; readonly hop: string },
  run: Run,
): Promise<unknown> {
  const { earlier, classifyAwsError } = run.engine;
  const fault = classifyAwsError(thrown);
  if (earlier === undefined || !isMissing(fault)) return thrown;
  // A failed read changes nothing: the result stays an error.
  const asked = raceAbort(earlier.lastGreen(run.request.canary.name), run.signal);
  const green = await asked.catch(() => undefined);
  if (green === undefined || green.definition !== run.definition || !hasObserved(green, step, hop))
    return thrown;
  return new TargetError(
    `${hop} is gone. It was there in the run of ${formatMinute(green.startedAtMs)}, and the canary has not changed since. ${fault.message}`,
    { cause: thrown },
  );
}

function hasObserved({ steps }: RunResult, { id }: Step, hop: string): boolean {
  return steps.some((step) => step.stepId === id && step.hop === shortReason(hop) && isGood(step.verdict));
}
