import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSameJson } from '../../../runner/core/base/json.ts';
import { sampleSize } from '../../support/effort.ts';

interface Pair {
  readonly title: string;
  readonly one: unknown;
  readonly other: unknown;
}

describe('two JSON values', () => {
  const shared = { a: [1] };

  it.each<Pair>([
    { title: 'equal texts', one: 'a', other: 'a' },
    { title: 'nothing and nothing', one: null, other: null },
    { title: 'one object', one: shared, other: shared },
    { title: 'keys in another order', one: { a: 1, b: [2] }, other: { b: [2], a: 1 } },
    { title: 'a key that one has without a value', one: { a: 1, b: undefined }, other: { a: 1 } },
    { title: 'a key that the other has without a value', one: { a: 1 }, other: { a: 1, b: undefined } },
  ])('are the same: $title', ({ one, other }) => {
    expect(isSameJson(one, other)).toBe(true);
  });

  it.each<Pair>([
    { title: 'different texts', one: 'a', other: 'b' },
    { title: 'a text and a number', one: '1', other: 1 },
    { title: 'nothing and a map', one: null, other: {} },
    { title: 'a map and nothing', one: {}, other: null },
    { title: 'a list and a map', one: [], other: {} },
    { title: 'a map and a list', one: { 0: 1 }, other: [1] },
    { title: 'lists in another order', one: [1, 2], other: [2, 1] },
    { title: 'a list and a longer one', one: [1], other: [1, 2] },
    { title: 'a list and a shorter one', one: [1, 2], other: [1] },
    { title: 'a map and one with another key', one: { a: 1 }, other: { a: 1, b: null } },
    { title: 'two numbers beyond a double', one: JSON.rawJSON('1e999'), other: JSON.rawJSON('1e998') },
    { title: 'maps that differ within', one: { a: { b: 1 } }, other: { a: { b: 2 } } },
    { title: 'a map with a name of every object, and one without', one: {}, other: { toString: 1 } },
  ])('differ: $title', ({ one, other }) => {
    expect(isSameJson(one, other)).toBe(false);
  });

  it('are the same exactly if their texts with sorted keys are', () => {
    const value = fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.parse(JSON.stringify(json)) as unknown);

    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(isSameJson(one, other)).toBe(textOf(one) === textOf(other));
        expect(isSameJson(one, structuredClone(one))).toBe(true);
      }),
      { numRuns: sampleSize({ small: 200, full: 5_000 }) },
    );
  });
});

function textOf(value: unknown): string {
  const isMap = (one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one);
  const sorted = (_: string, one: unknown): unknown =>
    isMap(one)
      ? Object.fromEntries(Object.entries(one as object).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one;
  return JSON.stringify(value, sorted);
}
