import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../runner/core/base/json.ts';
import { compareRuns, isSame } from '../../../runner/core/compare/compare-runs.ts';
import type { Comparison, OtherPasses } from '../../../runner/core/compare/comparison.ts';
import type { Check, Evidence, RunResult, StepResult } from '../../../runner/core/model/run-result.ts';
import { ANY_CHARACTER } from '../../support/characters.ts';
import { sampleSize } from '../../support/effort.ts';
import { resultOf, runIdOf, stepResultOf } from '../../support/run/builders.ts';

const AT_MS = 1_796_046_632_000; // 2026-11-30 13:50:32 UTC
const LATER_MS = AT_MS + 3_600_000;

const STEP = { stepId: 'a-step', step: 'A step', hop: 'the thing' };

function evidenceOf(data: Json, more: Partial<Evidence> = {}): readonly Evidence[] {
  return [{ kind: 'thing', id: 'e', takenAtMs: AT_MS, data, ...more }];
}

function passOf(...steps: readonly Partial<StepResult>[]): RunResult {
  return resultOf({ runId: runIdOf(1), startedAtMs: AT_MS, steps: steps.map(stepResultOf) });
}

function redOf(...steps: readonly Partial<StepResult>[]): RunResult {
  return resultOf({
    runId: runIdOf(2),
    startedAtMs: LATER_MS,
    verdict: 'failed',
    steps: steps.map((step) => stepResultOf({ verdict: 'failed', ...step })),
  });
}

function compareData(before: Json, now: Json, more: Partial<StepResult> = {}): Comparison {
  return compareRuns(redOf({ evidence: evidenceOf(now), ...more }), passOf({ evidence: evidenceOf(before) }));
}

function checkOf(path: string, more: Partial<Check> = {}): Check {
  return { path, operator: 'equals', expected: 1, actual: 1, ok: true, ...more };
}

describe('a field that is not as it was', () => {
  it.each<{
    readonly name: string;
    readonly before: Json;
    readonly now: Json;
    readonly fields: readonly Json[];
  }>([
    {
      name: 'has another value',
      before: { state: 'PLACED' },
      now: { state: 'REJECTED' },
      fields: [{ path: 'state', before: 'PLACED', now: 'REJECTED' }],
    },
    {
      name: 'has another type, though the value differs in each run',
      before: { at: AT_MS, id: 'ord_63114b3e' },
      now: { at: String(LATER_MS), id: null },
      fields: [
        { path: 'at', before: AT_MS, now: String(LATER_MS) },
        { path: 'id', before: 'ord_63114b3e', now: null },
      ],
    },
    {
      name: 'is missing, or is new',
      before: { items: [{ sku: 'A' }, { sku: 'B' }] },
      now: { items: [{ sku: 'A' }], error: { code: 'E' } },
      fields: [
        { path: 'items[1]', before: { sku: 'B' } },
        { path: 'error', now: { code: 'E' } },
      ],
    },
    {
      name: 'is a list instead of a map, or the whole of the evidence',
      before: { a: {} },
      now: { a: [] },
      fields: [{ path: 'a', before: {}, now: [] }],
    },
    {
      name: 'is the whole of the evidence',
      before: 'OK',
      now: 'Not found',
      fields: [{ path: '', before: 'OK', now: 'Not found' }],
    },
    {
      name: 'is a time that became empty',
      before: { at: '2026-11-30T13:50:32Z' },
      now: { at: '' },
      fields: [{ path: 'at', before: '2026-11-30T13:50:32Z', now: '' }],
    },
    {
      name: 'is too long to be shown: both begin shortly before their difference',
      before: { text: `${'a'.repeat(300)} fine ${'b'.repeat(300)}` },
      now: { text: `${'a'.repeat(300)} gone ${'b'.repeat(300)}` },
      fields: [
        {
          path: 'text',
          before: `…${'a'.repeat(39)} fine ${'b'.repeat(153)}…`,
          now: `…${'a'.repeat(39)} gone ${'b'.repeat(153)}…`,
        },
      ],
    },
    {
      name: 'differs at the beginning of a long text',
      before: { text: `x${'b'.repeat(300)}` },
      now: { text: 'y' },
      fields: [{ path: 'text', before: `x${'b'.repeat(198)}…`, now: 'y' }],
    },
  ])('$name', ({ before, now, fields }) => {
    expect(compareData(before, now).fields).toEqual(
      fields.map((field) => ({ ...STEP, ...(field as object) })),
    );
  });

  it('is compared as a whole below a hundred keys', () => {
    const deep = (leaf: Json): Json => Array.from({ length: 150 }).reduce<Json>((value) => [value], leaf);

    expect(compareData(deep(1), deep(2)).fields).toEqual([
      { ...STEP, path: `${'[0]'.repeat(66)}[…`, before: deepText(1), now: deepText(2) },
    ]);
    expect(compareData(deep(1), deep(1)).fields).toEqual([]);
  });
});

