import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { BUILT_IN } from '../../core/expression/values.ts';
import type { Phase, Step } from '../../core/model/canary.ts';
import type { Kinds, Noun, Verb } from '../../kinds/kind.ts';
import { readOutputs, readWith } from '../parts/names.ts';
import { openPart, type PartsOf, type ReadPart } from '../parts/open.ts';
import { renamed, type Scope, scoped } from '../values/scope.ts';
import { sentAsText } from '../values/spelling.ts';
import { nameFault } from '../values/vars.ts';
import { inCamelCase } from '../words/spellings.ts';
import type { Issue, Report, Span } from '../yaml/diagnostics.ts';
import { MOST_STEPS } from '../yaml/limits.ts';
import {
  entryOf,
  headOf,
  json,
  listOf,
  readMap,
  refuse,
  type Shape,
  scalarOf,
  text,
  tree,
} from '../yaml/reader.ts';
import { isMisspelt, namesBelow, type SuppressedNames } from '../yaml/suppressed-errors.ts';
import type { MapTree, Tree } from '../yaml/tree.ts';
import { insteadOf } from '../yaml/type-faults.ts';
import { compileStep } from './compile-step.ts';

/** A file's steps with its parts put in place. */
export interface Steps {
  readonly steps: readonly Step[];
  /** Names that parts bring: their inputs under names of their own, their outputs under those of the file. */
  readonly vars: JsonMap;
}

/** Position of a step in a file. */
export interface Origin {
  readonly tree: Tree;
  readonly report: Report;
  /** Of a step: the mentions that stand alone and are sent as text. */
  readonly sent?: readonly string[];
}

export interface StepsContext extends Scope, PartsOf {
  readonly kinds: Kinds;
  /** Names that faulty steps and parts would have brought. */
  readonly suppressed: SuppressedNames;
  /** Position of each step, for faults found later. */
  readonly origins: Map<Step, Origin>;
  /** Position of each var that a part brings. */
  readonly varOrigins: Map<string, Origin>;
  /** Before each id: `cleanup-`, or the number of the step that uses the part. */
  readonly prefix: string;
  readonly phase?: Phase;
  readonly ownVars: ReadonlySet<string>;
  /** Steps that may still come, over all lists and parts of the canary. */
  readonly budget: { left: number };
}

const TOO_MANY: Issue = { rule: 'size', message: `more than ${MOST_STEPS} steps`, hint: 'split the canary' };

const PART = {
  part: { read: text(), required: true },
  inputs: { read: listOf(text(nameFault)) },
  steps: { read: tree, required: true },
  outputs: { read: tree },
} satisfies Shape;

const USE = {
  use: { read: text(), required: true },
  with: { read: json },
  name: { read: text() },
} satisfies Shape;

/** Compiles a list of steps; a `use` becomes the steps of its part. */
export function compileSteps(list: Tree, context: StepsContext): Steps {
  const { report } = context;
  if (list.sort !== 'list' || list.elements.length === 0) {
    refuse(list, report, {
      rule: 'steps',
      message: `${listName(context)} must be a list with at least one step${list.sort === 'list' ? '' : insteadOf(list)}`,
      hint:
        list.sort === 'map'
          ? `put a dash before the first key of each step: - ${list.entries[0]?.key}:`
          : 'write - http: GET https://…',
    });
    context.suppressed.scopes.add(context.scope);
    return { steps: [], vars: {} };
  }
  warnOfTwins(list, report);
  const compiled = list.elements.map((element, index) =>
    compileOne(element, `${context.prefix}${index + 1}`, context),
  );
  return {
    steps: compiled.flatMap(({ steps }) => steps),
    vars: Object.assign({}, ...compiled.map(({ vars }) => vars)) as JsonMap,
  };
}

/** Key of the list in the file. */
function listName({ prefix }: StepsContext): string {
  return /^[a-z]+/.exec(prefix)?.[0] ?? 'steps';
}

/** Warns of two steps with one name: reports, metrics and notices distinguish steps by their names. */
function warnOfTwins(list: Tree, report: Report): void {
  const seen = new Map<string, number>();
  for (const element of list.sort === 'list' ? list.elements : []) {
    const named = entryOf(element, 'name')?.value;
    const name = named === undefined ? undefined : scalarOf(named);
    if (named === undefined || typeof name !== 'string') continue;
    const first = seen.get(name);
    const { line } = report.positionOf(named.at.start);
    if (first !== undefined)
      report.warning(named.at, {
        rule: 'name',
        message: `'${name}' is the name of the step in line ${first} too, so reports and metrics mix them up`,
        hint: 'give each step a name of its own',
      });
    seen.set(name, first ?? line);
  }
}

function compileOne(element: Tree, id: string, context: StepsContext): Steps {
  const { report, kinds, budget } = context;
  budget.left -= 1;
  if (budget.left < 0) {
    if (budget.left === -1) refuse(element, report, TOO_MANY);
    context.suppressed.scopes.add(context.scope);
    return { steps: [], vars: {} };
  }
  if (element.sort !== 'map') {
    refuse(element, report, {
      rule: 'type',
      message: `a step must be a map${insteadOf(element)}`,
      hint: String(scalarOf(element)).endsWith('.yaml')
        ? `write - use: ${String(scalarOf(element))}`
        : 'write - http: GET https://…',
    });
    context.suppressed.scopes.add(context.scope);
    return { steps: [], vars: {} };
  }
  if (entryOf(element, 'use') !== undefined) return compileUse(element, id, context);
  const position = { file: report.file.path, ...report.positionOf(headOf(element).start) };
  const step = compileStep(element, { report, kinds, id, position });
  suppressSaves(element, step, context);
  if (step === undefined) return { steps: [], vars: {} };
  const own: Step = { ...scoped(step, context), ...omitUndefined({ phase: context.phase }) };
  for (const { key, keyAt } of savesIn(element)) {
    if (context.scope !== '' && context.globals.has(key))
      checkNew(key, context.scope, { at: keyAt, report }, context);
  }
  const kind = own.mode === 'act' ? kinds.verbs[own.kind] : kinds.nouns[own.kind];
  const sent = [
    own.mode === 'act' ? [] : String(own.correlate),
    sentAsText(own.input, kind as Verb | Noun),
  ].flat();
  context.origins.set(own, { tree: element, report, sent });
  return { steps: [own], vars: {} };
}

