import { isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { numberText } from '../../core/base/numbers.ts';
import { pathsAt } from '../../core/expression/each-path.ts';
import { type Reference, referencesIn, valueAt } from '../../core/expression/template.ts';
import type { Noun, Verb } from '../../kinds/kind.ts';
import type { Issue, Report } from '../yaml/diagnostics.ts';
import { entryOf, refuse } from '../yaml/reader.ts';
import { jsonOf, type MapTree, placeOf, type ScalarTree, type Tree } from '../yaml/tree.ts';

/** A number that becomes other text than was written: 1.10, 1e3, 0x1F. */
export interface RespelledNumber {
  readonly written: string;
  readonly becomes: string;
}

/** The spelling of a scalar, if it is a number that becomes other text. */
function respelt({ value, exact, written }: ScalarTree): RespelledNumber | undefined {
  if (written === undefined || typeof value !== 'number') return undefined;
  const becomes = numberText(exact ?? value);
  return becomes === written ? undefined : { written, becomes };
}

/** Like `respelt`, at a path of a value; of `$pick`, for any of its values. */
export function respeltAt(tree: Tree, path: readonly (string | number)[]): RespelledNumber | undefined {
  const picked = entryOf(tree, '$pick')?.value;
  if (picked?.sort === 'list')
    return picked.elements.map((one) => respeltAt(one, path)).find((one) => one !== undefined);
  const [key, ...rest] = path;
  if (key === undefined) return tree.sort === 'scalar' ? respelt(tree) : undefined;
  const { value } = placeOf(tree, [key]);
  return value === tree ? undefined : respeltAt(value, rest);
}

export interface Var {
  readonly value: Json | undefined;
  readonly tree: Tree | undefined;
}

/** Finds the number behind a mention, through vars that stand for others, if it becomes other text than was written. */
export function respeltBy(
  varsNamed: (name: string) => readonly Var[],
): (mention: Reference) => RespelledNumber | undefined {
  const through = ({ name, path }: Reference, above: readonly string[]): RespelledNumber | undefined => {
    if (above.includes(name)) return undefined;
    const found = varsNamed(name).map(({ value, tree }) => {
      const next = aloneIn(value);
      if (next !== undefined) return through({ ...next, path: [...next.path, ...path] }, [...above, name]);
      return tree === undefined ? undefined : respeltAt(tree, path);
    });
    return found.find((one) => one !== undefined);
  };
  const known = new Map<string, RespelledNumber | undefined>();
  return (mention) => {
    if (!known.has(mention.text)) known.set(mention.text, through(mention, []));
    return known.get(mention.text);
  };
}

function aloneIn(value: Json | undefined): Reference | undefined {
  const [mention] = typeof value === 'string' ? referencesIn(value) : [];
  return mention?.text === value ? mention : undefined;
}

/** The fault of a number that becomes other text. */
export function respeltFault(what: string, { written, becomes }: RespelledNumber): Issue {
  const message = `${what} becomes text here, and as text it would be ${becomes}`;
  return { rule: 'number', message, hint: `write it in quotes: "${written}"` };
}

/** Reports the numbers of a step that are sent as text and would change: in headers, query, form, attributes, dimensions. */
export function checkSpelling(
  step: MapTree,
  kind: Verb | Noun,
  keyOf: (property: string) => string,
  report: Report,
): void {
  for (const [property = '', ...below] of textMapsOf(kind)) {
    const whole = entryOf(step, keyOf(property))?.value;
    const maps = whole === undefined ? [] : pathsAt(jsonOf(whole), below).map((path) => mapAt(whole, path));
    for (const { value } of maps.flat()) {
      const found = respeltAt(value, []);
      if (found !== undefined) refuse(value, report, respeltFault(`the number ${found.written}`, found));
    }
  }
}

/** The mentions that stand alone in a step's input, at a place that is sent as text. */
export function sentAsText(input: JsonMap, kind: Verb | Noun): readonly string[] {
  const paths = textMapsOf(kind).flatMap((path) => pathsAt(input, path));
  return paths.flatMap((path) => {
    const map = valueAt(input, path) ?? null;
    const values = isJsonMap(map) ? Object.values(map) : [];
    return values.flatMap((value) => aloneIn(value)?.text ?? []);
  });
}

/** The entries of the map at a path; none if there is another value, or none. */
function mapAt(whole: Tree, path: readonly (string | number)[]): MapTree['entries'] {
  let map: Tree | undefined = whole;
  for (const part of path)
    map = map?.sort === 'list' ? map.elements[Number(part)] : map && entryOf(map, String(part))?.value;
  return map?.sort === 'map' ? map.entries : [];
}

/** The paths of maps of text and numbers in the input of a kind, also in lists: all of each is sent as text. */
function textMapsOf({ input }: Verb | Noun): readonly (readonly string[])[] {
  return Object.entries(input.properties).flatMap(([property, schema]) => {
    if (isTextMap(schema)) return [[property]];
    const { items = {} } = schema as { readonly items?: { readonly properties?: object } };
    const members = Object.entries(items.properties ?? {}).filter(([, member]) => isTextMap(member));
    return members.map(([name]) => [property, '*', name]);
  });
}

function isTextMap(schema: unknown): boolean {
  const { additionalProperties: members } = schema as { readonly additionalProperties?: { type?: unknown } };
  return Array.isArray(members?.type) && members.type.includes('string');
}
