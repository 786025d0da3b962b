import { pathOf } from '../../core/compare/differing-fields.ts';
import { pathsAt } from '../../core/expression/each-path.ts';
import { valueAt } from '../../core/expression/template.ts';
import type { ActStep, Canary, Step } from '../../core/model/canary.ts';
import type { CorrelationFields } from '../../core/model/project.ts';
import { type Kinds, selectsBy } from '../../kinds/kind.ts';
import { headSpan, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';
import { placeOf } from '../yaml/tree.ts';

/** The facts by which the run's ids of a canary are checked. */
export interface IdsOf {
  readonly canary: Canary;
  readonly correlation: CorrelationFields;
  readonly kinds: Kinds;
  place(step: Step): Place;
}

/** Reports values of a file that our ids would replace, and each `never` that searches for an id that no act sends. */
export function checkIds(of: IdsOf): void {
  const { canary, kinds } = of;
  let sent = false;
  for (const step of [...canary.steps, ...canary.cleanup]) {
    if (step.mode !== 'act') {
      if (step.phase === 'setup' && selectsByRunId(step, of)) refuseInSetup(step, of);
      else if (!sent && isByRunId(step, of)) warnOfNoId(step, of);
      continue;
    }
    if (!step.correlate) continue;
    // The setup sends an id of its own.
    if (step.phase !== 'setup') sent ||= kinds.verbs[step.kind]?.ownIds !== undefined;
    refuseReplaced(step, of);
  }
}

/** An `expect` that searches for an id that no act sends fails visibly; a `never` passes for ever. */
function isByRunId(step: Step, of: IdsOf): boolean {
  return step.mode === 'never' && selectsByRunId(step, of);
}

function selectsByRunId({ kind, input, correlate }: Step, { kinds }: IdsOf): boolean {
  const noun = kinds.nouns[kind];
  return correlate === true && noun !== undefined && selectsBy(noun, input) === 'id';
}

function refuseReplaced(step: ActStep, { correlation, kinds, place }: IdsOf): void {
  const verb = kinds.verbs[step.kind];
  const own = (verb?.ownIds?.(correlation) ?? []).flatMap(({ path: any, same }) =>
    pathsAt(step.input, any).map((path) => ({ path, same })),
  );
  for (const { path, same } of own) {
    const value = valueAt(step.input, path);
    if (value === undefined || (value === same && step.phase !== 'setup')) continue;
    const { tree, report } = place(step);
    const written = path[0] === verb?.primaryInput ? [step.kind, ...path.slice(1)] : path;
    const at = placeOf(tree, written);
    report.error(at.keyAt ?? at.value.at, {
      rule: 'correlate',
      message: `'${pathOf(written.slice(typeof written[1] === 'number' ? 0 : 1))}' is put in by Coalmine, which would replace what stands here`,
      hint: 'say correlate: false, or name another field',
    });
  }
}

/** The acts of a setup send another id, so that no check of the steps takes their effects for those of the run. */
function refuseInSetup(step: Exclude<Step, ActStep>, { place }: IdsOf): void {
  const { tree, report } = place(step);
  report.error(entryOf(tree, step.mode)?.keyAt ?? headSpan(tree), {
    rule: 'setup',
    message: `'${step.mode}: ${step.kind}' under setup selects by the run's id, which no act of a setup sends`,
    hint: 'select by correlate: ${…}, or by correlate: false and where, or move it to steps',
  });
}

function warnOfNoId(step: Exclude<Step, ActStep>, { place }: IdsOf): void {
  const { tree, report } = place(step);
  report.warning(entryOf(tree, step.mode)?.keyAt ?? headSpan(tree), {
    rule: 'correlate',
    message: `no step above sends the run's id, so no ${step.kind} carries it and this always passes`,
    hint: 'select by correlate: ${…}, or by correlate: false and where',
  });
}