function deepText(leaf: number): Json {
  return Array.from({ length: 50 }).reduce<Json>((value) => [value], leaf);
}

describe('a field that differs in each run', () => {
  it.each<{ readonly name: string; readonly before: Json; readonly now: Json }>([
    {
      name: 'a UUID',
      before: '42dc5a35-4a77-4fa4-8f8b-de33cbe67411',
      now: '21455cb3-663d-4132-9224-63e41bf1433e',
    },
    { name: 'an id with a prefix', before: 'ord_63114b3e', now: 'ord_0a4f77de' },
    { name: 'a hash without digits', before: 'abcdefabcdefabcd', now: 'fedcbafedcbafedc' },
    { name: 'an id in a sentence', before: 'No order 63114b3e.', now: 'No order 0a4f77de.' },
    { name: 'a time of ISO 8601', before: '2026-11-30T13:50:32Z', now: '2026-11-30T14:50:32.265+01:00' },
    { name: 'a time of HTTP', before: 'Mon, 30 Nov 2026 13:50:32 GMT', now: 'Tue, 1 Dec 2026 03:00:01 GMT' },
    { name: 'an epoch time in seconds', before: AT_MS / 1_000, now: LATER_MS / 1_000 },
    { name: 'an epoch time in milliseconds', before: AT_MS + 1, now: LATER_MS + 2 },
    { name: 'a duration', before: '16ms', now: '1.5s' },
    { name: 'a duration in a sentence', before: 'Duration: 12.3 ms', now: 'Duration: 7 ms' },
    { name: 'a long number', before: 63_114_123, now: 63_114_124 },
  ])('is no difference: $name', ({ before, now }) => {
    expect(compareData({ field: before }, { field: now }).fields).toEqual([]);
  });

  it('is no difference if it is a header of a cache or of the transport', () => {
    expect(
      compareData({ headers: { ETag: 'a', age: '1' } }, { headers: { ETag: 'b', age: '2' } }).fields,
    ).toEqual([]);
  });

  it('is no difference if the canary expects another value each time', () => {
    const before = passOf(
      {
        evidence: evidenceOf({ qty: 2, note: 'for Ada' }),
        checks: [checkOf('qty', { expected: 2, actual: 2 })],
      },
      {
        stepId: 'b',
        name: 'B',
        evidence: evidenceOf({ qty: 2, note: 'for Ada, twice' }),
        saved: { who: 'Ada' },
      },
    );
    const now = redOf(
      {
        evidence: evidenceOf({ qty: 3, note: 'for Bob' }),
        checks: [checkOf('qty', { expected: 3, actual: 3 })],
      },
      {
        stepId: 'b',
        name: 'B',
        evidence: evidenceOf({ qty: 3, note: 'for Bob, twice' }),
        saved: { who: 'Bob', new: 1 },
      },
    );

    expect(compareRuns(now, before).fields).toEqual([]);
  });

  it('is no difference if the canary accepts both values', () => {
    const checked = (actual: string): Partial<StepResult> => ({
      evidence: evidenceOf({ name: actual, copy: actual }),
      checks: [checkOf('name', { operator: '$matches', expected: '.', actual })],
    });

    expect(compareRuns(redOf(checked('one')), passOf(checked('two'))).fields).toEqual([]);
  });

  it('is a difference if the value of another field took its place', () => {
    const checked = (a: string, b: string): Partial<StepResult> => ({
      evidence: evidenceOf({ a, b }),
      checks: [checkOf('a', { expected: a, actual: a })],
    });

    expect(compareRuns(redOf(checked('now', 'now')), passOf(checked('before', 'else'))).fields).toEqual([
      { ...STEP, path: 'b', before: 'else', now: 'now' },
    ]);
  });
});

