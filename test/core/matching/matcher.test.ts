import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asCaseless, asUnordered, type Json } from '../../../runner/core/base/json.ts';
import { numberFrom } from '../../../runner/core/base/numbers.ts';
import { held, match, nearest } from '../../../runner/core/matching/matcher.ts';
import type { Evidence } from '../../../runner/core/model/run-result.ts';

/** A number that a double cannot hold: 2^53 + 1. */
const BIG = '9007199254740993';

function exact(text: string): Json {
  return numberFrom(text) as Json;
}

describe('match', () => {
  it.each<{ pattern: Json; actual: Json; holds: boolean; because: string }>([
    { pattern: { a: 1 }, actual: { a: 1, b: 2 }, holds: true, because: 'maps match in part' },
    { pattern: {}, actual: { a: 1 }, holds: true, because: 'an empty map asks for a map' },
    { pattern: {}, actual: 'a', holds: false, because: 'text is no map' },
    { pattern: [1, 2], actual: [1, 2], holds: true, because: 'lists match element by element' },
    { pattern: [1], actual: [1, 2], holds: false, because: 'lists match as a whole' },
    { pattern: [], actual: [], holds: true, because: 'empty is empty' },
    { pattern: [1], actual: 1, holds: false, because: 'a number is no list' },
    { pattern: [{ $above: 1 }], actual: [2], holds: true, because: 'operators stand in lists too' },
    { pattern: [2, 1], actual: asUnordered([1, 2]), holds: true, because: 'sets have no order' },
    { pattern: [2, 3], actual: asUnordered([1, 2]), holds: false, because: 'sets hold the same things' },
    { pattern: ['a', 'a'], actual: asUnordered(['a', 'b']), holds: false, because: 'an element counts once' },
    {
      pattern: [{ $startsWith: 'a' }, { $startsWith: 'a' }],
      actual: asUnordered(['a', 'b']),
      holds: false,
      because: 'equal patterns need an element each',
    },
    {
      pattern: [{ $startsWith: 'a' }, 'ab'],
      actual: asUnordered(['ab', 'ac']),
      holds: true,
      because: 'a narrower pattern gets the element that it alone can have',
    },
    { pattern: { $includes: ['a', 'a'] }, actual: ['a', 'b'], holds: false, because: 'each needs its own' },
    {
      pattern: { $includes: ['a', 'a'] },
      actual: ['a', 'b', 'a'],
      holds: true,
      because: 'it is there twice',
    },
    {
      pattern: { $includes: [{ $above: 1 }, 2] },
      actual: [2, 3],
      holds: true,
      because: 'the wider pattern takes what is left',
    },
    { pattern: '2', actual: 2, holds: false, because: 'scalars match by type' },
    { pattern: 12.5, actual: exact('12.50'), holds: true, because: 'numbers match by value' },
    { pattern: exact(BIG), actual: exact(BIG), holds: true, because: 'exact numbers match by value' },
    { pattern: exact(BIG), actual: exact(`${BIG}.0`), holds: true, because: 'whatever their spelling' },
    { pattern: Number(BIG), actual: exact(BIG), holds: false, because: 'a double near it is not it' },
    { pattern: BIG, actual: exact(BIG), holds: true, because: 'its digits in quotes name an exact number' },
    { pattern: '9007199254740992', actual: exact(BIG), holds: false, because: 'other digits do not' },
    { pattern: '12', actual: 12, holds: false, because: 'digits in quotes name no other number' },
    { pattern: 'a', actual: exact(BIG), holds: false, because: 'other text neither' },
    { pattern: exact(BIG), actual: BIG, holds: false, because: 'text is not a number' },
    { pattern: { $above: Number(BIG) }, actual: exact(BIG), holds: true, because: 'bounds are exact' },
    {
      pattern: { $atMost: exact(BIG) },
      actual: exact(`${BIG}.5`),
      holds: false,
      because: 'to the last digit',
    },
    { pattern: { $above: 1 }, actual: exact('1e400'), holds: true, because: 'beyond any double too' },
    { pattern: { $type: 'number' }, actual: exact(BIG), holds: true, because: 'it is a number' },
    { pattern: { $count: 1 }, actual: exact(BIG), holds: false, because: 'a number has no length' },
    { pattern: {}, actual: exact(BIG), holds: false, because: 'a number is no map' },
    { pattern: 'A', actual: 'a', holds: false, because: 'text matches by case' },
    { pattern: null, actual: null, holds: true, because: 'null is null' },
    { pattern: false, actual: null, holds: false, because: 'null is not false' },
    {
      pattern: { 'Content-Type': 'x' },
      actual: asCaseless({ 'content-type': 'x' }),
      holds: true,
      because: 'headers have no case',
    },
    {
      pattern: { other: 'x' },
      actual: asCaseless({ 'content-type': 'x' }),
      holds: false,
      because: 'another header',
    },
    { pattern: { $above: 3 }, actual: 4, holds: true, because: 'above' },
    { pattern: { $above: 3 }, actual: 3, holds: false, because: 'not above itself' },
    { pattern: { $atLeast: 3, $atMost: 5 }, actual: 3, holds: true, because: 'both bounds' },
    {
      pattern: { $atLeast: 1, $atMost: 5 },
      actual: 99,
      holds: false,
      because: 'every operator of a map applies',
    },
    { pattern: { $below: 3 }, actual: '2', holds: false, because: 'text is not compared with a number' },
    { pattern: { $below: '800ms' }, actual: '210ms', holds: true, because: 'durations compare' },
    { pattern: { $below: '1s' }, actual: '1200ms', holds: false, because: 'in milliseconds' },
    { pattern: { $below: '800ms' }, actual: 210, holds: false, because: 'a number is not a duration' },
    { pattern: { $below: 800 }, actual: '210ms', holds: false, because: 'a duration is not a number' },
    {
      pattern: { $after: '2026-01-01T00:00:00Z' },
      actual: '2026-01-01T01:30:00+01:00',
      holds: true,
      because: 'instants compare',
    },
    {
      pattern: { $before: '2026-01-01T00:00:00Z' },
      actual: '2026-01-01T01:30:00+01:00',
      holds: false,
      because: 'zones count',
    },
    {
      pattern: { $after: '2026-01-01T00:00:00Z' },
      actual: '2026-01-01',
      holds: false,
      because: 'no zone, no time',
    },
    {
      pattern: { $after: '2026-01-01T00:00:00Z' },
      actual: '2026-13-01T00:00:00Z',
      holds: false,
      because: 'no such month',
    },
    {
      pattern: { $oneOf: ['a', { $startsWith: 'b' }] },
      actual: 'bc',
      holds: true,
      because: 'one of them fits',
    },
    { pattern: { $oneOf: ['a'] }, actual: 'b', holds: false, because: 'none fits' },
    { pattern: { $not: 'a' }, actual: 'b', holds: true, because: 'it is another' },
    { pattern: { $not: { $above: 3 } }, actual: 4, holds: false, because: 'it is so' },
    { pattern: { $matches: '^ord_[0-9]+$' }, actual: 'ord_12', holds: true, because: 'the pattern is found' },
    { pattern: { $matches: 'rd_' }, actual: 'ord_12', holds: true, because: 'anywhere' },
    { pattern: { $matches: 'x' }, actual: 12, holds: false, because: 'a number is no text' },
    { pattern: { $startsWith: 'ab' }, actual: 'abc', holds: true, because: 'it begins so' },
    { pattern: { $endsWith: 'bc' }, actual: 'abc', holds: true, because: 'it ends so' },
    { pattern: { $contains: 'x' }, actual: 'abc', holds: false, because: 'it is not in there' },
    {
      pattern: { $includes: { id: 1 } },
      actual: [{ id: 2 }, { id: 1, x: 0 }],
      holds: true,
      because: 'an element fits',
    },
    { pattern: { $includes: ['a', 'b'] }, actual: ['b', 'c', 'a'], holds: true, because: 'each is there' },
    { pattern: { $includes: ['a', 'z'] }, actual: ['a'], holds: false, because: 'one is not' },
    { pattern: { $includes: 'a' }, actual: 'abc', holds: false, because: '$contains is for text' },
    { pattern: { $every: { $above: 0 } }, actual: [1, 2], holds: true, because: 'all fit' },
    { pattern: { $every: { $above: 1 } }, actual: [1, 2], holds: false, because: 'one does not' },
    { pattern: { $every: { $above: 1 } }, actual: [], holds: false, because: 'an empty list proves nothing' },
    { pattern: { $every: 1 }, actual: 1, holds: false, because: 'it is no list' },
    { pattern: { $count: 2 }, actual: [1, 2], holds: true, because: 'two elements' },
    { pattern: { $count: { $atLeast: 2 } }, actual: { a: 1 }, holds: false, because: 'one field' },
    { pattern: { $count: 3 }, actual: 'abc', holds: true, because: 'three characters' },
    { pattern: { $count: 1 }, actual: 7, holds: false, because: 'a number has no length' },
    { pattern: { $exists: true }, actual: null, holds: true, because: 'null is there' },
    { pattern: { $exists: false }, actual: 1, holds: false, because: 'it is there' },
    { pattern: { $type: 'list' }, actual: [], holds: true, because: 'a list' },
    { pattern: { $type: null }, actual: null, holds: true, because: 'null names its own type' },
    { pattern: { $type: 'map' }, actual: true, holds: false, because: 'a boolean' },
    { pattern: { $exactly: { a: 1 } }, actual: { a: 1 }, holds: true, because: 'no other field' },
    { pattern: { $exactly: { a: 1 } }, actual: { a: 1, b: 2 }, holds: false, because: 'one field too many' },
    { pattern: { $exactly: { a: 1 } }, actual: 3, holds: false, because: 'no map at all' },
    { pattern: { $literal: { $above: 3 } }, actual: { $above: 3 }, holds: true, because: 'it is data' },
    {
      pattern: { $literal: [{ $above: 3 }] },
      actual: [4],
      holds: false,
      because: 'no word in it is an operator',
    },
    { pattern: { $literal: {} }, actual: {}, holds: true, because: 'an empty map' },
    { pattern: { $literal: { a: 1 } }, actual: 1, holds: false, because: 'it is no map' },
  ])('$because: $pattern against $actual is $holds', ({ pattern, actual, holds }) => {
    const checks = match(pattern, actual);

    expect(held(checks)).toBe(holds);
  });

  it.each<Json>([
    1,
    'a',
    null,
    [1],
    { a: 1 },
    { $not: 1 },
    { $above: 1 },
    { $exists: true },
    { $oneOf: [null] },
    { $every: 1 },
  ])('what is missing does not match %j', (wanted) => {
    const checks = match({ field: wanted }, { other: 1 });

    expect(held(checks)).toBe(false);
    expect(checks[0]).toMatchObject({ path: expect.stringMatching(/^field/), missing: true, actual: null });
  });

  it('what is missing matches $exists: false alone', () => {
    expect(held(match({ field: { $exists: false } }, {}))).toBe(true);
  });

  it('a literal that is missing does not match', () => {
    expect(held(match({ a: { $literal: { b: 1 } } }, { a: {} }))).toBe(false);
  });

  it('lists a few of the fields that were there in place of a missing one', () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`f${n}`, n]));

    const [few] = match({ staus: 1 }, { status: 1 });
    const [lots] = match({ x: 1 }, many);
    const [none] = match({ x: 1 }, {});

    expect(few?.note).toBe('there are: status');
    expect(lots?.note).toMatch(/f7, …$/);
    expect(none?.note).toBeUndefined();
  });

  it('names each path with its index', () => {
    const checks = match(
      { items: [{ sku: 'A' }], n: { $every: { x: 1 } } },
      { items: [{ sku: 'B' }], n: [{ x: 2 }] },
    );

    expect(checks.map(({ path }) => path)).toEqual(['items[0].sku', 'n[0].x']);
  });

  it('says both lengths of lists that differ in length, and both types of values that differ in type', () => {
    const [lengths] = match([1], [1, 2]);
    const [types] = match({ a: { b: 1 } }, { a: 'text' });

    expect(lengths?.note).toContain('1 expected, 2 there');
    expect(types?.note).toBe('map was expected, and it is text');
  });

  it('fits every JSON value against itself as a literal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(held(match({ $literal: value as Json }, value as Json))).toBe(true);
      }),
    );
  });

  it('never throws, whatever the evidence', () => {
    const patterns: Json[] = [
      { $above: 1 },
      { $includes: 1 },
      { $count: 1 },
      { $matches: 'a' },
      { $exactly: { a: 1 } },
      [1],
      { a: { b: 1 } },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...patterns), fc.jsonValue(), (pattern, value) => {
        expect(match(pattern, value as Json).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('nearest', () => {
  it('puts the candidate with the fewest lost checks first', () => {
    const evidence = (id: string, data: Json): Evidence => ({ kind: 'event', id, takenAtMs: 0, data });

    const order = nearest({ a: 1, b: 2 }, [
      evidence('far', { a: 0, b: 0 }),
      evidence('near', { a: 1, b: 0 }),
    ]);

    expect(order.map((one) => one.evidence.id)).toEqual(['near', 'far']);
  });
});

describe('the notes of a comparison', () => {
  const noteOf = (pattern: Json, actual: Json): string | undefined => match(pattern, actual)[0]?.note;

  it('lists the fields next to the missing one, not those above', () => {
    expect(noteOf({ a: { b: { c: 1 } } }, { a: { b: { d: 1, e: 2 } }, z: 1 })).toBe('there are: d, e');
    expect(noteOf({ a: { b: 1 } }, { a: {}, z: 1 })).toBeUndefined();
  });

  it.each([
    { fields: 8, note: 'there are: f0, f1, f2, f3, f4, f5, f6, f7' },
    { fields: 9, note: 'there are: f0, f1, f2, f3, f4, f5, f6, f7, …' },
  ])('lists $fields of them', ({ fields, note }) => {
    const actual = Object.fromEntries(Array.from({ length: fields }, (_, n) => [`f${n}`, n]));

    expect(noteOf({ other: 1 }, actual)).toBe(note);
  });

  it.each<{ pattern: Json; actual: Json; note: string }>([
    { pattern: 1, actual: '1', note: 'number was expected, and it is text' },
    { pattern: 'a', actual: null, note: 'text was expected, and it is null' },
    { pattern: { a: 1 }, actual: [1], note: 'map was expected, and it is list' },
    { pattern: [1], actual: true, note: 'list was expected, and it is boolean' },
    { pattern: { $below: '1s' }, actual: 'soon', note: 'it is not a duration' },
    { pattern: { $below: 1 }, actual: '1s', note: 'a duration is compared with a duration, such as 800ms' },
    {
      pattern: { $after: '2026-01-01T00:00:00Z' },
      actual: '2026-13-40T00:00:00Z',
      note: 'it is not a time with a zone',
    },
  ])('names the types: $note', ({ pattern, actual, note }) => {
    expect(match(pattern, actual)[0]).toMatchObject({ ok: false, note });
  });

  it('has no note where types agree', () => {
    expect(match(1, 2)[0]).toEqual({ path: '', operator: 'equals', expected: 1, actual: 2, ok: false });
    expect(match('Mu\u0308ller', 'M\u00FCller')[0]).toMatchObject({
      ok: false,
      note: expect.stringContaining('NFC'),
    });
  });
});

describe('a map without regard to case', () => {
  it('is one that says so, and no other', () => {
    expect(held(match({ Status: 'x' }, { status: 'x' }))).toBe(false);
    expect(held(match({ Status: 'x' }, asCaseless({ status: 'x' })))).toBe(true);
    expect(held(match({ status: 'x' }, asCaseless({ 'x-status': 'x' })))).toBe(false);
  });
});

describe('every comparison', () => {
  it.each<{ pattern: Json; actual: Json }>([
    { pattern: [], actual: [] },
    { pattern: {}, actual: { a: 1 } },
    { pattern: { $literal: {} }, actual: { a: 1 } },
    { pattern: { $exactly: {} }, actual: {} },
  ])('is found, even one of nothing: $pattern', ({ pattern, actual }) => {
    expect(match(pattern, actual).map((check) => check.ok)).toEqual([true]);
  });

  it.each<{ pattern: Json; actual: Json; holds: boolean }>([
    { pattern: { $above: 3 }, actual: 3, holds: false },
    { pattern: { $atLeast: 3 }, actual: 3, holds: true },
    { pattern: { $below: 3 }, actual: 3, holds: false },
    { pattern: { $atMost: 3 }, actual: 3, holds: true },
    { pattern: { $below: '1s' }, actual: '1000ms', holds: false },
    { pattern: { $atMost: '1s' }, actual: '1000ms', holds: true },
    { pattern: { $after: '2026-01-01T00:00:00Z' }, actual: '2026-01-01T01:00:00+01:00', holds: false },
    { pattern: { $before: '2026-01-01T00:00:00Z' }, actual: '2026-01-01T01:00:00+01:00', holds: false },
  ])('is exact at its bound: $pattern of $actual is $holds', ({ pattern, actual, holds }) => {
    expect(held(match(pattern, actual))).toBe(holds);
  });
});
