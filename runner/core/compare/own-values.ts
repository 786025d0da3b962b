import type { Json } from '../base/json.ts';
import { checkName, checksByName } from './checks-by-name.ts';
import type { StepPair } from './step-pairs.ts';

/** Own values that are searched for in texts, the first ones. */
const MOST_SEARCHED = 300;

/** Shortest own value that is searched for in a longer text. */
const SHORTEST_IN_TEXT = 3;

/** Values that belong to one run each: generated, or chosen by the system and accepted by the canary in both runs. */
export class OwnValues {
  readonly #pairs: ReadonlySet<string>;
  readonly #texts: readonly { readonly before: string; readonly now: string }[];

  constructor(pairs: readonly StepPair[]) {
    const all = pairs.flatMap(ownPairs).filter(({ before, now }) => isScalar(before) && isScalar(now));
    const differing = all.filter(({ before, now }) => keyOf(before, now) !== keyOf(now, before));
    this.#pairs = new Set(differing.map(({ before, now }) => keyOf(before, now)));
    this.#texts = differing
      .flatMap(({ before, now }) => (isSearched(before) && isSearched(now) ? [{ before, now }] : []))
      .slice(0, MOST_SEARCHED);
  }

  /** True if one value is for the pass what the other is for the run. */
  has(before: Json, now: Json): boolean {
    return this.#pairs.has(keyOf(before, now));
  }

  /** Texts in which own values have a common name. */
  unnamed(before: string, now: string): { readonly before: string; readonly now: string } {
    const texts = { before, now };
    for (const own of this.#texts) {
      texts.before = texts.before.replaceAll(own.before, '<own>');
      texts.now = texts.now.replaceAll(own.now, '<own>');
    }
    return texts;
  }
}

function ownPairs({ before, now }: StepPair): readonly { readonly before: Json; readonly now: Json }[] {
  if (before === undefined || now === undefined) return [];
  const oldChecks = checksByName(before.checks);
  const checks = now.checks.flatMap((check) => {
    const old = oldChecks.get(checkName(check));
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