describe('more passes', () => {
  const passes = (...all: readonly Json[]): OtherPasses => ({
    passes: all.map((data, index) =>
      resultOf({ runId: runIdOf(10 + index), steps: [stepResultOf({ evidence: evidenceOf(data) })] }),
    ),
  });
  const compare = (before: Json, now: Json, others: OtherPasses): Comparison =>
    compareRuns(redOf({ evidence: evidenceOf(now) }), passOf({ evidence: evidenceOf(before) }), others);

  it('show that a field varies: then it differs by its type only', () => {
    expect(compare({ n: 1 }, { n: 3 }, passes({ n: 2 })).fields).toEqual([]);
    expect(compare({ n: 1 }, { n: '3' }, passes({ n: 2 })).fields).toHaveLength(1);
    expect(compare({ n: 1 }, {}, passes({}, { n: 1 })).fields).toEqual([]);
  });

  it('have no value at a place where they have a list instead of a map, or a map instead of a list', () => {
    expect(compare({ a: { n: 1 } }, { a: { n: 'x' } }, passes({ a: [1] })).fields).toHaveLength(1);
    expect(compare({ a: [1] }, { a: ['x'] }, passes({ a: { 0: 1 } })).fields).toHaveLength(1);
  });

  it('show that a field was always the same, though it looks like an id', () => {
    const same = { id: 'eu-central-63114b3e' };

    expect(compare(same, { id: 'eu-central-0a4f77de' }, passes(same)).fields).toHaveLength(1);
    expect(compare(same, same, passes(same)).fields).toEqual([]);
  });

  it('show that a time was always the same, but for a day, which the runs of a day share', () => {
    const release = { at: '2026-11-01T08:00:00Z', wait: '30s', day: '2026-11-30' };
    const found = compare(
      release,
      { at: '2026-11-02T08:00:00Z', wait: '60s', day: '2026-12-01' },
      passes(release),
    );

    expect(found.fields.map(({ path }) => path)).toEqual(['at', 'wait']);
  });

  it('count no pass twice, and none whose evidence is not whole or whose step is another one', () => {
    const others = [
      passOf({ evidence: evidenceOf({ n: 5 }) }),
      passOf({ evidence: evidenceOf({ n: 6 }, { truncated: ['m'] }) }),
      passOf({ evidence: [] }),
      passOf({ kind: 'other', evidence: evidenceOf({ n: 7 }) }),
    ].map((one, index) => ({ ...one, runId: runIdOf(index === 0 ? 1 : 10 + index) }));

    expect(compare({ n: 1 }, { n: 3 }, { passes: others }).fields).toHaveLength(1);
  });
});

