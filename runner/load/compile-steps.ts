import { dirname, join, normalize } from 'node:path';
import type { ActStep, Step } from '../core/canary.ts';
import type { Json, JsonMap } from '../core/json.ts';
import { isJsonList, isJsonMap } from '../core/json.ts';
import { NAME } from '../core/template.ts';
import { didYouMean } from '../core/words.ts';
import { compileStep, type Kinds } from './compile-step.ts';
import { Report, type SourceFile } from './diagnostics.ts';
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
export interface StepsContext {
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
  /** Before each name of the file's own: empty, or `1/`. */
  readonly scope: string;
  /** Names of the environment, which are the same in every file. */
  readonly globals: ReadonlySet<string>;
  /** The files above, outermost first. */
  readonly within: readonly string[];
}

const DEEPEST_PART = 2;

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
  if (list.elements.length > MOST_STEPS) {
    refuse(list, report, {
      rule: 'size',
      message: `more than ${MOST_STEPS} steps`,
      hint: 'split the canary',
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
  const { report, kinds } = context;
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
  const inner = `${scope}${id.replace(/\D/g, '')}/`;
  const part = readMap(opened.root, PART, opened.report, 'a part');
  if (part?.steps === undefined) return nothing;
  const given = checkWith(element, part.inputs ?? [], report);
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
  for (const name of Object.keys(inputs)) context.varOrigins.set(name, { tree: element, report });
  for (const [name] of outputs)
    context.varOrigins.set(name, { tree: part.outputs ?? opened.root, report: opened.report });
  return { steps, vars: { ...vars, ...inputs, ...Object.fromEntries(outputs) } };
}

function openPart(
  path: string,
  at: Tree,
  context: StepsContext,
): { readonly root: Tree; readonly report: Report } | undefined {
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

/** A step of a part, its names made those of this use of the part. */
function scoped(step: Step, context: StepsContext): Step {
  const { scope } = context;
  if (scope === '') return step;
  const save = Object.fromEntries(Object.entries(step.save).map(([name, path]) => [`${scope}${name}`, path]));
  const input = renamed(step.input, context) as JsonMap;
  if (step.mode === 'act')
    return { ...step, save, input, ...mapped('response', step.response, context) } satisfies ActStep;
  const correlate =
    typeof step.correlate === 'string' ? String(renamed(step.correlate, context)) : step.correlate;
  return {
    ...step,
    save,
    input,
    correlate,
    ...mapped('has', step.has, context),
    ...mapped('where', step.where, context),
  };
}

function mapped<Key extends string>(
  key: Key,
  value: Json | undefined,
  context: StepsContext,
): { readonly [K in Key]?: Json } {
  return (value === undefined ? {} : { [key]: renamed(value, context) }) as { readonly [K in Key]?: Json };
}

const BUILT_IN = /^(run|canary|env)\./;

function renamed(value: Json, context: Pick<StepsContext, 'scope' | 'globals'>): Json {
  const { scope, globals } = context;
  if (scope === '') return value;
  if (typeof value === 'string') {
    return value.replace(/\$\$\{|\$\{([A-Za-z_][^}:]*)\}/g, (whole, inside?: string) => {
      const name = inside?.split(/[.[]/)[0] ?? '';
      const own = inside !== undefined && !BUILT_IN.test(inside) && !globals.has(name);
      return own ? `\${${scope}${inside}}` : whole;
    });
  }
  if (isJsonList(value)) return value.map((element) => renamed(element, context));
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, renamed(member, context)]));
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
