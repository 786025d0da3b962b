import { shortValue, truncateText } from '../base/format.ts';
import type { Json } from '../base/json.ts';

/** Characters of a value, as text or JSON. */
const LONGEST_VALUE = 200;
/** Characters of two long texts before the place where they differ. */
const CONTEXT = 40;

/** Two values to be read side by side. Long texts begin a little before the place where they differ, other long values become text. */
export function excerptsOf(
  before: Json | undefined,
  now: Json | undefined,
): { readonly before: Json | undefined; readonly now: Json | undefined } {
  if (typeof before !== 'string' || typeof now !== 'string') {
    const [one, other] = [short(before), short(now)];
    const isSame = one !== undefined && JSON.stringify(one) === JSON.stringify(other);
    return isSame ? excerptsOf(JSON.stringify(before), JSON.stringify(now)) : { before: one, now: other };
  }
  const from = firstDifference(before, now) - CONTEXT;
  const isShort = Math.max(before.length, now.length) <= LONGEST_VALUE;
  return isShort || from <= 0
    ? { before: truncateText(before, LONGEST_VALUE), now: truncateText(now, LONGEST_VALUE) }
    : { before: textFrom(before, from), now: textFrom(now, from) };
}

function short(value: Json | undefined): Json | undefined {
  return value === undefined ? undefined : shortValue(value, LONGEST_VALUE);
}

function textFrom(text: string, from: number): string {
  return truncateText(`…${text.slice(from)}`.toWellFormed(), LONGEST_VALUE);
}

function firstDifference(one: string, other: string): number {
  let place = 0;
  while (place < one.length && one[place] === other[place]) place += 1;
  return place;
}
