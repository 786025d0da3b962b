import type { ActStep, Step } from '../core/canary.ts';
import type { Json } from '../core/json.ts';
import type { StepResult } from '../core/run.ts';
import { fill, fillPattern } from '../core/template.ts';
import type { Noun, Watch } from '../kinds/kind.ts';
import type { Asked, Assessment } from './assess.ts';
import { lookForIt } from './expect-step.ts';
import { judge } from './judge.ts';
import { type NeverWindow, watchForIt } from './never-step.ts';
import type { Glance } from './poll.ts';
import { emit } from './progress.ts';
import { hopOf, inputOf, nounOf, type Run, resultOf } from './run.ts';
import { orAborted } from './wait.ts';
import type { Watches } from './watches.ts';

/** A step that looks. */
export type CheckStep = Exclude<Step, ActStep>;

/** What a check looks with. */
export interface Looking {
  readonly run: Run;
  readonly noun: Noun;
  readonly watch: Watch;
  readonly hop: string;
  /** When its clock started: the act above was over, and all values were known. */
  readonly startedAtMs: number;
  /** When the act above began: earlier evidence does not count. */
  readonly sinceMs: number;
  /** Tells those who look on what a look showed. */
  seen(glance: Glance, assessment: Assessment | undefined): void;
}

/** What a check is given beside itself. */
export interface CheckWith {
  readonly run: Run;
  readonly watches: Watches;
  readonly sinceMs: number;
  readonly window: NeverWindow;
}

/** Makes one check; whatever is thrown on the way becomes its verdict. */
export async function runCheck(
  step: CheckStep,
  { run, watches, sinceMs, window }: CheckWith,
): Promise<StepResult> {
  const startedAtMs = run.engine.clock.nowMs();
  let hop = '';
  try {
    const noun = nounOf(step, run);
    const input = inputOf(step, noun, run);
    hop = hopOf(input, noun, run);
    const watch = await orAborted(watches.of(step), run.signal);
    const looking: Looking = {
      run,
      noun,
      watch,
      hop,
      startedAtMs,
      sinceMs,
      seen: (glance, found) => tell(step, run, glance, found),
    };
    const asked = askedOf(step, run);
    const outcome =
      step.mode === 'expect'
        ? await lookForIt(step, asked, looking)
        : await watchForIt(step, asked, { ...looking, window });
    return resultOf(step, run, outcome);
  } catch (thrown) {
    return resultOf(step, run, { ...judge(thrown, run.engine.sortFault, run.signal, hop), startedAtMs, hop });
  }
}

/** The correlation of a check with its value put in. */
export function correlationOf({ correlate }: CheckStep, { values }: Run): boolean | string {
  return typeof correlate === 'string'
    ? String(fill(correlate, (mention) => values.valueOf(mention)))
    : correlate;
}

function askedOf(step: CheckStep, { values }: Run): Asked {
  const filled = (pattern: Json | undefined): Json | undefined =>
    pattern === undefined ? undefined : fillPattern(pattern, (mention) => values.valueOf(mention));
  return {
    has: filled(step.has),
    where: filled(step.where),
    count: step.mode === 'expect' ? step.count : undefined,
  };
}

function tell(
  { id }: CheckStep,
  { engine, runId }: Run,
  glance: Glance,
  assessment: Assessment | undefined,
): void {
  const lastSeen = engine.redactor.text(glance.fault?.message ?? sight(assessment));
  emit(engine, { type: 'step-looked', runId, stepId: id, attempts: glance.count, lastSeen });
}

function sight(assessment: Assessment | undefined): string {
  if (assessment === undefined || assessment.selected.length === 0)
    return assessment?.nearby[0] ?? 'nothing yet';
  const [nearest] = assessment.selected;
  const lost = nearest?.checks.find((check) => !check.held);
  if (lost === undefined) return `${assessment.selected.length} seen`;
  const actual = lost.missing === true ? 'missing' : JSON.stringify(lost.actual satisfies Json);
  return `${assessment.selected.length} seen, ${lost.path} ${actual}`;
}
