import { formatDuration, writeDuration } from '../../core/base/duration.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { namesItsOwn } from '../../core/cleanup/cleanup-dependencies.ts';
import { secretNamesOf } from '../../core/expression/credentials.ts';
import { writtenName } from '../../core/expression/template.ts';
import { templatesOf, transitiveReferencesOf } from '../../core/expression/values.ts';
import type { ActStep, Canary, Step } from '../../core/model/canary.ts';
import type { Environment, Project } from '../../core/model/project.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { identityOf, type StepInput } from '../../kinds/kind.ts';
import type { Origin } from '../step/compile-steps.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { headSpan, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';
import type { SuppressedErrors } from '../yaml/suppressed-errors.ts';
import type { Tree } from '../yaml/tree.ts';
import { checkFilled } from './check-filled.ts';
import { checkHosts } from './check-host.ts';
import { checkIds } from './check-ids.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkTaps } from './check-tap.ts';
import { checkTime } from './check-time.ts';

/** Context of the check of a whole canary. */
export interface WholeOf {
  readonly canary: Canary;
  readonly project: Project;
  readonly suppressed: SuppressedErrors;
  /** The environments that it may run in. */
  readonly environments: readonly Environment[];
  readonly kinds: Kinds;
  readonly root: Tree;
  readonly report: Report;
  readonly origins: ReadonlyMap<Step, Origin>;
}

/** Reports errors that only the whole of a canary shows: too short a timeout, and a missing tap. */
export function checkWhole(of: WholeOf): void {
  const { canary, project, environments, kinds, root, report, origins } = of;
  checkTime(canary, root, report);
  const place = (step: Step): Place => origins.get(step) ?? { tree: root, report };
  const filled = environments.map((one) => ({ ...one, vars: { ...one.vars, ...canary.vars } }));
  checkHosts({ canary, environments: filled, place });
  checkIds({ canary, correlation: project.correlation, kinds, place });
  for (const step of canary.steps) if (step.mode !== 'act') warnOfShortWindow(step, kinds, place(step));
  if (of.suppressed.environments) return;
  checkFilled({ canary, environments: filled, kinds, place });
  checkSecrets({ canary, environments: filled, kinds, place });
  checkCleanup(of);
  if (!of.suppressed.taps) checkTaps({ canary, project, environments: filled, kinds, place });
}

/** A sweep cleans up after a killed run; it cannot attribute a resource that has the same name in every run. */
function checkCleanup({ canary, environments, kinds, root, report, origins }: WholeOf): void {
  const vars = Object.assign({}, ...environments.map((one) => one.vars), canary.vars) as JsonMap;
  const secret = secretNamesOf(canary, vars);
  for (const step of canary.cleanup) {
    const place = origins.get(step) ?? { tree: root, report };
    const needed = transitiveReferencesOf(templatesOf(step), vars).find(({ name }) => secret.has(name));
    if (needed !== undefined)
      place.report.warning(headSpan(place.tree), {
        rule: 'cleanup',
        message: `this step needs \${${writtenName(needed.name)}}, which is secret and so not kept, so it is not done for a run that was killed`,
        hint: 'sign in by a reference, such as ${secret:name}',
      });
    if (namesItsOwn(identityOf(kinds.verbs[step.kind], step), { vars, generated: true })) continue;
    place.report.warning(headSpan(place.tree), {
      rule: 'cleanup',
      message:
        'what this step names is called the same in every run, so it is not done for a run that was killed',
      hint: 'name it by ${run.id}, or by a value that a step saves',
    });
  }
}

/** Late effects are not seen in a window that ends before them. */
function warnOfShortWindow(step: Exclude<Step, ActStep>, kinds: Kinds, { tree, report }: Place): void {
  const leastMs = kinds.nouns[step.kind]?.leastWindowMs?.(step.input as StepInput) ?? 0;
  const [key, windowMs] = step.mode === 'never' ? ['for', step.forMs] : ['within', step.withinMs];
  if (windowMs >= leastMs) return;
  const outcome =
    step.mode === 'never' ? 'this passes over what comes later' : 'this may fail for want of them';
  report.warning(entryOf(tree, key)?.keyAt ?? headSpan(tree), {
    rule: 'window',
    message: `the values of a ${step.kind} come late, and ${formatDuration(windowMs)} is too short for them: ${outcome}`,
    hint: `write ${key}: ${writeDuration(leastMs)} or more, or a shorter period`,
  });
}
