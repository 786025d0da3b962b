import { formatDuration, writeDuration } from '../../core/base/duration.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { namesItsOwn } from '../../core/cleanup/cleanup-dependencies.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import { maxRunMs } from '../../core/cleanup/time-budget.ts';
import { secretNamesOf } from '../../core/expression/credentials.ts';
import { writtenName } from '../../core/expression/template.ts';
import { templatesOf, transitiveReferencesOf } from '../../core/expression/values.ts';
import type { ActStep, Canary, Step } from '../../core/model/canary.ts';
import type { Environment, Project } from '../../core/model/project.ts';
import { shortestGapMs } from '../../core/schedule/schedule.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { identityOf, type StepInput } from '../../kinds/kind.ts';
import type { Origin } from '../step/compile-steps.ts';
import type { Report, Span } from '../yaml/diagnostics.ts';
import { headSpan, type Place } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';
import type { SuppressedErrors } from '../yaml/suppressed-errors.ts';
import type { Tree } from '../yaml/tree.ts';
import { checkFilled } from './check-filled.ts';
import { checkIds } from './check-ids.ts';
import { checkTap } from './check-tap.ts';

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
  checkTime(of);
  const place = (step: Step): Place => origins.get(step) ?? { tree: root, report };
  checkIds({ canary, correlation: project.correlation, kinds, place });
  for (const step of canary.steps) if (step.mode !== 'act') warnOfShortWindow(step, kinds, place(step));
  if (of.suppressed.environments) return;
  checkFilled({ canary, environments, kinds, place });
  checkCleanup(of);
  if (of.suppressed.taps) return;
  for (const step of canary.steps) {
    if (step.mode === 'act' || kinds.nouns[step.kind]?.selects !== 'id') continue;
    checkTap(step, { vars: canary.vars, taps: project.taps, environments, place: place(step) });
  }
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

function checkTime({ canary, root, report }: WholeOf): void {
  const longestMs = maxRunMs(canary.steps, canary.vars);
  const at = keyAt(root, 'timeout') ?? keyAt(root, 'schedule') ?? keyAt(root, 'steps') ?? headSpan(root);
  if (canary.timeoutMs < longestMs) {
    const message = `the run has ${formatDuration(canary.timeoutMs)}, and its steps can take ${formatDuration(longestMs)}`;
    report.error(at, {
      rule: 'timeout',
      message,
      hint: `write timeout: ${Math.ceil(longestMs / 1_000)}s or more, or shorten what it waits for`,
    });
  }
  if (canary.schedule === undefined || canary.schedule.overlap === 'queue') return;
  const gapMs = shortestGapMs(canary.schedule);
  const cleans = canary.cleanup.length > 0;
  const neededMs = canary.timeoutMs + (cleans ? CLEANUP_MS : 0);
  if (neededMs <= gapMs) return;
  const what = cleans ? 'a run and its cleanup' : 'a run';
  report.error(at, {
    rule: 'timeout',
    message: `${what} can take ${formatDuration(neededMs)}, longer than the ${formatDuration(gapMs)} between two runs`,
    hint: 'run it less often, shorten it, or write overlap: queue',
  });
}

function keyAt(tree: Tree, key: string): Span | undefined {
  return entryOf(tree, key)?.keyAt;
}
