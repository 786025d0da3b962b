import { patternFaults } from '../../core/matching/regex-faults.ts';
import type { Noun, Verb } from '../../kinds/kind.ts';
import { meantBy } from '../words/key-words.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { entryOf, reportOutdented, scalarOf } from '../yaml/reader.ts';
import { type Entry, jsonOf, type MapTree, placeOf, type Tree } from '../yaml/tree.ts';
import { patternHabits } from './pattern-habits.ts';
import { pathTreeOf, savePathFault } from './step-values.ts';

/** Reports the faults of a `has`, `where` or `response`. */
export function checkPattern(one: MapTree, key: string, { view }: Verb | Noun, report: Report): void {
  const entry = entryOf(one, key);
  if (entry === undefined) return;
  const outdented = outdentedIn(entry.value);
  if (outdented !== undefined) {
    reportOutdented(outdented.entry, outdented.parent, report);
    return;
  }
  for (const { at, severity, message, hint } of patternHabits(key, jsonOf(entry.value), view)) {
    const place = placeOf(entry.value, at).value.at;
    if (severity === 'error') report.settle(place, { rule: 'field', message, hint });
    else report.warning(place, { rule: 'field', message, hint });
  }
  const durations = Object.entries(view).flatMap(([name, field]) => (field.duration === true ? [name] : []));
  for (const { at, onKey, rule, message, hint } of patternFaults(jsonOf(entry.value), durations)) {
    const place = placeOf(entry.value, at);
    report.error(onKey ? (place.keyAt ?? place.value.at) : place.value.at, { rule, message, hint });
  }
  checkFields(entry.value, view, key, report);
}

/** An operator next to the empty key that it belongs to. */
function outdentedIn(tree: Tree): { readonly entry: Entry; readonly parent: Entry } | undefined {
  if (tree.sort === 'list') return tree.elements.map(outdentedIn).find((one) => one !== undefined);
  if (tree.sort !== 'map') return undefined;
  for (const [index, entry] of tree.entries.entries()) {
    const parent = tree.entries[index - 1];
    const isEmpty = parent?.value.sort === 'scalar' && parent.value.isEmpty === true;
    if (entry.key.startsWith('$') && isEmpty) return { entry, parent };
    const inside = outdentedIn(entry.value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** The fields of a view are words of the language; below them stands the users' own data. */
function checkFields(pattern: Tree, view: Verb['view'], key: string, report: Report): void {
  if (pattern.sort !== 'map' || Object.hasOwn(view, '*')) return;
  for (const entry of pattern.entries) {
    if (entry.key.startsWith('$') || Object.hasOwn(view, entry.key)) continue;
    const fields = Object.keys(view);
    const meant = meantBy(entry.key, fields);
    const [root = '', ...below] = entry.key.split('.');
    const nested = fields.includes(root) ? `write ${root}: { ${below.join(': { ')}: … }` : undefined;
    const hint = nested ?? (meant === undefined ? `it has ${fields.join(', ')}` : `did you mean '${meant}'?`);
    report.error(entry.keyAt, {
      rule: 'field',
      message: `'${key}' sees nothing called '${entry.key}'`,
      hint,
    });
  }
}

/** Reports the faults of the paths under `save`. */
export function checkSavePaths(one: MapTree, root: string, { view }: Verb | Noun, report: Report): void {
  for (const { value } of entriesOf(entryOf(one, 'save')?.value)) {
    const path = pathTreeOf(value);
    if (path.sort !== 'scalar') continue; // an invalid path was reported when it was read
    const fault = savePathFault(String(scalarOf(path)), root, view);
    if (fault !== undefined) report.error(path.at, { rule: 'save', ...fault });
  }
}

function entriesOf(one: Tree | undefined): MapTree['entries'] {
  return one?.sort === 'map' ? one.entries : [];
}
