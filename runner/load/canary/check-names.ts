import type { Json } from '../../core/base/json.ts';
import { referencesIn, templateFaults, writtenName } from '../../core/expression/template.ts';
import { BUILT_IN, templatesOf } from '../../core/expression/values.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Environment, Project } from '../../core/model/project.ts';
import type { Origin } from '../step/compile-steps.ts';
import { measureVars, sizeFault } from '../values/check-vars.ts';
import { mentionFaults, namesOf } from '../values/reference-faults.ts';
import { respeltBy, type Var } from '../values/spelling.ts';
import { varOf } from '../values/vars.ts';
import type { Issue, Report } from '../yaml/diagnostics.ts';
import { asWritten, headSpan, locate, type Place, textsIn } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';
import type { SuppressedNames } from '../yaml/suppressed-errors.ts';
import type { Tree } from '../yaml/tree.ts';
import { checkOrder } from './check-order.ts';

/** Context of the check of a canary's names. */
export interface NamesOf {
  readonly canary: Pick<Canary, 'steps' | 'cleanup' | 'vars'>;
  /** The environments that it may run in. */
  readonly environments: readonly Environment[];
  /** The project, whose lists of environment variables say which may be read. */
  readonly listed: Pick<Project, 'env' | 'secrets'>;
  readonly root: Tree;
  readonly report: Report;
  readonly origins: ReadonlyMap<Step, Origin>;
  /** Position of each var that a part brings. */
  readonly varOrigins: ReadonlyMap<string, Origin>;
  /** Names whose absence follows from a reported error; undefined if any name may be missing. */
  readonly suppressed: SuppressedNames | undefined;
}

/** Reports every `${…}` that cannot have a value at its place, and every name that is defined twice. */
export function checkNames(of: NamesOf): void {
  const { canary } = of;
  checkTwice(of);
  checkSizes(of);
  const respelt = respeltBy((name) => varsNamed(name, of));
  const faultsOf = mentionFaults(namesOf({ ...of, respelt }));
  for (const [name, value] of Object.entries(canary.vars)) {
    const place = varPlaceOf(name, of);
    if (place !== undefined) checkMentions(value, place, faultsOf);
  }
  for (const step of [...canary.steps, ...canary.cleanup])
    checkMentions(templatesOf(step), placeOf(step, of), (text) =>
      faultsOf(text, of.origins.get(step)?.sent?.includes(text)),
    );
  checkOrder(canary, (step) => placeOf(step, of));
}

function varsNamed(name: string, of: NamesOf): readonly Var[] {
  const { canary, environments } = of;
  if (Object.hasOwn(canary.vars, name))
    return [{ value: canary.vars[name], tree: varPlaceOf(name, of)?.tree }];
  return environments.map((one) => varOf(one.vars, name));
}

function placeOf(step: Step, { origins, root, report }: NamesOf): Place {
  return origins.get(step) ?? { tree: root, report };
}

function varPlaceOf(name: string, { root, report, varOrigins }: NamesOf): Place | undefined {
  const varsTree = entryOf(root, 'vars')?.value;
  const tree = varsTree === undefined ? undefined : entryOf(varsTree, name)?.value;
  return tree === undefined ? varOrigins.get(name) : { report, tree };
}

function checkMentions(
  value: Json,
  place: Place,
  faultsOf: (text: string) => ReturnType<ReturnType<typeof mentionFaults>>,
): void {
  for (const text of textsIn(value)) {
    for (const { offset, length, ...fault } of templateFaults(text)) {
      const at = locate(place, asWritten(text.slice(offset, offset + length)));
      place.report.error(at, { rule: 'template', ...fault });
    }
    for (const { mention, fault } of faultsOf(text))
      place.report.error(locate(place, asWritten(mention.text)), fault);
  }
}

/** Sizes of filled-in vars and steps, in each environment. */
function checkSizes(of: NamesOf): void {
  const { canary, environments } = of;
  const used = [...canary.steps, ...canary.cleanup].flatMap((step) => referencesIn(templatesOf(step)));
  const names = [...Object.keys(canary.vars), ...used.map(({ name }) => name)];
  for (const environment of environments) {
    const { faults, sizeOf } = measureVars({ ...environment.vars, ...canary.vars }, names);
    for (const { name, mention, fault } of faults) {
      const place = Object.hasOwn(canary.vars, name) ? varPlaceOf(name, of) : undefined;
      place?.report.error(locate(place, asWritten(mention.text)), fault);
    }
    for (const step of [...canary.steps, ...canary.cleanup]) {
      const fault = sizeFault('what this step holds', sizeOf(templatesOf(step)));
      const { tree, report } = placeOf(step, of);
      if (fault !== undefined) report.error(headSpan(tree), fault);
    }
  }
}

function checkTwice(of: NamesOf): void {
  const { canary, environments, report, root } = of;
  const isOfEnvironment = (name: string): boolean =>
    environments.some(({ vars }) => Object.hasOwn(vars, name));
  const varsTree = entryOf(root, 'vars')?.value;
  for (const { key, keyAt } of varsTree?.sort === 'map' ? varsTree.entries : []) {
    if (BUILT_IN.has(key)) report.error(keyAt, takenFault(key, 'is built in'));
    if (isOfEnvironment(key)) report.error(keyAt, takenFault(key, 'is a var of the environment'));
  }
  const given = new Set([...Object.keys(canary.vars), ...BUILT_IN]);
  for (const step of [...canary.steps, ...canary.cleanup]) {
    const { tree, report: own } = placeOf(step, of);
    for (const name of Object.keys(step.save)) {
      const written = writtenName(name);
      const at = entryOf(entryOf(tree, 'save')?.value ?? tree, written)?.keyAt ?? tree.at;
      if (given.has(name) || isOfEnvironment(name)) own.error(at, takenFault(written, 'has a value already'));
      given.add(name);
    }
  }
}

/** The fault of a name that is already in use. */
export function takenFault(name: string, why: string): Issue {
  return {
    rule: 'name',
    message: `'${name}' ${why}, and a name has one meaning`,
    hint: 'choose another name',
  };
}
