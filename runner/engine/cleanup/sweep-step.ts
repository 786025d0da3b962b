import type { Json } from '../../core/base/json.ts';
import { correlationIdOf, type RunId } from '../../core/base/run-id.ts';
import { isGood } from '../../core/base/verdict.ts';
import { foreignRunIn, namesItsOwn } from '../../core/cleanup/cleanup-dependencies.ts';
import type { CleanupEntry } from '../../core/cleanup/pending-cleanups.ts';
import { fill, referencesIn } from '../../core/expression/template.ts';
import { templatesOf, transitiveReferencesOf } from '../../core/expression/values.ts';
import type { ActStep } from '../../core/model/canary.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import { identityOf, type StepInput } from '../../kinds/kind.ts';
import { type Run, resultOf, skippedStep, unknownAmong } from '../context/run-context.ts';
import { runAct } from '../steps/act-step.ts';

/** A cleanup step of a past run, and its outcome. */
export interface SweptStep {
  readonly result: StepResult;
  /**
   * `nothing`: there was nothing to clean. `unnamed`: a resource may exist under an unknown name. `refused`: the resource may belong to
   * another run and is never touched.
   */
  readonly fate: 'done' | 'nothing' | 'unnamed' | 'failed' | 'refused';
}

/** Does one cleanup step. A missing resource counts as done; one that may belong to another run is not touched. */
export async function sweepStep(step: ActStep, entry: CleanupEntry, run: Run): Promise<SweptStep> {
  const [unknown] = unknownAmong(referencesIn(templatesOf(step)), run.values);
  if (unknown !== undefined) return unresolvedStep(step, entry, run);
  const why = refusal(step, entry, run);
  if (why !== undefined) return refused(step, run, why);
  const result = await runAct(step, run);
  if (isGood(result.verdict)) return { result, fate: 'done' };
  const answer = result.evidence[0]?.data;
  const verb = run.engine.verbs[step.kind];
  if (answer === undefined || verb?.isAbsent?.(step.input as StepInput, answer) !== true)
    return { result, fate: 'failed' };
  const { blame: _, ...rest } = result;
  return { result: { ...rest, verdict: 'passed', reason: 'not there any more' }, fate: 'done' };
}

/** Outcome of a step that references values not recorded when its run died. */
function unresolvedStep(
  step: ActStep,
  { vars, withheld, awaited, runId }: CleanupEntry,
  run: Run,
): SweptStep {
  const names = transitiveReferencesOf(templatesOf(step), vars);
  const among = (some: readonly string[]) => names.find(({ name }) => some.includes(name))?.text;
  const secret = among(withheld);
  if (secret !== undefined)
    return refused(step, run, `it needs ${secret}, which holds a secret and so was not kept`);
  const lost = among(awaited);
  if (lost === undefined)
    return {
      result: skippedStep(step, run, 'nothing to clean: what it needs was never saved'),
      fate: 'nothing',
    };
  const why = `the run died before it could note ${lost}: what it made then may be there; look for ${correlationIdOf(runId)}`;
  return { result: skippedStep(step, run, why), fate: 'unnamed' };
}

/** The reason why a step is refused, if its resource may belong to another run. */
function refusal(step: ActStep, { vars, seed, runId, region }: CleanupEntry, run: Run): string | undefined {
  const now = run.request.environment.region;
  if (region !== now)
    return `the run acted in ${region ?? 'no region of its own'}, and its environment is in ${now ?? 'none of its own'} now`;
  const named = identityOf(run.engine.verbs[step.kind], step);
  if (!namesItsOwn(named, { vars, generated: seed === runId }))
    return 'its name is the same in every run, so another may use it; name it by ${run.id}, or by a value that the run saves';
  const other = foreignIn(named, runId, run);
  return other === undefined ? undefined : `what it names belongs to the run ${other}`;
}

function foreignIn(named: Json, runId: RunId, { values }: Run): RunId | undefined {
  try {
    return foreignRunIn(
      fill(named, (mention) => values.valueOf(mention)),
      runId,
    );
  } catch {
    return undefined; // an input that cannot be filled in is a fault of the step, reported there
  }
}

function refused(step: ActStep, run: Run, why: string): SweptStep {
  const startedAtMs = run.engine.clock.nowMs();
  const outcome = { verdict: 'error', blame: 'definition', reason: `not done: ${why}`, startedAtMs } as const;
  return { result: resultOf(step, run, outcome), fate: 'refused' };
}
