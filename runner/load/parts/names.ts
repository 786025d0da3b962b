import { didYouMean } from '../../core/base/did-you-mean.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { templateFaults } from '../../core/expression/template.ts';
import { checkGenerators } from '../values/vars.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { entryOf, headOf, refuse, scalarOf } from '../yaml/reader.ts';
import { isMisspelt } from '../yaml/suppressed-errors.ts';
import { type Entry, jsonOf, type MapTree, type Tree } from '../yaml/tree.ts';
import { notMap } from '../yaml/type-faults.ts';

/** Reads the arguments of a part; unknown and missing ones are reported and left out. */
export function readWith(element: MapTree, inputs: readonly string[], part: Tree, report: Report): JsonMap {
  const given = entryOf(element, 'with')?.value;
  if (given !== undefined && given.sort !== 'map')
    return refuse(given, report, notMap("'with'", given, 'write name: value')) ?? {};
  const entries = given?.entries ?? [];
  for (const { value } of entries) checkGenerators(value, report);
  const isOpen = isMisspelt(part, 'inputs') || (entryOf(part, 'inputs')?.value.sort ?? 'list') !== 'list';
  if (!isOpen && !isMisspelt(element, 'with')) checkWith(element, entries, inputs, report);
  const taken = isOpen ? entries : entries.filter(({ key }) => inputs.includes(key));
  return Object.fromEntries(taken.map(({ key, value }) => [key, jsonOf(value)]));
}

function checkWith(
  element: MapTree,
  entries: readonly Entry[],
  inputs: readonly string[],
  report: Report,
): void {
  const meant = new Set<string | undefined>(entries.map(({ key }) => key));
  for (const { key, keyAt } of entries) {
    if (inputs.includes(key)) continue;
    const near = didYouMean(key, inputs);
    meant.add(near);
    const hint =
      near === undefined
        ? `it takes ${inputs.join(', ') || 'nothing'}; others are named under its inputs:`
        : `did you mean '${near}'?`;
    report.error(keyAt, { rule: 'part', message: `the part has no input '${key}'`, hint });
  }
  for (const name of inputs.filter((one) => !meant.has(one) && entryOf(element, one) === undefined)) {
    const message = `the part needs '${name}'`;
    report.error(headOf(element), { rule: 'part', message, hint: `add it under with` });
  }
}

/** Outputs of a part, with their templates inside it. */
export function readOutputs(
  one: Tree | undefined,
  report: Report,
  scope: string,
): readonly (readonly [string, string])[] {
  if (one === undefined) return [];
  if (one.sort !== 'map') {
    refuse(one, report, notMap("'outputs'", one, 'write name: the name that was saved'));
    return [];
  }
  return one.entries.flatMap(({ key, value }) => {
    const saved = scalarOf(value);
    const mention = `\${${scope}${String(saved)}}`;
    if (typeof saved === 'string' && templateFaults(mention).length === 0) return [[key, mention] as const];
    const message = `'${key}' must be the name of a value of this part`;
    const bare = /^\$\{([A-Za-z_]\w*)\}$/.exec(String(saved))?.[1];
    const hint = bare === undefined ? 'write a name that one of its steps saves' : `write ${key}: ${bare}`;
    refuse(value, report, { rule: 'part', message, hint });
    return [];
  });
}
