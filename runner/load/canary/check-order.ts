import { groupsOf as actsWithChecks, setupGroupsOf, throughoutOf } from '../../core/cleanup/time-budget.ts';
import { type Reference, referencesIn } from '../../core/expression/template.ts';
import { templatesOf, transitiveReferences } from '../../core/expression/values.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import { groupsOf } from '../values/cycles.ts';
import { asWritten, headSpan, locate, type Place } from '../yaml/locations.ts';

interface Order {
  readonly inVars: ReadonlyMap<string, readonly Reference[]>;
  /** The step that saves each name. */
  readonly saves: ReadonlyMap<string, Step>;
  placeOf(step: Step): Place;
}

/** A value must exist before its use: saved by a step above or, among checks, by a sibling. */
export function checkOrder(
  { steps, cleanup, vars }: Pick<Canary, 'steps' | 'cleanup' | 'vars'>,
  placeOf: (step: Step) => Place,
): void {
  const inVars = new Map(Object.entries(vars).map(([name, value]) => [name, referencesIn(value)]));
  const order: Order = { inVars, saves: saversIn([...steps, ...cleanup]), placeOf };
  const through = transitiveReferences(vars);
  const above = new Set<string>();
  for (const check of throughoutOf(steps)) checkSaved(check, () => false, order);
  for (const { act, checks } of [...setupGroupsOf(steps), ...actsWithChecks(steps)]) {
    if (act !== undefined) {
      checkSaved(act, (name) => above.has(name), order);
      for (const name of Object.keys(act.save)) above.add(name);
    }
    const all = savesOf(checks);
    const siblings = new Set(all);
    for (const check of checks) {
      const there = (name: string): boolean =>
        above.has(name) || (siblings.has(name) && !Object.hasOwn(check.save, name));
      checkSaved(check, there, order);
    }
    reportCircle(checks, (check) => through(templatesOf(check)), placeOf);
    for (const name of all) above.add(name);
  }
  for (const act of cleanup) {
    checkSaved(act, (name) => above.has(name), order);
    for (const name of Object.keys(act.save)) above.add(name);
  }
}

function checkSaved(step: Step, there: (name: string) => boolean, { inVars, saves, placeOf }: Order): void {
  const place = placeOf(step);
  const visited = new Map<string, Reference | undefined>(); // each var once, however many mention it
  const lackingIn = (mention: Reference): Reference | undefined => {
    const { name } = mention;
    if (saves.has(name) && !inVars.has(name) && !there(name)) return mention;
    if (visited.has(name)) return visited.get(name);
    visited.set(name, undefined);
    for (const inner of inVars.get(name) ?? []) {
      const lacking = lackingIn(inner);
      if (lacking === undefined) continue;
      visited.set(name, lacking);
      return lacking;
    }
    return undefined;
  };
  for (const mention of referencesIn(templatesOf(step))) {
    const needed = lackingIn(mention);
    if (needed === undefined) continue;
    const written = asWritten(mention.text);
    const through =
      needed.name === mention.name ? written : `${written} needs ${asWritten(needed.text)}, which`;
    place.report.error(locate(place, written), {
      rule: 'order',
      message: `${through} is not saved yet here`,
      hint: orderHint(step, whereSaved(saves.get(needed.name))),
    });
  }
}

function orderHint({ phase }: Step, saver: string): string {
  if (phase === 'throughout')
    return "a check under throughout watches before the first step: select by the run's id, or move it to steps";
  if (phase === 'setup') return `save it under setup, above this one; ${saver} comes after the setup`;
  return `move the step that saves it above this one: ${saver}`;
}

/** Checks that wait for each other would wait for ever. */
function reportCircle(
  checks: readonly Step[],
  mentioned: (check: Step) => readonly Reference[],
  placeOf: (step: Step) => Place,
): void {
  const savedBy = new Map(checks.flatMap((check) => Object.keys(check.save).map((name) => [name, check])));
  if (savedBy.size === 0) return;
  const groups = groupsOf(checks, (check) => mentioned(check).flatMap(({ name }) => savedBy.get(name) ?? []));
  const members = new Set(groups.filter((group) => group.length > 1).flat());
  const first = checks.find((check) => members.has(check));
  if (first === undefined) return;
  const { report, tree } = placeOf(first);
  report.error(headSpan(tree), {
    rule: 'order',
    message: 'these checks wait for each other',
    hint: 'let one of them do without what the other saves',
  });
}

function saversIn(steps: readonly Step[]): ReadonlyMap<string, Step> {
  return new Map(steps.flatMap((step) => Object.keys(step.save).map((name) => [name, step] as const)));
}

function whereSaved(step: Step | undefined): string {
  return step === undefined ? '' : `'${step.name}' in line ${step.at.line}`;
}

function savesOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ save }) => Object.keys(save));
}
