import { dirname, join, normalize } from 'node:path';
import type { Step } from '../core/canary.ts';
import { isJsonMap, type JsonMap } from '../core/json.ts';
import { NAME } from '../core/template.ts';
import { didYouMean } from '../core/words.ts';
import { compileStep, type Kinds } from './compile-step.ts';
import { type Fault, Report, type SourceFile, type Span } from './diagnostics.ts';
import { MOST_STEPS } from './limits.ts';
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
} from './reader.ts';
import { renamed, type Scope, scoped } from './scope.ts';
import { jsonOf, type MapTree, readTree, type Tree } from './yaml-tree.ts';

/** A file's steps with its parts put in place. */
export interface Steps {
  readonly steps: readonly Step[];
  /** Names that parts bring: their inputs under names of their own, their outputs under those of the file. */
  readonly vars: JsonMap;
}

/** Where a step stands in a file. */
export interface Origin {
  readonly tree: Tree;
  readonly report: Report;
}

/** How parts are found. */
export interface PartSource {
  /** The part at a path, or the sentence that says why there is none. */
  read(path: string): SourceFile | { readonly refused: string };
}

/** What steps are compiled with. */
export interface StepsContext extends Scope {
  readonly report: Report;
  readonly kinds: Kinds;
  readonly parts: PartSource;
  /** Reports of the parts that were read, for their diagnostics. */
  readonly partReports: Map<string, Report>;
  /** Where each step stands, for faults that are found later. */
  readonly origins: Map<Step, Origin>;
  /** Where each var that a part brings stands. */
  readonly varOrigins: Map<string, Origin>;
  /** Before each id: `cleanup-`, or the number of the step that uses the part. */
  readonly prefix: string;
  /** Names of the canary's own vars. */
  readonly ownVars: ReadonlySet<string>;
  /** Steps that may still come, over all lists and parts of the canary. */
  readonly budget: { left: number };
  /** The files above, outermost first. */
  readonly within: readonly string[];
}

const DEEPEST_PART = 2;
const TOO_MANY: Fault = { rule: 'size', message: `more than ${MOST_STEPS} steps`, hint: 'split the canary' };

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
      message: 'steps must be a list with at least one step',
      hint: 'write - http: GET https://…',
    });
    return { steps: [], vars: {} };
  }
  const compiled = list.elements.map((element, index) =>
    compileOne(element, `${context.prefix}${index + 1}`, context),
  );
  return {
    steps: compiled.flatMap(({ steps }) => steps),
    vars: Object.assign({}, ...compiled.map(({ vars }) => vars)) as JsonMap,
  };
}

function compileOne(element: Tree, id: string, context: StepsContext): Steps {
  const { report, kinds, budget } = context;
  budget.left -= 1;
  if (budget.left < 0) {
    if (budget.left === -1) refuse(element, report, TOO_MANY);
    return { steps: [], vars: {} };
  }
  if (element.sort !== 'map') {
    refuse(element, report, {
      rule: 'type',
      message: 'a step must be a map',
      hint: 'write - http: GET https://…',
    });
    return { steps: [], vars: {} };
  }
  if (entryOf(element, 'use') !== undefined) return compileUse(element, id, context);
  const position = { file: report.file.path, ...report.positionOf(headOf(element).start) };
  const step = compileStep(element, { report, kinds, id, position });
  if (step === undefined) return { steps: [], vars: {} };
  const own = scoped(step, context);
  for (const { key, keyAt } of savesIn(element)) {
    if (context.scope !== '' && context.globals.has(key))
      checkNew(key, context.scope, { at: keyAt, report }, context);
  }
  context.origins.set(own, { tree: element, report });
  return { steps: [own], vars: {} };
}

function compileUse(element: MapTree, id: string, context: StepsContext): Steps {
  const nothing: Steps = { steps: [], vars: {} };
  const { report, scope } = context;
  const use = readMap(element, USE, report, "'use'");
  const at = entryOf(element, 'use')?.value as Tree;
  if (use?.use === undefined) return nothing;
  const opened = openPart(use.use, at, context);
  if (opened === undefined) return nothing;
  const inner = `${scope}${id.replace('cleanup-', '0').replace(/\D/g, '')}/`; // steps count from 1, so 0 is cleanup's
  const part = readMap(opened.root, PART, opened.report, 'a part');
  if (part?.steps === undefined) return nothing;
  const given = checkWith(element, part.inputs ?? [], report);
  takeInputs(part.inputs ?? [], inner, { element, opened }, context);
  const { steps, vars } = compileSteps(part.steps, {
    ...context,
    report: opened.report,
    prefix: `${id}.`,
    scope: inner,
    within: [...context.within, opened.report.file.path],
  });
  const inputs = Object.fromEntries(
    (part.inputs ?? []).map((name) => [`${inner}${name}`, renamed(given[name] ?? null, context)]),
  );
  const outputs = readOutputs(part.outputs, opened.report, inner).map(
    ([name, saved]) => [`${scope}${name}`, saved] as const,
  );
  giveOutputs(part.outputs, at, opened.report, context);
  return { steps, vars: { ...vars, ...inputs, ...Object.fromEntries(outputs) } };
}

