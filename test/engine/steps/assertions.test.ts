import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import type { Check, Evidence } from '../../../runner/core/model/run-result.ts';
import {
  assess,
  checksOf,
  differencesOf,
  type Expectation,
  seenChecks,
  uncompared,
} from '../../../runner/engine/steps/assertions.ts';
import { expectStep, neverStep } from '../../support/run/builders.ts';

const thing = (id: string, data: Json, more: Partial<Evidence> = {}): Evidence => ({
  kind: 'thing',
  id,
  takenAtMs: 0,
  data,
  ...more,
});

const assessed = (selected: readonly Evidence[], asked: Partial<Expectation> = {}) =>
  assess({ selected, nearby: ['near'] }, { has: undefined, where: undefined, count: undefined, ...asked });

describe('a poll', () => {
  const fit = thing('fit', { n: 1 });
  const misfit = thing('misfit', { n: 2 });
  const final = thing('final', { n: 2 }, { final: true });
  const has = { n: 1 };
  const one = { atLeast: 1, atMost: 1 };

  it.each<{
    title: string;
    selected: readonly Evidence[];
    asked: Partial<Expectation>;
    holds: boolean;
    unrecoverable: boolean;
  }>([
    { title: 'nothing', selected: [], asked: {}, holds: false, unrecoverable: false },
    { title: 'anything will do', selected: [misfit], asked: {}, holds: true, unrecoverable: false },
    { title: 'one that fits', selected: [misfit, fit], asked: { has }, holds: true, unrecoverable: false },
    { title: 'none that fits', selected: [misfit], asked: { has }, holds: false, unrecoverable: false },
    {
      title: 'a final misfit, uncounted',
      selected: [final],
      asked: { has },
      holds: false,
      unrecoverable: false,
    },
    {
      title: 'a final misfit, counted',
      selected: [final, fit],
      asked: { has, count: { atLeast: 1 } },
      holds: false,
      unrecoverable: true,
    },
    {
      title: 'a misfit that may change',
      selected: [misfit, fit],
      asked: { has, count: { atLeast: 1 } },
      holds: false,
      unrecoverable: false,
    },
    {
      title: 'as many as may be',
      selected: [fit],
      asked: { has, count: one },
      holds: true,
      unrecoverable: false,
    },
    {
      title: 'one too many',
      selected: [fit, thing('b', { n: 1 })],
      asked: { has, count: one },
      holds: false,
      unrecoverable: true,
    },
    {
      title: 'too few',
      selected: [fit],
      asked: { count: { atLeast: 2 } },
      holds: false,
      unrecoverable: false,
    },
    {
      title: 'just enough',
      selected: [fit, misfit],
      asked: { count: { atLeast: 2 } },
      holds: true,
      unrecoverable: false,
    },
    {
      title: 'the same twice',
      selected: [fit, fit],
      asked: { count: one },
      holds: true,
      unrecoverable: false,
    },
    {
      title: 'what where leaves out',
      selected: [misfit],
      asked: { where: { n: 1 } },
      holds: false,
      unrecoverable: false,
    },
    {
      title: 'what where selects',
      selected: [misfit, fit],
      asked: { where: { n: 1 }, has, count: one },
      holds: true,
      unrecoverable: false,
    },
  ])(
    'at $title holds: $holds, is unrecoverable: $unrecoverable',
    ({ selected, asked, holds, unrecoverable }) => {
      expect(assessed(selected, asked)).toMatchObject({ holds, unrecoverable, nearby: ['near'] });
    },
  );

  it('at what is complete is unrecoverable once all of it is final and nothing fits', () => {
    const complete = (selected: readonly Evidence[]) =>
      assess({ selected, nearby: [], complete: true }, { has, where: undefined, count: undefined })
        .unrecoverable;

    expect([[], [final], [final, misfit], [final, fit]].map(complete)).toEqual([false, true, false, false]);
  });

  it('puts the nearest first, and takes the newest sight of a thing', () => {
    const pattern = { a: 1, b: 2, c: 3 };
    const { selected } = assessed(
      [
        thing('two off', { a: 1 }),
        thing('fits', { a: 1, b: 2, c: 3 }),
        thing('one off', {}),
        thing('one off', { a: 1, b: 2 }),
      ],
      { has: pattern },
    );

    expect(selected.map(({ evidence }) => evidence.id)).toEqual(['fits', 'one off', 'two off']);
    expect(selected.map(({ fits }) => fits)).toEqual([true, false, false]);
  });
});

