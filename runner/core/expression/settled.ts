import type { Json, JsonMap } from '../base/json.ts';
import { scalarText } from '../base/numbers.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { Environment } from '../model/project.ts';
import { isGenerator } from './generators.ts';
import { fill, type Reference, valueAt } from './template.ts';

/** A text with the values known before a run filled in; the rest stays. */
export function settled(
  text: string,
  { name, region }: Pick<Environment, 'name' | 'region'>,
  vars: JsonMap,
): string {
  const known = new Map<string, Json>([['env', { name, ...omitUndefined({ region }) }]]);
  const valueOf = (mention: Reference): Json => {
    const whole = mention.external === undefined ? wholeOf(mention.name) : undefined;
    const found = whole === undefined || isGenerator(whole) ? undefined : valueAt(whole, mention.path);
    return scalarText(found) ?? mention.text;
  };
  const wholeOf = (one: string): Json | undefined => {
    if (!known.has(one) && Object.hasOwn(vars, one)) known.set(one, fill(vars[one] as Json, valueOf)); // each once
    return known.get(one);
  };
  return String(fill(text, valueOf));
}