function takeInputs(
  names: readonly string[],
  scope: string,
  { element, opened }: { readonly element: Tree; readonly opened: OpenPart },
  context: StepsContext,
): void {
  const at = entryOf(opened.root, 'inputs')?.value.at ?? opened.root.at;
  for (const name of names) {
    checkNew(name, scope, { at, report: opened.report }, context);
    context.varOrigins.set(`${scope}${name}`, { tree: element, report: context.report });
  }
}

function giveOutputs(outputs: Tree | undefined, use: Tree, own: Report, context: StepsContext): void {
  if (outputs?.sort !== 'map') return;
  for (const { key, keyAt } of outputs.entries) {
    const fault = nameFault(key);
    if (fault === undefined) checkNew(key, context.scope, { at: use.at, report: context.report }, context);
    else own.error(keyAt, fault);
    context.varOrigins.set(`${context.scope}${key}`, { tree: outputs, report: own });
  }
}

const BUILT_IN_ROOTS: ReadonlySet<string> = new Set(['run', 'canary', 'env']);

/** What a part takes in, saves or gives back must be a name that nothing else has: the environment's names are the same in every file. */
function checkNew(
  name: string,
  scope: string,
  { at, report }: { readonly at: Span; readonly report: Report },
  { globals, varOrigins, ownVars }: StepsContext,
): void {
  const full = `${scope}${name}`;
  const taken = globals.has(name) || BUILT_IN_ROOTS.has(name) || varOrigins.has(full) || ownVars.has(full);
  if (!taken) return;
  const message = `the part's '${name}' has a value already, and a name has one meaning`;
  report.error(at, { rule: 'name', message, hint: 'choose another name in the part' });
}

interface OpenPart {
  readonly root: Tree;
  readonly report: Report;
}

function openPart(path: string, at: Tree, context: StepsContext): OpenPart | undefined {
  const { report, parts, partReports, within } = context;
  const fault = (message: string, hint: string): undefined =>
    refuse(at, report, { rule: 'part', message, hint });
  if (!path.endsWith('.part.yaml'))
    return fault(`'${path}' is not a part`, 'name a file that ends in .part.yaml');
  const full = normalize(join(dirname(report.file.path), path));
  if (within.includes(full)) return fault(`'${path}' uses itself`, 'a part cannot be its own part');
  if (within.length > DEEPEST_PART)
    return fault('parts may stand two levels deep', 'use the inner part directly');
  const file = parts.read(full);
  if ('refused' in file)
    return fault(`the part '${path}' ${file.refused}`, 'the path is relative to this file');
  const partReport = new Report(file);
  partReports.set(full, partReport);
  const root = readTree(partReport);
  return root === undefined ? undefined : { root, report: partReport };
}

function checkWith(element: MapTree, inputs: readonly string[], report: Report): JsonMap {
  const entry = entryOf(element, 'with');
  const given = entry === undefined ? {} : jsonOf(entry.value);
  if (!isJsonMap(given) || (entry !== undefined && entry.value.sort !== 'map')) {
    report.error((entry?.value ?? element).at, {
      rule: 'type',
      message: "'with' must be a map",
      hint: 'write name: value',
    });
    return {};
  }
  for (const { key, keyAt } of entry?.value.sort === 'map' ? entry.value.entries : []) {
    if (inputs.includes(key)) continue;
    const meant = didYouMean(key, inputs);
    const hint =
      meant === undefined ? `it takes ${inputs.join(', ') || 'nothing'}` : `did you mean '${meant}'?`;
    report.error(keyAt, { rule: 'part', message: `the part has no input '${key}'`, hint });
  }
  for (const name of inputs) {
    if (Object.hasOwn(given, name)) continue;
    report.error(headOf(element), {
      rule: 'part',
      message: `the part needs '${name}'`,
      hint: `add it under with`,
    });
  }
  return given;
}

function readOutputs(
  one: Tree | undefined,
  report: Report,
  scope: string,
): readonly (readonly [string, string])[] {
  if (one === undefined) return [];
  if (one.sort !== 'map') {
    refuse(one, report, {
      rule: 'type',
      message: "'outputs' must be a map",
      hint: 'write name: the name that was saved',
    });
    return [];
  }
  return one.entries.map(({ key, value }) => [key, `\${${scope}${String(scalarOf(value))}}`] as const);
}

function savesIn(element: Tree): MapTree['entries'] {
  const save = entryOf(element, 'save')?.value;
  return save?.sort === 'map' ? save.entries : [];
}

function nameFault(value: string) {
  return NAME.test(value)
    ? undefined
    : {
        rule: 'name',
        message: `'${value}' cannot be a name`,
        hint: 'use letters, digits and _, a letter first',
      };
}