describe('large evidence', () => {
  const LENGTH = 20_000;

  /** A list that counts how often its elements are read. */
  function counted<Item>(list: readonly Item[], reads: { count: number }): readonly Item[] {
    return new Proxy(list, {
      get: (target, key) => {
        reads.count += 1;
        return Reflect.get(target, key) as unknown;
      },
    });
  }

  it.each<{ readonly name: string; readonly before: Json; readonly now: Json; readonly listed: number }>([
    { name: 'only usual values', before: '2026-11-30', now: '2026-12-01', listed: 0 },
    { name: 'many other values', before: 'one', now: 'two', listed: 40 },
  ])('is read a few times with $name, and is named as not compared in full', ({ before, now, listed }) => {
    const reads = { count: 0 };
    const steps = (value: Json): Partial<StepResult> => ({
      evidence: evidenceOf(
        counted(
          Array.from({ length: LENGTH }, () => value),
          reads,
        ),
      ),
    });
    const passes = [3, 4, 5].map((n) => ({ ...passOf(steps(before)), runId: runIdOf(n) }));
    const found = compareRuns(redOf(steps(now)), passOf(steps(before)), { passes });

    expect(reads.count).toBeLessThan(10 * LENGTH);
    expect(found.fields).toHaveLength(listed);
    expect(found.unread).toEqual(['A step']);
  });

  it('is compared in full if it differs in a few places only', () => {
    const list = (value: Json): Json => [...Array.from({ length: LENGTH }, () => 1), value];
    const found = compareData(list('a'), list('b'));

    expect(found.fields).toEqual([{ ...STEP, path: `[${LENGTH}]`, before: 'a', now: 'b' }]);
    expect(found.unread).toEqual([]);
  });

  it('has checks that are read a few times', () => {
    const reads = { count: 0 };
    const steps = (ok: boolean): Partial<StepResult> => ({
      evidence: evidenceOf({}),
      checks: counted(
        Array.from({ length: 2_000 }, (_, n) => checkOf(`f${n}`, { actual: ok ? 1 : 2, ok })),
        reads,
      ),
    });

    expect(compareRuns(redOf(steps(false)), passOf(steps(true))).omitted).toBe(1_960);
    expect(reads.count).toBeLessThan(100_000);
  });
});

describe('a failed check', () => {
  it('comes first, with both values, and once', () => {
    const before = passOf({
      evidence: evidenceOf({ a: 'x', qty: 1 }),
      checks: [checkOf('qty', { actual: 1 }), checkOf('gone', { actual: null, missing: true })],
    });
    const now = redOf({
      evidence: evidenceOf({ a: 'y', qty: '1' }),
      checks: [
        checkOf('qty', { actual: '1', ok: false }),
        checkOf('size', { actual: null, missing: true, ok: false }),
        checkOf('gone', { actual: 2, ok: false }),
      ],
    });

    expect(compareRuns(now, before).fields).toEqual([
      { ...STEP, path: 'qty', operator: 'equals', before: 1, now: '1' },
      { ...STEP, path: 'gone', operator: 'equals', now: 2 },
      { ...STEP, path: 'a', before: 'x', now: 'y' },
    ]);
  });

  it('is left out if the pass had the same value: only the expectation differs', () => {
    const before = passOf({
      evidence: evidenceOf({ status: 'ok', tax: 1 }),
      checks: [
        checkOf('status', { expected: 'ok', actual: 'ok' }),
        checkOf('gone', { expected: null, actual: null, missing: true }),
      ],
    });
    const now = redOf({
      evidence: evidenceOf({ status: 'ok', tax: 2 }),
      checks: [
        checkOf('status', { expected: 'fine', actual: 'ok', ok: false }),
        checkOf('gone', { actual: null, missing: true, ok: false }),
        checkOf('tax', { expected: 3, actual: 2, ok: false }),
      ],
    });

    expect(compareRuns(now, before).fields).toEqual([{ ...STEP, path: 'tax', before: 1, now: 2 }]);
  });

  it('shows long lists from the place where they differ', () => {
    const list = (end: string): Json => [...Array.from({ length: 99 }, () => 'same'), end];
    const checked = (end: string, ok: boolean): Partial<StepResult> => ({
      evidence: evidenceOf({}),
      checks: [checkOf('items', { operator: '$includes', expected: 'fine', actual: list(end), ok })],
    });
    const [field] = compareRuns(redOf(checked('gone', false)), passOf(checked('fine', true))).fields;

    expect([field?.before, field?.now]).toEqual([
      expect.stringMatching(/^….*"fine"\]$/),
      expect.stringMatching(/^….*"gone"\]$/),
    ]);
  });

  it('of a count is left out if its hop is listed', () => {
    const count = (actual: number): Check => checkOf('', { operator: 'count', actual, ok: actual === 1 });
    const once = passOf({ evidence: evidenceOf({}), checks: [count(1)] });

    expect(compareRuns(redOf({ evidence: [], checks: [count(0)] }), once).fields).toEqual([]);
    expect(compareRuns(redOf({ evidence: evidenceOf({}), checks: [count(2)] }), once).fields).toEqual([
      { ...STEP, path: '', operator: 'count', before: 1, now: 2 },
    ]);
  });
});

