import type { Json } from '../base/json.ts';
import type { StepPair } from './step-pairs.ts';

/** Shortest own value that is searched for in a longer text. */
const SHORTEST_IN_TEXT = 3;

/** Values that belong to one run each: generated, or chosen by the system and accepted by the canary in both runs. */
export class OwnValues {
  readonly #pairs: ReadonlyMap<string, { readonly before: Json; readonly now: Json }>;

  constructor(pairs: readonly StepPair[]) {
    const all = pairs.flatMap(ownPairs).filter(({ before, now }) => isScalar(before) && isScalar(now));
    const differing = all.filter(({ before, now }) => keyOf(before, now) !== keyOf(now, before));
    this.#pairs = new Map(differing.map((pair) => [keyOf(pair.before, pair.now), pair]));
  }

  /** True if one value is for the pass what the other is for the run. */
  has(before: Json, now: Json): boolean {
    return this.#pairs.has(keyOf(before, now));
  }

  /** Texts in which own values have a common name. */
  unnamed(before: string, now: string): { readonly before: string; readonly now: string } {
    const texts = { before, now };
    for (const own of this.#pairs.values()) {
      if (!isSearched(own.before) || !isSearched(own.now)) continue;
      texts.before = texts.before.replaceAll(own.before, '<own>');
      texts.now = texts.now.replaceAll(own.now, '<own>');
    }
    return texts;
  }
}

function ownPairs({ before, now }: StepPair): readonly { readonly before: Json; readonly now: Json }[] {
  if (before === undefined || now === undefined) return [];
  const checks = now.checks.flatMap((check) => {
    const old = before.checks.find(
      ({ path, operator }) => path === check.path && operator === check.operator,
    );
    if (old === undefined) return [];
    const accepted = old.ok && check.ok ? [{ before: old.actual, now: check.actual }] : [];
    return [{ before: old.expected, now: check.expected }, ...accepted];
  });
  const saved = Object.entries(now.saved).flatMap(([name, value]) => {
    const old = before.saved[name];
    return old === undefined ? [] : [{ before: old, now: value }];
  });
  return [...checks, ...saved];
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object';
}

function isSearched(value: Json): value is string {
  return typeof value === 'string' && value.length >= SHORTEST_IN_TEXT;
}

function keyOf(before: Json, now: Json): string {
  return JSON.stringify([before, now]);
}
