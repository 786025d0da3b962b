import { isJsonList, type Json } from '../base/json.ts';
import { valueAt } from './template.ts';

/** Stands in a path for each element of a list. */
const EACH = '*';

/** The paths in a value that a path with `*` stands for. A path without is returned as it is, if there is such a value or not. */
export function pathsAt(value: Json, path: readonly string[]): readonly (readonly (string | number)[])[] {
  const star = path.indexOf(EACH);
  if (star < 0) return [path];
  const list = valueAt(value, path.slice(0, star)) ?? null;
  const rest = path.slice(star + 1);
  return isJsonList(list)
    ? list.flatMap((element, index) =>
        pathsAt(element, rest).map((below) => [...path.slice(0, star), index, ...below]),
      )
    : [];
}