describe('evidence that was too large to keep', () => {
  it('is named, and its parts are no differences', () => {
    const whole = { body: { a: 1 }, text: 'x', list: [1] };
    const cut = { body: null, text: 'y', list: [2] };
    const found = compareRuns(
      redOf({ evidence: evidenceOf(cut, { truncated: ['body', 'list[0]'] }) }),
      passOf({ evidence: evidenceOf(whole) }),
    );

    expect(found.unread).toEqual(['A step']);
    expect(found.fields).toEqual([{ ...STEP, path: 'text', before: 'x', now: 'y' }]);
  });

  it('is named even if the other run has none', () => {
    const cut = { evidence: evidenceOf(null, { truncated: [''] }) };

    expect(compareRuns(redOf({ evidence: [] }), passOf(cut)).unread).toEqual(['A step']);
    expect(compareRuns(redOf(cut), passOf({ evidence: evidenceOf({ a: { b: 1 } }) })).fields).toEqual([]);
  });
});

describe('a hop', () => {
  const seen = { evidence: evidenceOf({}), timeToEffectMs: 210.4 };

  it.each<{ readonly name: string; readonly now: Partial<StepResult>; readonly is: string }>([
    { name: 'missing, if it was looked for', now: { verdict: 'failed' }, is: 'missing' },
    { name: 'missing, if the step passed without it', now: { verdict: 'passed' }, is: 'missing' },
    { name: 'unchecked, if the step did not run', now: { verdict: 'skipped', hop: '' }, is: 'unchecked' },
    { name: 'unchecked, if the step could not check', now: { verdict: 'error' }, is: 'unchecked' },
  ])('is $name', ({ now, is }) => {
    expect(compareRuns(redOf(now), passOf(seen)).hops).toEqual([{ ...STEP, is, beforeMs: 210 }]);
  });

  it('is unchecked if the canary has no such step any more, and new if it is seen for the first time', () => {
    const now = redOf({ kind: 'other', name: 'Other', hop: 'queue dead', evidence: evidenceOf({}) });

    expect(compareRuns(now, passOf({ evidence: evidenceOf({}) })).hops).toEqual([
      { stepId: 'a-step', step: 'Other', hop: 'queue dead', is: 'new' },
      { ...STEP, is: 'unchecked' },
    ]);
  });

  it('has the names of the pass for a step without a hop of its own, or none', () => {
    const now = redOf({ hop: '', evidence: evidenceOf({}) });

    expect(compareRuns(now, passOf()).hops).toEqual([{ ...STEP, hop: '', is: 'new' }]);
  });

  it('of a step that has moved in the file is found by its name', () => {
    const now = redOf({ stepId: '2' });

    expect(compareRuns(now, passOf(seen)).hops).toEqual([
      { ...STEP, stepId: '2', is: 'missing', beforeMs: 210 },
    ]);
  });
});

