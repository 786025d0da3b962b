import { runIdsIn } from '../../core/base/run-id.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Evidence, IdContinuity, StepResult } from '../../core/model/run-result.ts';
import { continuityOf, type NamedHop } from '../../core/trace/continuity.ts';
import type { Noun, Verb } from '../../kinds/kind.ts';
import type { Run } from '../context/run-context.ts';

/** The continuity of a run's id over its steps, by the evidence that the result keeps. */
export function continuityOfRun(
  results: readonly StepResult[],
  steps: readonly Step[],
  run: Run,
): IdContinuity | undefined {
  let isSent = false;
  const hops = results.flatMap((result, index): readonly NamedHop[] => {
    const step = steps[index] as Step;
    const { stepId, hop, verdict, mode } = result;
    if (mode === 'act') {
      // An act that sent a span was done, so its verb is known.
      isSent = result.spanId !== undefined && (run.engine.verbs[step.kind] as Verb).ownIds !== undefined;
      return isSent ? [{ stepId, hop, id: 'sent' }] : [];
    }
    const noun = run.engine.nouns[step.kind];
    if (!isSent || mode === 'never' || verdict === 'skipped' || noun?.lacksId === undefined) return [];
    return [{ stepId, hop, ...idIn(result, step, noun as ShowsId, run) }];
  });
  return continuityOf(hops);
}

type ShowsId = Noun & Required<Pick<Noun, 'lacksId'>>;

function idIn(
  { evidence, verdict }: StepResult,
  { correlate }: Step,
  noun: ShowsId,
  { runId, request }: Run,
): Pick<NamedHop, 'id' | 'why'> {
  const [first] = evidence;
  if (first === undefined) return { id: verdict === 'failed' ? 'absent' : 'unknown' };
  if (correlate === true && noun.selects === 'id') return { id: 'seen' };
  const carried = evidence.map((one) => one.carriesId ?? carriesId(one, runId));
  if (carried.includes(true)) return { id: 'seen' };
  if (carried.includes(undefined)) return { id: 'unknown' };
  return { id: 'lost', why: noun.lacksId(first.data, request.project.correlation) };
}

/** Undefined if a part that is missing may carry it. */
function carriesId({ id, data, truncated = [], unread = [] }: Evidence, runId: string): boolean | undefined {
  if ((runIdsIn(`${id} ${JSON.stringify(data)}`) as readonly string[]).includes(runId)) return true;
  return truncated.length > 0 || unread.length > 0 ? undefined : false;
}
