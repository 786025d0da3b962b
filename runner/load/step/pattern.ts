import { didYouMean } from '../../core/base/did-you-mean.ts';
import { patternFaults } from '../../core/matching/regex-faults.ts';
import type { Noun, Verb } from '../../kinds/kind.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { entryOf, scalarOf } from '../yaml/reader.ts';
import { jsonOf, type MapTree, placeOf, type Tree } from '../yaml/tree.ts';
import { pathTreeOf, savePathFault } from './step-values.ts';

/** Reports the faults of a `has`, `where` or `response`. */
export function checkPattern(one: MapTree, key: string, { view }: Verb | Noun, report: Report): void {
  const entry = entryOf(one, key);
  if (entry === undefined) return;
  const durations = Object.entries(view).flatMap(([name, field]) => (field.duration === true ? [name] : []));
  for (const { at, onKey, rule, message, hint } of patternFaults(jsonOf(entry.value), durations)) {
    const place = placeOf(entry.value, at);
    report.error(onKey ? (place.keyAt ?? place.value.at) : place.value.at, { rule, message, hint });
  }
  checkFields(entry.value, view, key, report);
}

/** The fields of a view are words of the language; below them stands the users' own data. */
function checkFields(pattern: Tree, view: Verb['view'], key: string, report: Report): void {
  if (pattern.sort !== 'map' || Object.hasOwn(view, '*')) return;
  for (const entry of pattern.entries) {
    if (entry.key.startsWith('$') || Object.hasOwn(view, entry.key)) continue;
    const meant = didYouMean(entry.key, Object.keys(view));
    const hint = meant === undefined ? `it has ${Object.keys(view).join(', ')}` : `did you mean '${meant}'?`;
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
