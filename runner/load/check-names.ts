import type { Canary, Step } from '../core/canary.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../core/json.ts';
import { groupsOf } from '../core/longest.ts';
import type { Environment } from '../core/project.ts';
import { referenceFault } from '../core/reference-names.ts';
import { type Mention, mentionsIn, templateFaults } from '../core/template.ts';
import { BUILT_IN_NAMES, mentionsThrough, templatesOf } from '../core/values.ts';
import { didYouMean } from '../core/words.ts';
import type { Origin } from './compile-steps.ts';
import type { Fault, Report, Span } from './diagnostics.ts';
import { entryOf } from './reader.ts';
import type { Tree } from './yaml-tree.ts';

/** What the names of a canary are checked in. */
export interface NamesOf {
  readonly canary: Pick<Canary, 'steps' | 'cleanup' | 'vars'>;
  /** The environments that it may run in. */
  readonly environments: readonly Environment[];
  readonly root: Tree;
  readonly report: Report;
  readonly origins: ReadonlyMap<Step, Origin>;
  /** Where each var that a part brings stands. */
  readonly varOrigins: ReadonlyMap<string, Origin>;
}

interface Place {
  readonly report: Report;
  readonly tree: Tree;
}

const RESERVED: ReadonlySet<string> = new Set(['run', 'canary', 'env']);

/** Reports every `${…}` that cannot have a value where it stands, and every name that is given twice. */
export function checkNames(of: NamesOf): void {
  const { canary, root, report } = of;
  const varsTree = entryOf(root, 'vars')?.value ?? root;
  const inVars: Place = { report, tree: varsTree };
  checkTwice(of, varsTree);
  checkCycles(canary.vars, inVars);
  for (const [name, value] of Object.entries(canary.vars)) {
    const tree = entryOf(varsTree, name)?.value;
    const place = tree === undefined ? of.varOrigins.get(name) : { report, tree };
    if (place !== undefined) checkMentions(value, place, of);
  }
  for (const step of [...canary.steps, ...canary.cleanup])
    checkMentions(templatesOf(step), placeOf(step, of), of);
  checkOrder(of);
}

