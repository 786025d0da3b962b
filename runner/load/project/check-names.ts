import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isJsonList, isJsonMap, type Json } from '../../core/base/json.ts';
import { isGenerator } from '../../core/expression/generators.ts';
import { type Reference, referencesIn, templateFaults } from '../../core/expression/template.ts';
import { BUILT_IN, transitiveReferencesOf } from '../../core/expression/values.ts';
import type { Environment, Project } from '../../core/model/project.ts';
import { measureVars } from '../values/check-vars.ts';
import { mentionFaults, type Names, onceEach, type ReferenceFault } from '../values/reference-faults.ts';
import { respeltBy } from '../values/spelling.ts';
import { varOf } from '../values/vars.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { locate, scalarsIn } from '../yaml/locations.ts';
import { entryOf } from '../yaml/reader.ts';
import { isMisspelt } from '../yaml/suppressed-errors.ts';
import type { Tree } from '../yaml/tree.ts';

/** Built-in names that are known before any run. */
const SETTLED = ['env.name', 'env.region'];

/**
 * Reports every `${…}` of a project file that cannot have a value at its place. An environment's vars may reference one another,
 * built-in names, and values from outside. Taps, channels and reporters may reference the same, if the value is known before any run.
 */
export function checkProjectNames(root: Tree, project: Project, report: Report): void {
  const { environments } = project;
  for (const environment of environments)
    checkVars(root, { ...project, environments: [environment] }, report);
  const listed = entryOf(root, 'taps')?.value;
  const taps = (listed?.sort === 'list' ? listed.elements : []).flatMap((tap) =>
    ['bus', 'topic'].flatMap((key) => entryOf(tap, key)?.value ?? []),
  );
  const others = ['channels', 'reporters'].flatMap((key) => entryOf(root, key)?.value ?? []);
  const faultsOf = settledFaults({
    ...namesIn(project),
    ...(areVarsSuppressed(root) ? { suppressed: undefined } : {}),
    hints: { nowhere: 'define it under vars of each environment', elsewhere: 'add it there under vars' },
  });
  for (const tree of [...taps, ...others]) checkTexts(tree, report, faultsOf);
}

/** Reports the faults of the vars of a project's one environment. */
function checkVars(root: Tree, project: Project, report: Report): void {
  const [environment] = project.environments as [Environment];
  const tree = varsTreeOf(root, environment.name);
  if (tree?.sort !== 'map') return;
  for (const { key, keyAt } of tree.entries) {
    const message = `'${key}' is built in, and a name has one meaning`;
    if (BUILT_IN.has(key)) report.error(keyAt, { rule: 'name', message, hint: 'choose another name' });
  }
  const hint = 'here stand vars of the same environment, what is built in, and values from outside';
  const names = { ...namesIn(project), hints: { nowhere: hint, elsewhere: hint } };
  checkTexts(tree, report, mentionFaults(names));
  for (const { name, mention, fault } of measureVars(environment.vars).faults)
    report.error(locate({ tree: entryOf(tree, name)?.value ?? tree, report }, mention.text), fault);
}

function namesIn(listed: Project): Omit<Names, 'hints'> {
  const { environments } = listed;
  const respelt = respeltBy((name) => environments.map(({ vars }) => varOf(vars, name)));
  return {
    own: new Set(),
    vars: {},
    environments,
    listed,
    suppressed: { names: new Set(), scopes: new Set() },
    respelt,
  };
}

function varsTreeOf(root: Tree, environment: string): Tree | undefined {
  const all = entryOf(root, 'environments')?.value;
  const own = all === undefined ? undefined : entryOf(all, environment)?.value;
  return own === undefined ? undefined : entryOf(own, 'vars')?.value;
}

/** True if a misspelt key hides vars: their absence is reported there. */
function areVarsSuppressed(root: Tree): boolean {
  const all = entryOf(root, 'environments')?.value;
  if (all?.sort !== 'map') return isMisspelt(root, 'environments');
  return all.entries.some(({ value }) => isMisspelt(value, 'vars'));
}

function checkTexts(tree: Tree, report: Report, faultsOf: (text: string) => readonly ReferenceFault[]): void {
  for (const scalar of scalarsIn(tree)) {
    const { value } = scalar;
    if (typeof value !== 'string') continue;
    const place = { tree: scalar, report };
    for (const { offset, length, ...fault } of templateFaults(value))
      report.error(locate(place, value.slice(offset, offset + length)), { rule: 'template', ...fault });
    for (const { mention, fault } of faultsOf(value)) report.error(locate(place, mention.text), fault);
  }
}

function settledFaults(names: Names): (text: string) => readonly ReferenceFault[] {
  const faultsOf = mentionFaults(names);
  return (text) => {
    const open = referencesIn(text).filter((mention) => !isSettled(mention, names.environments));
    const others = faultsOf(text).filter(({ mention }) => !open.some((one) => one.text === mention.text));
    return onceEach([...open.map((mention) => ({ mention, fault: openFault(mention) })), ...others]);
  };
}

/** True for a mention with the same value in every run in an environment. */
function isSettled(mention: Reference, environments: readonly Environment[]): boolean {
  return environments.every(({ vars }) =>
    transitiveReferencesOf(mention.text, vars).every(({ name, path }) => {
      if (BUILT_IN.has(name)) return SETTLED.includes([name, ...path].join('.'));
      return !Object.hasOwn(vars, name) || !generates(vars[name] as Json);
    }),
  );
}

function generates(value: Json): boolean {
  if (isGenerator(value)) return true;
  const inside: readonly Json[] = isJsonMap(value) ? Object.values(value) : [];
  return (isJsonList(value) ? value : inside).some(generates);
}

function openFault({ name, path, text }: Reference): ReferenceFault['fault'] {
  const meant = didYouMean([name, ...path].join('.'), SETTLED);
  return {
    rule: 'template',
    message: `${text} is not known before a run`,
    hint: meant === undefined ? 'write what is the same for every run' : `did you mean \${${meant}}?`,
  };
}