describe('the comparisons that a report shows', () => {
  const has = { n: 1 };
  const some = [thing('a', { n: 1 }), thing('b', { n: 2 })];

  it.each([
    { count: undefined, selected: 0, expected: 1, ok: false },
    { count: undefined, selected: 2, expected: { $atLeast: 1 }, ok: true },
    { count: { atLeast: 2, atMost: 2 }, selected: 2, expected: 2, ok: true },
    { count: { atLeast: 1, atMost: 2 }, selected: 2, expected: { $atLeast: 1, $atMost: 2 }, ok: true },
    { count: { atLeast: 1, atMost: 1 }, selected: 2, expected: 1, ok: false },
    { count: { atLeast: 3 }, selected: 2, expected: { $atLeast: 3 }, ok: false },
  ])('count $selected under $count: $ok', ({ count, selected, expected, ok }) => {
    const step = expectStep('x', count === undefined ? {} : { count });

    const [first] = checksOf(assessed(some.slice(0, selected), { count }), step);

    expect(first).toEqual({
      path: '',
      operator: 'count',
      expected: count === undefined ? { $atLeast: 1 } : expected,
      actual: selected,
      ok,
    });
  });

  it('are those of the nearest that fits, or, where all must fit, of the nearest that does not', () => {
    const shown = (count: Expectation['count']) =>
      checksOf(assessed(some, { has, count }), expectStep('x', count === undefined ? {} : { count }))[1];

    expect(shown(undefined)).toMatchObject({ actual: 1, ok: true });
    expect(shown({ atLeast: 1 })).toMatchObject({ actual: 2, ok: false });
    expect(
      checksOf(
        assessed(some.slice(0, 1), { has, count: { atLeast: 1 } }),
        expectStep('x', { count: { atLeast: 1 } }),
      )[1],
    ).toMatchObject({ actual: 1, ok: true });
  });

  it('of a never say how many were seen, and that none should be', () => {
    const shown = (selected: readonly Evidence[]) => checksOf(assessed(selected), neverStep('x'));

    expect(shown(some)).toEqual([{ path: '', operator: 'never', expected: 0, actual: 2, ok: false }]);
    expect(shown([])).toEqual([{ path: '', operator: 'never', expected: 0, actual: 0, ok: true }]);
  });
});

describe('the differences of a thing, as the end of a sentence', () => {
  const check = (path: string, actual: Json, more: Partial<Check> = {}): Check => ({
    path,
    operator: 'equals',
    expected: 'x',
    actual,
    ok: false,
    ...more,
  });

  it.each([
    { checks: [check('n', 1, { ok: true })], says: '' },
    { checks: [check('n', 1, { ok: true }), check('detail.sku', '3')], says: ': detail.sku is "3"' },
    {
      checks: [check('', { n: 1 }), check('n', 1), check('m', 2)],
      says: ': it is {"n":1}, and 2 more',
    },
    { checks: [check('sku', null, { missing: true })], says: ': sku is missing' },
  ])('name the first and count the others: $says', ({ checks, says }) => {
    expect(differencesOf(checks)).toBe(says);
  });
});

describe('what was truncated', () => {
  const check = (path: string) => ({ path, operator: 'equals', expected: 1, actual: 1, ok: true });
  const truncated = { ...thing('x', {}), truncated: ['body'] };

  it.each([
    { path: 'body', refused: true },
    { path: 'body.a', refused: true },
    { path: 'body[0]', refused: true },
    { path: 'bodyguard', refused: false },
    { path: 'headers.body', refused: false },
    { path: 'status', refused: false },
  ])('is not judged: $path, $refused', ({ path, refused }) => {
    const judging = (): void => void seenChecks(truncated, [check('other'), check(path)]);

    if (refused) expect(judging).toThrow(expect.objectContaining({ blame: 'observer', permanent: true }));
    else expect(judging).not.toThrow();
  });

  it('is nothing where nothing was truncated', () => {
    expect(seenChecks(thing('x', {}), [check('body')])).toEqual([check('body')]);
  });

  it('is left out if another check fails, which decides alone', () => {
    const failed = { ...check('status'), ok: false };

    expect(seenChecks(truncated, [check('body'), failed, check('other')])).toEqual([failed, check('other')]);
  });

  it('is an error if the check that fails may be wrong itself', () => {
    const why = 'it is not JSON';
    const unread = { ...truncated, unread: [{ path: 'status', why, garbled: true as const }] };

    expect(() => seenChecks(unread, [check('body'), { ...check('status'), ok: false }])).toThrow('truncated');
  });
});

describe('what could not be compared', () => {
  const why = 'its body is not JSON';
  const text = thing('text', { body: 'x' }, { final: true, unread: [{ path: 'body', why }] });
  const elsewhere = thing(
    'far',
    { body: null },
    { final: true, unread: [{ path: 'body', why, absent: true }] },
  );
  const has = { body: { status: 'FAILED' } };
  const count = { atLeast: 1 };

  it('neither fits nor is passed over', () => {
    const { fitting, undecided, holds } = assessed([text], { has });

    expect({ fitting, holds }).toEqual({ fitting: [], holds: false });
    expect(undecided.map(({ evidence }) => evidence.id)).toEqual(['text']);
  });

  it('is a misfit for good where it was read as text, and none where it lies elsewhere', () => {
    expect(assessed([text], { has, count }).unrecoverable).toBe(true);
    expect(assessed([elsewhere], { has, count }).unrecoverable).toBe(false);
  });

  it('may be what `where` selects: it is not counted, and stays undecided unless `has` rules it out', () => {
    const where = { body: { status: 'FAILED' } };

    expect(assessed([text], { where })).toMatchObject({ selected: [], undecided: [{ fits: false }] });
    expect(assessed([text], { where, has }).undecided).toHaveLength(1);
    expect(assessed([text], { where, has: { body: 'y' } }).undecided).toEqual([]);
  });

  it('is reported with its number and its reason', () => {
    const { undecided } = assessed([text, elsewhere], { has });

    const message = neverStep('n', { kind: 'message' });
    const all = { ...message, correlate: false };

    expect(uncompared([], message, { name: 'message', selects: 'id' })).toBeUndefined();
    expect(uncompared(undecided, message, { name: 'message', selects: 'id' })?.message).toBe(
      `2 messages of this run could not be compared: ${why}.`,
    );
    for (const [step, selects] of [
      [all, 'id'],
      [message, 'address'],
    ] as const)
      expect(uncompared(undecided.slice(1), step, { name: 'message', selects })?.message).toBe(
        `1 message could not be compared: ${why}.`,
      );
  });
});
