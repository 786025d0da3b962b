import { isJsonMap } from '../base/json.ts';
import { isTemplate } from '../expression/template.ts';
import type { Canary } from '../model/canary.ts';
import type { Change, ChangesBefore } from '../model/change.ts';
import type { RunResult, StepResult } from '../model/run-result.ts';

/** Parts of a run that show what it ran with. */
export type RanWith = Pick<RunResult, 'definition' | 'runnerVersion' | 'steps'>;

/** Changes whose moment is not known, and things of which one of the two runs does not say enough. */
export interface SincePass {
  readonly changes: readonly Change[];
  readonly unread: ChangesBefore['unread'];
}

interface Thing {
  readonly resource: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
  /** The property that is compared: `version`. */
  readonly of: string;
  /** The change, as the end of a sentence that begins with the resource. */
  readonly what: string;
}

/** Version of a function that no alias points to and that is not published (Lambda developer guide, "Manage Lambda function versions"). */
const UNPUBLISHED = '$LATEST';

/**
 * Changes that only a comparison of a run with the last pass shows. They are of the canary or its environment, of Coalmine, and of the functions
 * that the canary calls: an alias may point to another version.
 */
export function changesSincePass(canary: Canary, run: RanWith, pass: RanWith): SincePass {
  const all: readonly Thing[] = [
    {
      resource: `canary ${canary.name}`,
      before: pass.definition,
      now: run.definition,
      of: 'definition',
      what: 'ran with other steps, values or another environment than in its last pass',
    },
    versioned('Coalmine', pass.runnerVersion, run.runnerVersion),
    ...run.steps.flatMap((step) => calledFunction(step, canary, pass)),
  ];
  const things = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  return {
    changes: things.flatMap(({ before, now, resource, what }) =>
      before === undefined || now === undefined || before === now ? [] : [{ resource, what }],
    ),
    unread: things.flatMap(({ before, now, resource, of }) =>
      before !== undefined && now !== undefined ? [] : [{ resource, why: lacking(of, before) }],
    ),
  };
}

function versioned(resource: string, before: string | undefined, now: string | undefined): Thing {
  const what = `ran in version ${now}, and in version ${before} in the last pass`;
  return { resource, before, now, of: 'version', what };
}

/** The function that a step called; none if no alias can have moved: it has none, or was not called. */
function calledFunction(step: StepResult, { steps }: Canary, pass: RanWith): readonly Thing[] {
  if (step.kind !== 'invoke' || step.verdict === 'skipped') return [];
  const now = versionIn(step);
  const before = versionIn(pass.steps.find(({ stepId }) => stepId === step.stepId));
  const known = [before, now].filter((version) => version !== undefined);
  const address = String(steps.find(({ id }) => id === step.stepId)?.input['function']);
  const canMove = known.length === 0 ? mayNameAlias(address) : known.some((one) => one !== UNPUBLISHED);
  return canMove ? [versioned(step.hop, before, now)] : [];
}

function mayNameAlias(address: string): boolean {
  return isTemplate(address) || address.replace(/^arn:.*:function:/, '').includes(':');
}

function versionIn(step: StepResult | undefined): string | undefined {
  const data = step?.evidence[0]?.data;
  const version = data !== undefined && isJsonMap(data) ? data['version'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

function lacking(of: string, before: string | undefined): string {
  return before === undefined
    ? `Its ${of} in the last pass is not kept.`
    : `Its ${of} in this run is not known.`;
}
