import type { JsonMap } from '../../core/base/json.ts';
import type { SourcePosition } from '../../core/model/canary.ts';
import type { Kinds, Noun, Verb } from '../../kinds/kind.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { entryOf } from '../yaml/reader.ts';
import { jsonOf, type MapTree } from '../yaml/tree.ts';

/** Context of a step, apart from its tree. */
export interface StepContext {
  readonly report: Report;
  readonly kinds: Kinds;
  readonly id: string;
  readonly position: SourcePosition;
}

/** The keys of a kind's own. */
export function ownKeys(kind: Verb | Noun): readonly string[] {
  return Object.keys(kind.input.properties);
}

/** The input of a kind, as the file has it. */
export function inputFrom(one: MapTree, kind: Verb | Noun, keyOf: (property: string) => string): JsonMap {
  const entries = ownKeys(kind).flatMap((property) => {
    const entry = entryOf(one, keyOf(property));
    return entry === undefined ? [] : [[property, jsonOf(entry.value)] as const];
  });
  return Object.fromEntries(entries);
}

/** The map with only some of its keys, at the position of the whole. */
export function only(one: MapTree, keys: readonly string[]): MapTree {
  return { ...one, entries: one.entries.filter(({ key }) => keys.includes(key)) };
}
