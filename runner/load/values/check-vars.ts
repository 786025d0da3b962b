import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { scalarText } from '../../core/base/numbers.ts';
import { type Reference, referencesIn, valueAt } from '../../core/expression/template.ts';
import type { Issue } from '../yaml/diagnostics.ts';
import { LONGEST_CHAIN, MOST_FILLED } from '../yaml/limits.ts';
import { groupsOf } from './cycles.ts';

/** A var that can have no value, or one too large, and the mention in it that causes this. */
export interface VarFault {
  readonly name: string;
  readonly mention: Reference;
  readonly fault: Issue;
}

/** Checks and sizes of all vars. */
export interface VarSizes {
  readonly faults: readonly VarFault[];
  /** Minimum size of a value with its names filled in, in characters. */
  sizeOf(value: Json): number;
}

/**
 * Visits each var once that some names lead to: finds those that refer to themselves, end too long a chain, or grow too large. A var that
 * needs a faulty one is not reported again. Names without a value are passed over.
 */
export function measureVars(vars: JsonMap, from: Iterable<string> = Object.keys(vars)): VarSizes {
  const mentions = new Map<string, readonly Reference[]>();
  const needs = (name: string): readonly string[] => {
    const found = mentions.get(name) ?? referencesIn(vars[name] as Json);
    mentions.set(name, found);
    return found.map((one) => one.name).filter((one) => Object.hasOwn(vars, one));
  };
  const order = Object.keys(vars);
  const sizes = new Map<string, number>();
  const lengths = new Map<string, number>(); // lengths of the longest chains to each name; none for a faulty one
  const sizeOf = sizing(vars, sizes);
  const visited = new Set([...from].filter((name) => Object.hasOwn(vars, name)));
  const faults = groupsOf(visited, needs).flatMap((group): readonly VarFault[] => {
    const names = group.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
    const [name = ''] = names;
    const back = mentions.get(name)?.find((one) => group.includes(one.name));
    const circle = back === undefined ? [] : [{ name, mention: back, fault: circleFault(names) }];
    const [mention] = mentions.get(name) ?? [];
    const inner = needs(name).map((one) => lengths.get(one) ?? Number.NaN);
    const length = 1 + inner.reduce((most, one) => Math.max(most, one), 0);
    if (circle.length > 0 || Number.isNaN(length)) return circle;
    const size = sizeOf(vars[name] as Json);
    const fault = length > LONGEST_CHAIN ? chainFault(name) : sizeFault(`'${name}'`, size);
    if (fault !== undefined && mention !== undefined) return [{ name, mention, fault }];
    lengths.set(name, length);
    sizes.set(name, size);
    return [];
  });
  return { faults, sizeOf };
}

/** The fault of a value of that many characters; undefined if it is small enough. */
export function sizeFault(what: string, size: number): Issue | undefined {
  if (size <= MOST_FILLED) return undefined;
  const message = `${what} grows to more than ${MOST_FILLED / 1024 / 1024} MiB when its names are filled in`;
  return { rule: 'size', message, hint: 'let names stand for less' };
}

function circleFault(names: readonly string[]): Issue {
  const [name = '', ...others] = names;
  if (others.length === 0)
    return { rule: 'cycle', message: `'${name}' is made of itself`, hint: 'give it a value' };
  const message = `${names.map((one) => `'${one}'`).join(' and ')} are made of each other, in a circle`;
  return { rule: 'cycle', message, hint: 'give one of them a value: that breaks the circle' };
}

function chainFault(name: string): Issue {
  return {
    rule: 'depth',
    message: `'${name}' stands for names that stand for names, more than ${LONGEST_CHAIN} in a row`,
    hint: 'give one of them a value',
  };
}

function sizing(vars: JsonMap, sizes: ReadonlyMap<string, number>): (value: Json) => number {
  const parts = new Map<string, number>(); // of a var, by the mention that names it
  const sizeOfMention = ({ name, path, text }: Reference): number => {
    const whole = sizes.get(name) ?? 0;
    if (whole === 0 || path.length === 0) return whole;
    const known = parts.get(text);
    if (known !== undefined) return known;
    const part = valueAt(vars[name] as Json, path);
    const size = part === undefined ? whole : sizeOf(part);
    parts.set(text, size);
    return size;
  };
  const sizeOf = (value: Json): number => {
    if (typeof value === 'string')
      return referencesIn(value).reduce(
        (sum, mention) => sum - mention.text.length + sizeOfMention(mention),
        value.length,
      );
    if (isJsonList(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one), value.length);
    if (!isJsonMap(value)) return (scalarText(value) ?? String(value)).length;
    return Object.entries(value).reduce((sum, [key, one]) => sum + key.length + sizeOf(one), 0);
  };
  return sizeOf;
}