/** The text of a mention as the file has it, without the prefix of a part. */
export function asWritten(text: string): string {
  return text.replace(/\$\{(?:\d+\/)+/, '${');
}

function placeOf(step: Step, { origins, root, report }: NamesOf): Place {
  return origins.get(step) ?? { tree: root, report };
}

function checkMentions(value: Json, place: Place, of: NamesOf): void {
  for (const text of textsIn(value)) {
    for (const { offset, length, ...fault } of templateFaults(text)) {
      place.report.error(locate(place, asWritten(text.slice(offset, offset + length))), {
        rule: 'template',
        ...fault,
      });
    }
  }
  for (const mention of mentionsIn(value)) {
    const fault = mentionFault(mention, of);
    if (fault !== undefined) place.report.error(locate(place, asWritten(mention.text)), fault);
  }
}

function mentionFault(mention: Mention, { canary, environments }: NamesOf): Fault | undefined {
  const { external, name, path } = mention;
  const written = asWritten(mention.text);
  if (external !== undefined) {
    const fault = referenceFault(external);
    return fault === undefined ? undefined : { rule: 'reference', ...fault };
  }
  if (RESERVED.has(name)) return builtInFault(written, [name, ...path].join('.'));
  const own = new Set([...Object.keys(canary.vars), ...savesOf([...canary.steps, ...canary.cleanup])]);
  if (own.has(name)) return undefined;
  const lacking = environments.filter(({ vars }) => !Object.hasOwn(vars, name));
  if (lacking.length === 0) return undefined;
  if (lacking.length < environments.length) {
    const message = `${written} is not defined in the environment '${lacking.map((one) => one.name).join("', '")}'`;
    return { rule: 'name', message, hint: 'add it there, or keep the canary out of it with only' };
  }
  const scope = /^(?:\d+\/)*/.exec(name)?.[0] ?? '';
  const near = [...own, ...environments.flatMap(({ vars }) => Object.keys(vars))]
    .filter((one) => one.startsWith(scope))
    .map((one) => one.slice(scope.length));
  const meant = didYouMean(name.slice(scope.length), [...near, ...RESERVED]);
  const hint =
    meant === undefined ? 'define it under vars, or save it in a step above' : `did you mean \${${meant}}?`;
  return { rule: 'name', message: `${written} is not defined here`, hint };
}

function builtInFault(written: string, name: string): Fault | undefined {
  if (Object.hasOwn(BUILT_IN_NAMES, name)) return undefined;
  const meant = didYouMean(name, Object.keys(BUILT_IN_NAMES));
  const hint =
    meant === undefined
      ? `there are ${Object.keys(BUILT_IN_NAMES).join(', ')}`
      : `did you mean \${${meant}}?`;
  return { rule: 'name', message: `${written} is not one of the built-in names`, hint };
}

/** A value must be there before it is used: saved by a step above, or, among checks, by one beside. */
function checkOrder(of: NamesOf): void {
  const { canary } = of;
  const allSaves = new Set(savesOf([...canary.steps, ...canary.cleanup]));
  const above = new Set<string>();
  for (const { act, checks } of groupsOf(canary.steps)) {
    if (act !== undefined) {
      checkSaved(act, above, allSaves, of);
      for (const name of Object.keys(act.save)) above.add(name);
    }
    for (const check of checks) {
      const beside = savesOf(checks.filter((one) => one !== check));
      checkSaved(check, new Set([...above, ...beside]), allSaves, of);
    }
    reportCircle(checks, of);
    for (const name of savesOf(checks)) above.add(name);
  }
  for (const act of canary.cleanup) {
    checkSaved(act, above, allSaves, of);
    for (const name of Object.keys(act.save)) above.add(name);
  }
}

function checkSaved(step: Step, there: ReadonlySet<string>, saves: ReadonlySet<string>, of: NamesOf): void {
  const place = placeOf(step, of);
  for (const mention of mentionsIn(templatesOf(step))) {
    const needed = mentionsThrough(mention.text, of.canary.vars).find(
      ({ name }) => saves.has(name) && !there.has(name),
    );
    if (needed === undefined) continue;
    const written = asWritten(mention.text);
    const through =
      needed.name === mention.name ? written : `${written} needs ${asWritten(needed.text)}, which`;
    place.report.error(locate(place, written), {
      rule: 'order',
      message: `${through} is not saved yet here`,
      hint: 'move the step that saves it above this one',
    });
  }
}

/** Checks that wait for each other would wait for ever. */
function reportCircle(checks: readonly Step[], of: NamesOf): void {
  const needs = (step: Step): readonly Step[] => {
    const names = new Set(mentionsThrough(templatesOf(step), of.canary.vars).map(({ name }) => name));
    return checks.filter((one) => one !== step && Object.keys(one.save).some((name) => names.has(name)));
  };
  const reaches = (from: Step, goal: Step, seen: Set<Step>): boolean =>
    needs(from).some((one) => one === goal || (!seen.has(one) && reaches(one, goal, seen.add(one))));
  const circular = checks.find((check) => reaches(check, check, new Set()));
  if (circular === undefined) return;
  const { report, tree } = placeOf(circular, of);
  report.error(headSpan(tree), {
    rule: 'order',
    message: 'these checks wait for each other',
    hint: 'let one of them do without what the other saves',
  });
}

function checkTwice({ canary, environments, report, origins, root }: NamesOf, varsTree: Tree): void {
  const environmentNames = new Set(environments.flatMap(({ vars }) => Object.keys(vars)));
  for (const name of Object.keys(canary.vars)) {
    const entry = entryOf(varsTree, name);
    if (entry === undefined) continue;
    if (RESERVED.has(name)) report.error(entry.keyAt, takenFault(name, 'is built in'));
    if (environmentNames.has(name))
      report.error(entry.keyAt, takenFault(name, 'is a var of the environment'));
  }
  const given = new Set([...Object.keys(canary.vars), ...environmentNames, ...RESERVED]);
  for (const step of [...canary.steps, ...canary.cleanup]) {
    const { tree, report: own } = origins.get(step) ?? { tree: root, report };
    for (const name of Object.keys(step.save)) {
      const written = name.replace(/^(?:\d+\/)+/, '');
      const at = entryOf(entryOf(tree, 'save')?.value ?? tree, written)?.keyAt ?? tree.at;
      if (given.has(name)) own.error(at, takenFault(written, 'has a value already'));
      given.add(name);
    }
  }
}

function takenFault(name: string, why: string): Fault {
  return {
    rule: 'name',
    message: `'${name}' ${why}, and a name has one meaning`,
    hint: 'choose another name',
  };
}

function checkCycles(vars: JsonMap, place: Place): void {
  for (const [name, value] of Object.entries(vars)) {
    const [mention] = mentionsIn(value).filter((one) =>
      mentionsThrough(one.text, vars).some((inner) => inner.name === name),
    );
    if (mention === undefined) continue;
    place.report.error(locate(place, asWritten(mention.text)), {
      rule: 'cycle',
      message: `'${name}' is made of itself`,
      hint: 'give one of them a value',
    });
  }
}

function savesOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ save }) => Object.keys(save));
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isJsonList(value)) return value.flatMap(textsIn);
  return isJsonMap(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** Where a text stands in a tree: in the first scalar that holds it. */
function locate({ tree, report }: Place, text: string): Span {
  const holder = scalarWith(tree, text) ?? tree;
  const { start, end } = holder.at;
  const index = report.file.text.slice(start, end).indexOf(text);
  return index < 0 ? { start, end } : { start: start + index, end: start + index + text.length };
}

function scalarWith(tree: Tree, text: string): Tree | undefined {
  if (tree.sort === 'scalar')
    return typeof tree.value === 'string' && tree.value.includes(text) ? tree : undefined;
  const inside = tree.sort === 'list' ? tree.elements : tree.entries.map(({ value }) => value);
  for (const one of inside) {
    const found = scalarWith(one, text);
    if (found !== undefined) return found;
  }
  return undefined;
}

function headSpan(tree: Tree): Span {
  return tree.sort === 'map' ? (tree.entries[0]?.keyAt ?? tree.at) : tree.at;
}