describe('a time', () => {
  const taking = (ms: number): Partial<StepResult> => ({ timeToEffectMs: ms, evidence: evidenceOf({}) });
  const timesOf = (beforeMs: number, nowMs: number, usual: readonly number[] = []): Comparison['times'] =>
    compareRuns(redOf(taking(nowMs)), passOf(taking(beforeMs)), {
      times: usual.map((ms) => [{ name: 'A step', ms }]),
    }).times;

  it('of one pass is a difference if it is three times as long, and a reader can notice it', () => {
    expect(timesOf(100, 500)).toEqual([{ ...STEP, beforeMs: 100, nowMs: 500, longestMs: 100, passes: 1 }]);
    expect(timesOf(100, 499)).toEqual([]);
    expect(timesOf(1, 150)).toEqual([]);
    expect(timesOf(500, 100)).toEqual([]);
  });

  it('of many passes is a difference if it lies beyond their spread', () => {
    const usual = [100, 110, 120, 400];

    expect(timesOf(105, 890, usual)).toEqual([
      { ...STEP, beforeMs: 105, nowMs: 890, longestMs: 400, passes: 5 },
    ]);
    expect(timesOf(105, 889, usual)).toEqual([]);
  });

  it('is compared with passes that have the hop', () => {
    const others = { times: Array.from({ length: 9 }, () => [{ name: 'Another', ms: 9_999 }]) };

    expect(compareRuns(redOf(taking(900)), passOf(taking(100)), others).times).toMatchObject([{ passes: 1 }]);
  });

  it('is no difference if one of the runs has none', () => {
    expect(compareRuns(redOf({ evidence: evidenceOf({}) }), passOf(taking(1))).times).toEqual([]);
    expect(compareRuns(redOf(taking(9_999)), passOf({ evidence: evidenceOf({}) })).times).toEqual([]);
  });
});

describe('a comparison', () => {
  it('names the pass, and the definition as the same, changed or unknown', () => {
    const pass = { ...passOf(), definition: 'a' };
    const compare = (definition?: string): Comparison =>
      compareRuns(definition === undefined ? redOf() : { ...redOf(), definition }, pass);

    expect(compare().pass).toEqual({ runId: runIdOf(1), startedAtMs: AT_MS, isLater: false });
    expect(compareRuns({ ...redOf(), startedAtMs: AT_MS - 1 }, pass).pass.isLater).toBe(true);
    expect([compare('a'), compare('b'), compare()].map(({ definition }) => definition)).toEqual([
      'same',
      'changed',
      'unknown',
    ]);
    expect([compare('a'), compare('b'), compare()].map(isSame)).toEqual([true, false, true]);
    expect(compareRuns({ ...redOf(), definition: 'a' }, passOf()).definition).toBe('unknown');
  });

  it('lists forty fields, and counts the others', () => {
    const data = (value: string): Json => Array.from({ length: 50 }, () => value);
    const found = compareData(data('a'), data('b'));

    expect(found.fields).toHaveLength(40);
    expect(found.omitted).toBe(10);
    expect(isSame(found)).toBe(false);
  });

  const json = fc.jsonValue({ maxDepth: 4, stringUnit: ANY_CHARACTER }) as fc.Arbitrary<Json>;

  it('of a run with itself has no difference', () => {
    fc.assert(
      fc.property(json, (data) => {
        expect(isSame(compareData(data, data))).toBe(true);
      }),
      { numRuns: sampleSize({ small: 50, full: 2_000 }) },
    );
  });

  it('has at most 30 kB, and two values that differ at each place', () => {
    fc.assert(
      fc.property(json, json, (before, now) => {
        const found = compareData(before, now);

        expect(JSON.stringify(found).length).toBeLessThan(30_000);
        for (const field of found.fields) expect(field.before).not.toEqual(field.now);
      }),
      { numRuns: sampleSize({ small: 50, full: 2_000 }) },
    );
  });

  const varying: Readonly<Record<string, fc.Arbitrary<string>>> = {
    uuid: fc.uuid(),
    time: fc
      .date({ min: new Date(AT_MS - 1e9), max: new Date(LATER_MS), noInvalidDate: true })
      .map((date) => date.toISOString()),
    id: fc.nat(0xffffffff).map((number) => `ord_7${number.toString(16).padStart(8, '0')}`),
    duration: fc.integer({ min: 1, max: 100_000 }).map((hundredths) => `${hundredths / 100}ms`),
  };

  it.each(Object.entries(varying))('does not list a %s, and lists a word in its place', (_, values) => {
    fc.assert(
      fc.property(values, values, fc.constantFrom('FAILED', 'none', ''), (before, now, word) => {
        expect(compareData({ list: [before] }, { list: [now] }).fields).toEqual([]);
        expect(compareData({ list: [before] }, { list: [word] }).fields).toMatchObject([{ path: 'list[0]' }]);
      }),
      { numRuns: sampleSize({ small: 25, full: 1_000 }) },
    );
  });
});
