import { isJsonList, isJsonMap, type Json } from '../base/json.ts';

/** A place in JSON where two values differ: a scalar, or a value of another type, or one that only one of them has. */
export interface Difference {
  readonly keys: readonly (string | number)[];
  readonly before: Json | undefined;
  readonly now: Json | undefined;
}

/** Values below this many keys are compared as a whole. */
const DEEPEST = 100;

/** Places where two JSON values differ, in their order. */
export function* differencesOf(before: Json | undefined, now: Json | undefined): Generator<Difference, void> {
  const open: Difference[] = [{ keys: [], before, now }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { keys } = next;
    const [one, other] = [childrenOf(next.before), childrenOf(next.now)];
    if (one === undefined || other === undefined || one.isList !== other.isList || keys.length === DEEPEST) {
      if (JSON.stringify(next.before) !== JSON.stringify(next.now)) yield next;
      continue;
    }
    const all = [...new Set([...one.members.keys(), ...other.members.keys()])];
    for (const key of all.toReversed())
      open.push({ keys: [...keys, key], before: one.members.get(key), now: other.members.get(key) });
  }
}

/** The value at a place; undefined if there is none. */
export function valueAt(value: Json | undefined, keys: readonly (string | number)[]): Json | undefined {
  return keys.reduce<Json | undefined>(memberAt, value);
}

function memberAt(value: Json | undefined, key: string | number): Json | undefined {
  if (value !== undefined && isJsonList(value)) return typeof key === 'number' ? value[key] : undefined;
  return isJsonMap(value) && typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A place as checks name it: `detail.items[0].sku`. */
export function pathOf(keys: readonly (string | number)[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

interface Children {
  readonly isList: boolean;
  readonly members: ReadonlyMap<string | number, Json>;
}

function childrenOf(value: Json | undefined): Children | undefined {
  if (value !== undefined && isJsonList(value)) return { isList: true, members: new Map(value.entries()) };
  return isJsonMap(value) ? { isList: false, members: new Map(Object.entries(value)) } : undefined;
}
