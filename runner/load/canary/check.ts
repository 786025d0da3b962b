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
import { checkInbox } from '../values/check-inbox.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { headSpan, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';
import type { SuppressedErrors } from '../yaml/suppressed-errors.ts';
import type { Tree } from '../yaml/tree.ts';
import { checkFilled } from './check-filled.ts';
import { checkHosts } from './check-host.ts';
import { checkIds } from './check-ids.ts';
import { checkPairs } from './check-pairs.ts';
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

type CheckStep = Exclude<Step, ActStep>;

/** Reports errors that only the whole of a canary shows: too short a timeout, and a missing tap. */
export function checkWhole(of: WholeOf): void {
  const { canary, project, environments, kinds, root, report, origins } = of;
  checkTime(canary, root, report);
  const place = (step: Step): Place => origins.get(step) ?? { tree: root, report };
  const filled = environments.map((one) => ({ ...one, vars: { ...one.vars, ...canary.vars } }));
  checkHosts({ canary, environments: filled, place });
  checkInbox({ canary, environments: filled, kinds, place });
  checkIds({ canary, correlation: project.correlation, kinds, place });
  for (const step of canary.steps) if (step.mode !== 'act') checkWindow(step, kinds, place(step));
  checkPairs({ canary, kinds, place });
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

function checkWindow(step: CheckStep, kinds: Kinds, place: Place): void {
  if (!refuseShortStay(step, kinds, place)) warnOfShortWindow(step, kinds, place);
}

/** A state that may be an earlier one must last. True if it is refused. */
function refuseShortStay(step: CheckStep, { nouns }: Kinds, { tree, report }: Place): boolean {
  if (step.mode === 'gone') return false;
  const least = nouns[step.kind]?.leastStay?.(step);
  if (least === undefined || step.forMs >= least.ms) return false;
  const seen = step.forMs === 0 ? 'is seen once' : `lasts for ${formatDuration(step.forMs)}`;
  report.error(entryOf(tree, 'for')?.keyAt ?? headSpan(tree), {
    rule: 'window',
    message: `${least.why}, so what ${seen} may be an earlier state`,
    hint: `write for: ${writeDuration(least.ms)} or more`,
  });
  return true;
}

/** Late effects are not seen in a window that ends before them. */
function warnOfShortWindow(step: CheckStep, kinds: Kinds, { tree, report }: Place): void {
  const noun = kinds.nouns[step.kind];
  const leastMs = noun?.leastWindowMs?.(step.input as StepInput) ?? 0;
  const [key, windowMs] = step.mode === 'never' ? ['for', step.forMs] : ['within', step.withinMs];
  if (windowMs >= leastMs) return;
  const outcome =
    step.mode === 'never' ? 'this passes over what comes later' : 'this may fail for want of them';
  report.warning(entryOf(tree, key)?.keyAt ?? headSpan(tree), {
    rule: 'window',
    message: `the values of a ${step.kind} come late, and ${formatDuration(windowMs)} is too short for them: ${outcome}`,
    hint: `write ${key}: ${writeDuration(leastMs)} or more${noun?.input.properties['period'] === undefined ? '' : ', or a shorter period'}`,
  });
}
