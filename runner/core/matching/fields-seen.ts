import { isJsonList, isJsonMap, type Json } from '../base/json.ts';
import { parsePath } from '../expression/template.ts';
import type { Step } from '../model/canary.ts';

type Check = Pick<Exclude<Step, { readonly mode: 'act' }>, 'has' | 'where' | 'save'>;

/**
 * The top-level fields of the evidence that a check reads; by them a noun decides if its source can provide them. `all` if the check takes
 * or measures the whole (`save: { order: item }`, `$exactly`, `$count`).
 */
export function fieldsSeen({ has, where, save }: Check): readonly string[] | 'all' {
  const fields = new Set<string>([
    ...patternFields(has),
    ...patternFields(where),
    ...Object.values(save).map((path) => String(parsePath(path)[1] ?? WHOLE)),
  ]);
  return fields.has(WHOLE) ? 'all' : [...fields];
}

/** Stands for the whole evidence; no field can have this name, since operators begin with `$`. */
const WHOLE = '$whole';

/** Operators on a map as a whole. */
const MEASURES: ReadonlySet<string> = new Set(['$exactly', '$count']);

function patternFields(pattern: Json | undefined): readonly string[] {
  if (isJsonList(pattern)) return pattern.flatMap(patternFields);
  if (!isJsonMap(pattern)) return [];
  return Object.entries(pattern).flatMap(([key, inside]) => {
    if (!key.startsWith('$')) return [key];
    if (MEASURES.has(key)) return [WHOLE];
    return key === '$literal' ? Object.keys(inside as object) : patternFields(inside);
  });
}
