import { setupIdOf } from '../../core/base/run-id.ts';
import { isGood } from '../../core/base/verdict.ts';
import { groupsOf, hasSetup, type StepGroup, setupGroupsOf } from '../../core/cleanup/time-budget.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import { countsFromMs, type Run, resultOf, skippedStep } from '../context/run-context.ts';
import { runAct } from '../steps/act-step.ts';
import { runChecks } from '../steps/check-group.ts';
import { classifyError } from '../steps/classify-error.ts';
import type { Watches } from '../steps/watch-set.ts';
import { withDeadLetters } from './dead-letters.ts';
import { beginThroughout } from './throughout.ts';
import { unopenedSteps } from './unopened.ts';

/** The results of all steps, in the order of the canary: the setup, then the steps, and next to these what stands under `throughout`. */
export async function walk(begun: Run, watches: Watches): Promise<readonly StepResult[]> {
  const { steps } = begun.request.canary;
  if (!hasSetup(steps)) return walkSteps(begun, watches, []);
  const { results } = await setUp(begun, watches);
  const run = { ...begun, setUpAtMs: begun.engine.clock.nowMs() };
  const rest = steps.slice(results.length);
  const red = results.find(({ verdict }) => !isGood(verdict));
  if (red !== undefined)
    return [...results, ...rest.map((step) => skippedStep(step, run, `not run: '${red.name}' did not pass`))];
  // Values that the setup saved are in more addresses. An aborted run is passed over below, and cleaned up.
  const faults = await watches.openKnown().catch(() => new Map<never, never>());
  if (faults.size > 0) return [...results, ...(await unopenedSteps(rest, faults, run))];
  return walkSteps(run, watches, results);
}

/** Brings the fixture into its state. Its acts send an id that no check selects, and what they sent is nothing that a check looks for. */
function setUp(run: Run, watches: Watches): Promise<Walked> {
  const own = { ...run, actsAs: setupIdOf(run.runId), sent: [] };
  return walkGroups(setupGroupsOf(run.request.canary.steps), own, watches);
}

async function walkSteps(
  run: Run,
  watches: Watches,
  before: readonly StepResult[],
): Promise<readonly StepResult[]> {
  const throughout = beginThroughout(run, watches);
  const { results, lastActMs } = await walkGroups(groupsOf(run.request.canary.steps), run, watches);
  const watched = throughout.end(lastActMs);
  return [...(await withDeadLetters([...before, ...results], run, watches)), ...(await watched)];
}

interface Walked {
  readonly results: readonly StepResult[];
  /** End of the last act, or the beginning. */
  readonly lastActMs: number;
}

/** Every act, and after each the checks up to the next; after a failure the acts and checks below are passed over. */
async function walkGroups(groups: readonly StepGroup[], run: Run, watches: Watches): Promise<Walked> {
  const { clock } = run.engine;
  const results: StepResult[] = [];
  let lastActMs = clock.nowMs();
  for (const { act, checks } of groups) {
    const stopper = results.find(({ verdict }) => !isGood(verdict));
    if (stopper !== undefined || run.signal.aborted) {
      const why =
        stopper === undefined ? 'not run: the run had ended' : `not run: '${stopper.name}' did not pass`;
      const skipped = [act, ...checks].filter((step) => step !== undefined);
      results.push(...skipped.map((step) => skippedStep(step, run, why)));
      continue;
    }
    const sinceMs = act === undefined ? countsFromMs(run) : clock.nowMs();
    const acted = act === undefined ? undefined : await runNoted(act, checks, run);
    if (acted !== undefined) {
      results.push(acted);
      lastActMs = clock.nowMs();
    }
    if (acted === undefined || isGood(acted.verdict))
      results.push(...(await runChecks(checks, { run, watches, sinceMs })));
    else
      results.push(...checks.map((step) => skippedStep(step, run, `not run: '${acted.name}' did not pass`)));
  }
  return { results, lastActMs };
}

/** Does an act after its pending cleanup is recorded. */
async function runNoted(act: ActStep, checks: readonly Step[], run: Run): Promise<StepResult> {
  const startedAtMs = run.engine.clock.nowMs();
  try {
    await run.note?.ahead([act, ...checks].flatMap(({ save }) => Object.keys(save)));
  } catch (thrown) {
    return resultOf(act, run, {
      ...classifyError(thrown, run.engine.classifyAwsError, run.signal),
      startedAtMs,
    });
  }
  return runAct(act, run);
}
