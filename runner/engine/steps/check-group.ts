import { templatesOf, transitiveReferencesOf } from '../../core/expression/values.ts';
import type { NeverStep } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import { raceAbort } from '../abort.ts';
import { type Run, skippedStep, unknownAmong } from '../context/run-context.ts';
import { type CheckStep, type CheckWith, runCheck } from './check-step.ts';
import { emitStepEnded } from './emit-progress.ts';
import type { NeverWindow } from './never-step.ts';

const NONE: Promise<readonly StepResult[]> = Promise.resolve([]);

type Results = ReadonlyMap<CheckStep, PromiseWithResolvers<StepResult>>;

/**
 * The checks between two acts, run together. One that needs a sibling's saved value starts after the sibling, and is skipped if nothing was
 * saved. A `never` lasts until its own time and all the checks next to it are over.
 */
export function runChecks(
  steps: readonly CheckStep[],
  given: Omit<CheckWith, 'window'>,
): Promise<readonly StepResult[]> {
  const [first] = steps;
  if (first === undefined) return NONE;
  // Most checks stand alone, and ten thousand may wait at once: a single one needs no coordination.
  if (steps.length === 1 && first.mode !== 'never') return runCheck(first, given).then((result) => [result]);
  const results: Results = new Map(steps.map((step) => [step, Promise.withResolvers<StepResult>()]));
  const group = groupWindow(results, given.run);
  for (const [step, result] of results) {
    void settle(step, results, { ...given, window: group.window, begun: group.begun }).then(result.resolve);
  }
  return Promise.all([...results.values()].map(({ promise }) => promise));
}

interface Beginning extends CheckWith {
  /** Starts a never's own time; the returned function ends it early. */
  begun(step: NeverStep): () => void;
}

async function settle(step: CheckStep, results: Results, given: Beginning): Promise<StepResult> {
  const { run } = given;
  const missing = await missingFor(step, results, run);
  const end = step.mode === 'never' ? given.begun(step) : undefined;
  const result = missing === undefined ? await runCheck(step, given) : skippedCheck(step, run, missing);
  end?.();
  return result;
}

function skippedCheck(step: CheckStep, run: Run, why: string): StepResult {
  const result = skippedStep(step, run, why);
  emitStepEnded(result, run);
  return result;
}
/** Waits for the siblings whose saved values are needed; returns a sentence if a value is missing. */
async function missingFor(step: CheckStep, results: Results, run: Run): Promise<string | undefined> {
  const { canary, environment } = run.request;
  const mentions = transitiveReferencesOf(templatesOf(step), { ...environment.vars, ...canary.vars });
  const needed = [...results].filter(([sibling]) =>
    mentions.some(({ name }) => Object.hasOwn(sibling.save, name)),
  );
  if (needed.length === 0) return undefined;
  await raceAbort(Promise.all(needed.map(([, { promise }]) => promise)), run.signal).catch(() => {
    // the run has ended: the missing value is reported below, the end by the run itself
  });
  const [unknown] = unknownAmong(mentions, run.values);
  const [[sibling]] = needed as [[CheckStep, unknown]];
  return unknown === undefined
    ? undefined
    : `not run: ${unknown.text} was never saved, because '${sibling.name}' did not pass`;
}

function groupWindow(
  results: Results,
  { engine: { clock } }: Run,
): { readonly window: NeverWindow; begun: Beginning['begun'] } {
  const nevers = new Map(
    [...results.keys()]
      .filter((step) => step.mode === 'never')
      .map((step) => [step, Promise.withResolvers<void>()]),
  );
  const others = [...results].filter(([step]) => step.mode !== 'never').map(([, { promise }]) => promise);
  let isOver = false;
  const over = Promise.all([...others, ...[...nevers.values()].map(({ promise }) => promise)]).then(() => {
    isOver = true;
  });
  return {
    window: { over, isOver: () => isOver },
    begun: (step) => {
      const { resolve } = nevers.get(step) as PromiseWithResolvers<void>;
      const forget = clock.at(clock.nowMs() + step.forMs, resolve);
      return () => {
        forget();
        resolve();
      };
    },
  };
}
