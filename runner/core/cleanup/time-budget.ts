import type { JsonMap } from '../base/json.ts';
import { templatesOf, transitiveReferences } from '../expression/values.ts';
import type { ActStep, NeverStep, Step } from '../model/canary.ts';

type CheckStep = Exclude<Step, ActStep>;

/**
 * The longest duration of a run, in milliseconds, if every wait runs to its end. Acts run one after another, the checks between
 * two acts together. A check that needs a sibling's saved value runs after that sibling. Checks under `throughout` last at least their time
 * after the last act. The setup is done before all others.
 */
export function maxRunMs(steps: readonly Step[], vars: JsonMap = {}): number {
  return maxSetupMs(steps, vars) + maxStepsMs(steps, vars);
}

function maxSetupMs(steps: readonly Step[], vars: JsonMap): number {
  const through = transitiveReferences(vars);
  return setupGroupsOf(steps).reduce(
    (total, { act, checks }) => total + (act === undefined ? 0 : maxActMs(act)) + longestOf(checks, through),
    0,
  );
}

/** The longest duration of a run after its setup, in milliseconds. */
export function maxStepsMs(steps: readonly Step[], vars: JsonMap = {}): number {
  const through = transitiveReferences(vars);
  const watchedMs = Math.max(0, ...throughoutOf(steps).map(({ forMs }) => forMs));
  return groupsOf(steps).reduce((total, { act, checks }, index, { length }) => {
    const acting = act === undefined ? 0 : maxActMs(act);
    const checking = longestOf(checks, through);
    return total + acting + (index === length - 1 ? Math.max(checking, watchedMs) : checking);
  }, 0);
}

/** The checks under `throughout`. */
export function throughoutOf(steps: readonly Step[]): readonly NeverStep[] {
  return steps.filter((step): step is NeverStep => step.mode === 'never' && step.phase === 'throughout');
}

/** An act and the checks below it, up to the next act. The first group may have no act. */
export interface StepGroup {
  readonly act?: ActStep;
  readonly checks: readonly CheckStep[];
}

/** Steps as the engine walks them after the setup: each act with the checks that follow it. Those under `throughout` belong to no act. */
export function groupsOf(steps: readonly Step[]): readonly StepGroup[] {
  return grouped(steps.filter(({ phase }) => phase === undefined));
}

/** The steps under `setup`, as the engine walks them. */
export function setupGroupsOf(steps: readonly Step[]): readonly StepGroup[] {
  return grouped(steps.filter(({ phase }) => phase === 'setup'));
}

/** True for a canary with a setup, whose runs hold a lease. */
export function hasSetup(steps: readonly Step[]): boolean {
  return steps.some(({ phase }) => phase === 'setup');
}

function grouped(steps: readonly Step[]): readonly StepGroup[] {
  const groups: { act?: ActStep; checks: CheckStep[] }[] = [];
  for (const step of steps) {
    const open = groups.at(-1);
    if (step.mode === 'act') groups.push({ act: step, checks: [] });
    else if (open === undefined) groups.push({ checks: [step] });
    else open.checks.push(step);
  }
  return groups;
}

/** The longest duration of one act with all its attempts, in milliseconds. */
export function maxActMs({ timeoutMs, retry }: ActStep): number {
  return timeoutMs + (retry === undefined ? 0 : retry.times * (retry.waitMs + timeoutMs));
}

function longestOf(checks: readonly CheckStep[], through: ReturnType<typeof transitiveReferences>): number {
  const savedBy = new Map(
    checks.flatMap((check) => Object.keys(check.save).map((name) => [name, check] as const)),
  );
  const ends = new Map<CheckStep, number>(); // each check once: many may need the same one
  const endOf = (check: CheckStep): number => {
    const known = ends.get(check);
    if (known !== undefined) return known;
    ends.set(check, 0); // ends a cycle of checks that wait for each other
    const needed = through(templatesOf(check)).flatMap(({ name }) => savedBy.get(name) ?? []);
    const own = check.mode === 'never' ? check.forMs : check.withinMs + check.forMs;
    const end = Math.max(0, ...needed.map(endOf)) + own;
    ends.set(check, end);
    return end;
  };
  return Math.max(0, ...checks.map(endOf));
}