/** Suppresses the names that a faulty step would have saved; one that was meant to use a part might have brought any name. */
function suppressSaves(
  element: MapTree,
  step: Step | undefined,
  { report, suppressed, scope }: StepsContext,
): void {
  if (!report.faulty) return; // then no key is misspelt, and all names were read
  for (const name of namesBelow(element, 'save').flatMap((one) => [
    one,
    inCamelCase(one),
    one.replace(/^.*\./, ''),
  ]))
    if (step === undefined || !Object.hasOwn(step.save, name)) suppressed.names.add(`${scope}${name}`);
  if (step === undefined && isMisspelt(element, 'use')) suppressed.scopes.add(scope);
}

function compileUse(element: MapTree, id: string, context: StepsContext): Steps {
  const steps = stepsOfPart(element, id, context);
  if (steps === undefined) context.suppressed.scopes.add(context.scope);
  return steps ?? { steps: [], vars: {} };
}

function stepsOfPart(element: MapTree, id: string, context: StepsContext): Steps | undefined {
  const { report, scope } = context;
  const use = readMap(element, USE, report, "'use'");
  const at = entryOf(element, 'use')?.value as Tree;
  if (use?.use === undefined) return undefined;
  const opened = openPart(use.use, at, context);
  if (opened === undefined) return undefined;
  const inner = `${scope}${digitsOf(id)}/`;
  const part = readMap(opened.root, PART, opened.report, 'a part');
  if (part?.steps === undefined) return undefined;
  const given = readWith(element, part.inputs ?? [], opened.root, report);
  takeInputs(part.inputs ?? [], inner, { element, opened }, context);
  const { steps, vars } = compileSteps(part.steps, {
    ...context,
    report: opened.report,
    prefix: `${id}.`,
    scope: inner,
    within: [...context.within, opened.report.file.path],
  });
  const inputs = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`${inner}${name}`, renamed(value, context)]),
  );
  const outputs = readOutputs(part.outputs, opened.report, inner).map(
    ([name, saved]) => [`${scope}${name}`, saved] as const,
  );
  giveOutputs(part.outputs, at, opened.report, context);
  suppressNames(opened.root, inner, { given, outputs: outputs.map(([name]) => name) }, context);
  return { steps, vars: { ...vars, ...inputs, ...Object.fromEntries(outputs) } };
}

/** The number of a step, as the scope of its names. Steps count from 1, so numbers that begin with 0 are free for other lists. */
function digitsOf(id: string): string {
  return id.replace('cleanup-', '0').replace('throughout-', '00').replace('setup-', '000').replace(/\D/g, '');
}

/** Suppresses names after a slip: of missing inputs, and of a misspelt list. */
function suppressNames(
  root: Tree,
  inner: string,
  { given, outputs }: { readonly given: JsonMap; readonly outputs: readonly string[] },
  { suppressed, scope }: StepsContext,
): void {
  for (const name of namesBelow(root, 'inputs'))
    if (!Object.hasOwn(given, name)) suppressed.names.add(`${inner}${name}`);
  if ((entryOf(root, 'outputs')?.value.sort ?? 'map') !== 'map') suppressed.scopes.add(scope);
  for (const name of namesBelow(root, 'outputs'))
    if (!outputs.includes(`${scope}${name}`)) suppressed.names.add(`${scope}${name}`);
}

function takeInputs(
  names: readonly string[],
  scope: string,
  { element, opened }: { readonly element: Tree; readonly opened: ReadPart },
  context: StepsContext,
): void {
  const at = entryOf(opened.root, 'inputs')?.value.at ?? opened.root.at;
  const given = entryOf(element, 'with')?.value;
  for (const name of names) {
    checkNew(name, scope, { at, report: opened.report }, context);
    const value = given === undefined ? undefined : entryOf(given, name)?.value;
    context.varOrigins.set(`${scope}${name}`, { tree: value ?? element, report: context.report });
  }
}

function giveOutputs(outputs: Tree | undefined, use: Tree, own: Report, context: StepsContext): void {
  if (outputs?.sort !== 'map') return;
  for (const { key, keyAt, value } of outputs.entries) {
    const fault = nameFault(key);
    if (fault === undefined) checkNew(key, context.scope, { at: use.at, report: context.report }, context);
    else own.error(keyAt, fault);
    context.varOrigins.set(`${context.scope}${key}`, { tree: value, report: own });
  }
}

/** A name that a part takes, saves or returns must be unused: the environment's names are the same in every file. */
function checkNew(
  name: string,
  scope: string,
  { at, report }: { readonly at: Span; readonly report: Report },
  { globals, varOrigins, ownVars }: StepsContext,
): void {
  const full = `${scope}${name}`;
  const taken = globals.has(name) || BUILT_IN.has(name) || varOrigins.has(full) || ownVars.has(full);
  if (!taken) return;
  const message = `the part's '${name}' has a value already, and a name has one meaning`;
  report.error(at, { rule: 'name', message, hint: 'choose another name in the part' });
}

function savesIn(element: Tree): MapTree['entries'] {
  const save = entryOf(element, 'save')?.value;
  return save?.sort === 'map' ? save.entries : [];
}
