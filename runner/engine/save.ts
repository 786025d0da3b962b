import type { Step } from '../core/canary.ts';
import type { Json } from '../core/json.ts';
import { parsePath, valueAt } from '../core/template.ts';

/** The values that a step saves, or the sentence that says which path was missing. */
export function saveFrom(
  { save }: Step,
  root: string,
  data: Json,
): { readonly saved: Readonly<Record<string, Json>> } | { readonly missing: string } {
  const saved: Record<string, Json> = {};
  for (const [name, path] of Object.entries(save)) {
    const value = valueAt({ [root]: data }, parsePath(path));
    if (value === undefined) return { missing: `${path} is missing, so '${name}' could not be saved` };
    saved[name] = value;
  }
  return { saved };
}
