import { didYouMean } from '../../core/base/did-you-mean.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { GENERATORS } from '../../core/expression/generators.ts';
import { NAME } from '../../core/expression/template.ts';
import { inCamelCase } from '../words/spellings.ts';
import type { Issue, Report } from '../yaml/diagnostics.ts';
import { entryOf, refuse } from '../yaml/reader.ts';
import { type Entry, jsonOf, type MapTree, type Tree } from '../yaml/tree.ts';
import { notMap } from '../yaml/type-faults.ts';
import type { Var } from './spelling.ts';

/** Reads names and their values: of a canary, or of an environment. */
export function readVars(one: Tree, report: Report, key: string): JsonMap | undefined {
  if (one.sort !== 'map') return refuse(one, report, notMap(`'${key}'`, one, 'write name: value'));
  for (const entry of one.entries) {
    const fault = nameFault(entry.key);
    if (fault !== undefined) report.error(entry.keyAt, fault);
    checkGenerators(entry.value, report);
  }
  const vars = jsonOf(one) as JsonMap;
  trees.set(vars, one);
  return vars;
}

/** Positions of vars that were read. */
const trees = new WeakMap<JsonMap, Tree>();

export function varOf(vars: JsonMap, name: string): Var {
  const tree = trees.get(vars);
  return { value: vars[name], tree: tree === undefined ? undefined : entryOf(tree, name)?.value };
}

export function nameFault(value: string): Issue | undefined {
  if (NAME.test(value)) return undefined;
  return {
    rule: 'name',
    message: `'${value}' cannot be a name`,
    hint: `write ${inCamelCase(value) || 'orderId'}: letters, digits and _, a letter first`,
  };
}

/** Reports the faults of the generators of a value, at any depth: every key with a `$` is one. */
export function checkGenerators(one: Tree, report: Report): void {
  if (one.sort === 'list') for (const element of one.elements) checkGenerators(element, report);
  if (one.sort !== 'map') return;
  for (const entry of one.entries) {
    if (entry.key.startsWith('$')) checkGenerator(entry, one, report);
    checkGenerators(entry.value, report);
  }
}

function checkGenerator({ key, keyAt, value }: Entry, { entries }: MapTree, report: Report): void {
  const generator = Object.hasOwn(GENERATORS, key) ? GENERATORS[key] : undefined;
  const wrong = generator?.fault(jsonOf(value));
  if (generator === undefined) {
    const meant = didYouMean(key, Object.keys(GENERATORS));
    const hint =
      meant === undefined
        ? `write one of ${Object.keys(GENERATORS).join(' ')}; data with $ keys goes into the step itself`
        : `did you mean '${meant}'?`;
    report.error(keyAt, { rule: 'generator', message: `'${key}' is not a generator`, hint });
  } else if (entries.length > 1) {
    const message = `'${key}' must stand alone`;
    report.error(keyAt, { rule: 'generator', message, hint: 'give it a name of its own' });
  } else if (wrong !== undefined) {
    report.error(value.at, { rule: 'generator', message: `'${key}' ${wrong}`, hint: generator.summary });
  }
}
