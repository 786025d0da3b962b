import { describe, expect, it } from '@jest/globals';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import { GENERATORS, generate, isGenerator } from '../../../runner/core/expression/generators.ts';
import { referencesIn } from '../../../runner/core/expression/template.ts';
import { externalsIn, transitiveReferences, Values } from '../../../runner/core/expression/values.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import { actStep, canaryOf, expectStep } from '../../support/run/builders.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;

function valuesOf(vars: JsonMap, environmentVars: JsonMap = {}, region?: string): Values {
  const environment = { name: 'prod', vars: environmentVars, ...(region === undefined ? {} : { region }) };
  return new Values({
    runId: RUN,
    seed: RUN,
    startedAtMs: 1_700_000_000_123,
    canary: { name: 'c', vars },
    environment,
    externals: new Map([['env:A', 'from outside']]),
  });
}

function read(values: Values, text: string): Json {
  return values.valueOf(referencesIn(text)[0] as never);
}

describe('Values', () => {
  it.each([
    { text: '${run.id}', value: RUN },
    { text: '${run.correlationId}', value: `canary-${RUN}` },
    { text: '${run.shortId}', value: '5a7b9c3d2f10' },
    { text: '${run.startedAt}', value: '2023-11-14T22:13:20Z' },
    { text: '${canary.name}', value: 'c' },
    { text: '${env.name}', value: 'prod' },
    { text: '${env.region}', value: 'eu-west-1' },
    { text: '${env:A}', value: 'from outside' },
    { text: '${a}', value: 'x from outside' },
    { text: '${b}', value: 'x from outside!' },
    { text: '${site}', value: 'https://x' },
  ])('knows $text', ({ text, value }) => {
    const values = valuesOf({ a: 'x ${env:A}', b: '${a}!' }, { site: 'https://x' }, 'eu-west-1');

    expect(read(values, text)).toBe(value);
  });

  it('knows a var only when all that it stands for is known', () => {
    const values = valuesOf({ url: '/orders/${orderId}' });
    const [mention] = referencesIn('${url}') as [never];

    expect(values.knows(mention)).toBe(false);
    expect(values.knows(referencesIn('${nobody}')[0] as never)).toBe(false);
    values.save('orderId', 'o1');
    expect(values.knows(mention)).toBe(true);
    expect(values.valueOf(mention)).toBe('/orders/o1');
  });

  it('adds to a number that was saved, and refuses to add to a text', () => {
    const values = valuesOf({ after: { $sum: ['${before}', 2] }, due: '${after} pieces' });

    expect(values.knows(referencesIn('${due}')[0] as never)).toBe(false);
    values.save('before', 5);
    expect(read(values, '${due}')).toBe('7 pieces');

    const wrong = valuesOf({ after: { $sum: [1, '${before}'] } });
    wrong.save('before', '5');
    expect(() => read(wrong, '${after}')).toThrow("'$sum' takes numbers, and its value 2 is text");
  });

  it('generates a value once, from the seed', () => {
    const values = valuesOf({ n: { $int: [1, 1_000_000] } });

    expect(read(values, '${n}')).toBe(read(values, '${n}'));
    expect(read(values, '${n}')).toBe(read(valuesOf({ n: { $int: [1, 1_000_000] } }), '${n}'));
  });

  it('generates at any depth, each place by itself, and takes what only looks so for data', () => {
    const order = {
      id: { $uuid: {} },
      lines: [{ qty: { $int: [1, 1_000_000] } }, { qty: { $int: [1, 1_000_000] } }],
      due: { $now: { plus: '1d' } },
      note: { $pick: [{ sku: '${sku}', size: { $int: [7, 7] } }] },
      saved: '${saved}',
    };
    const values = valuesOf({ order, sku: 'S1' });
    values.save('saved', { $int: [1, 1] });

    const made = read(values, '${order}') as unknown as {
      id: string;
      lines: [{ qty: number }, { qty: number }];
    };

    expect(made).toMatchObject({
      due: '2023-11-15T22:13:20.123Z',
      note: { sku: 'S1', size: 7 },
      saved: { $int: [1, 1] },
    });
    expect(made.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.lines[0].qty).not.toBe(made.lines[1].qty);
    expect(read(values, '${order.lines[0].qty}')).toBe(made.lines[0].qty);
    expect(read(valuesOf({ order: { ...order, saved: 1 }, sku: 'S1' }), '${order.id}')).toBe(made.id);
  });

  it('knows what stands behind names that double one another, looking at each once', () => {
    let looks = 0;
    const doubling = Array.from({ length: 64 }, (_, n) => [
      `a${n}`,
      n === 0 ? '${id}' : `\${a${n - 1}}\${a${n - 1}}`,
    ]);
    const get = (of: JsonMap, name: string): unknown => {
      looks += 1;
      return of[name];
    };
    const values = valuesOf(new Proxy(Object.fromEntries(doubling) as JsonMap, { get: get as never }));
    const [mention] = referencesIn('${a63}') as [never];

    expect(values.knows(mention)).toBe(false);
    values.save('id', 'x');
    expect(values.knows(mention)).toBe(true);
    expect(looks).toBeLessThan(1_000);
  });

  it.each([
    { text: '${nobody}', words: '${nobody} has no value' },
    { text: '${env:NOT}', words: '${env:NOT} has no value' },
    { text: '${env.region}', words: 'env is a map without that path' },
    { text: '${canary.name.x}', words: 'canary is a map without that path' },
    { text: '${env:A.x}', words: '${env:A.x} has no value' },
    { text: '${word.x}', words: 'word is text without that path' },
    { text: '${number.x}', words: 'number is 3 without that path' },
  ])('refuses $text', ({ text, words }) => {
    expect(() => read(valuesOf({ word: 'w', number: 3 }), text)).toThrow(words);
  });
});

describe('a var', () => {
  it('is known when each of the things it stands for is', () => {
    const values = valuesOf({ url: '${a}/${b}' });
    const [mention] = referencesIn('${url}') as [never];

    values.save('a', 'x');
    expect(values.knows(mention)).toBe(false);
    values.save('b', 'y');
    expect(values.knows(mention)).toBe(true);
    expect(read(values, '${url}')).toBe('x/y');
  });

  it('of the canary wins over one of the environment', () => {
    expect(read(valuesOf({ a: 'canary' }, { a: 'environment', b: 'b' }), '${a}')).toBe('canary');
    const canary = canaryOf({ vars: { a: '${env:OWN}' } }, actStep('one', { input: { x: '${a}' } }));
    expect(externalsIn(canary, { name: 'prod', vars: { a: '${env:OTHER}' } })).toEqual([
      { scheme: 'env', name: 'OWN' },
    ]);
  });

  it('gives way to a value that is saved under its name, and stays as it was first worked out', () => {
    const values = valuesOf({ a: 'var', b: 'is ${c}' });
    values.save('c', 1);
    expect(read(values, '${b}')).toBe('is 1');
    values.save('a', 'saved');
    values.save('c', 2);

    expect([read(values, '${a}'), read(values, '${b}')]).toEqual(['saved', 'is 1']);
  });

  it('may not stand for a name that every run has', () => {
    const values = valuesOf({ run: { id: 'mine' } });
    values.save('canary', { name: 'mine' });

    expect([read(values, '${run.id}'), read(values, '${canary.name}')]).toEqual([RUN, 'c']);
  });

  it('is generated from the seed, not from the run', () => {
    const drawn = (runId: string, seed: RunId): Json =>
      read(
        new Values({
          runId: runId as RunId,
          seed,
          startedAtMs: 0,
          canary: { name: 'c', vars: { n: { $int: [1, 1_000_000_000] } } },
          environment: { name: 'prod', vars: {} },
          externals: new Map(),
        }),
        '${n}',
      );
    const other = RUN.replace('6', '7') as RunId;

    expect(drawn(other, RUN)).toBe(drawn(RUN, RUN));
    expect(drawn(RUN, other)).not.toBe(drawn(RUN, RUN));
  });

  it('that stands for itself, by whatever way, is resolved once', () => {
    const canary = canaryOf(
      { vars: { a: '${b}', b: '${a} ${env:X}' } },
      actStep('one', { input: { x: '${a}' } }),
    );

    expect(externalsIn(canary, { name: 'prod', vars: {} })).toEqual([{ scheme: 'env', name: 'X' }]);
  });
});

describe('externalsIn', () => {
  it('looks everywhere that a mention may stand, cleanup included', () => {
    const canary = canaryOf(
      { cleanup: [actStep('undo', { input: { x: '${env:CLEANUP}' } })] },
      actStep('one', { input: { x: '${env:INPUT}' }, response: { x: '${env:RESPONSE}' } }),
      expectStep('two', { has: { x: '${env:HAS}' }, where: '${env:WHERE}', correlate: '${env:CORRELATE}' }),
    );

    expect(externalsIn(canary, { name: 'prod', vars: {} }).map(({ name }) => name)).toEqual([
      'INPUT',
      'RESPONSE',
      'HAS',
      'WHERE',
      'CORRELATE',
      'CLEANUP',
    ]);
  });

  it('names what the steps need, through vars, each once, and leaves out what none mentions', () => {
    const canary: Canary = canaryOf(
      { vars: { token: '${secret:api#token}', unused: '${env:UNUSED}', again: '${token}' } },
      actStep('one', { input: { request: '${token} ${again}' } }),
      expectStep('two', { input: { key: '${env:KEY}' }, correlate: '${env:KEY}' }),
    );

    const names = externalsIn(canary, { name: 'prod', vars: {} });

    expect(names).toEqual([
      { scheme: 'secret', name: 'api#token' },
      { scheme: 'env', name: 'KEY' },
    ]);
  });
});

describe('lookThrough', () => {
  it('follows each of many values to its sources, and reads each var once', () => {
    const names: string[] = [];
    const get = (of: JsonMap, name: string): unknown => {
      names.push(name);
      return of[name];
    };
    const through = transitiveReferences(new Proxy({ a: '${b}${c}', b: '${c}' }, { get: get as never }));
    const namesIn = (value: Json): readonly string[] => through(value).map(({ name }) => name);

    expect(namesIn('${a}')).toEqual(['a', 'b', 'c', 'c']);
    expect(namesIn(['${b}', '${a}'])).toEqual(['b', 'c', 'a', 'b', 'c']);
    expect(names).toEqual(['a', 'b', 'c']);
  });
});

describe('generators', () => {
  const from = { seed: RUN, name: 'x', startedAtMs: Date.parse('2026-01-01T00:00:00Z') };

  it.each<{ spec: JsonMap; fits: (value: Json) => boolean }>([
    { spec: { $int: [1, 3] }, fits: (value) => [1, 2, 3].includes(value as number) },
    { spec: { $pick: ['a', 'b'] }, fits: (value) => ['a', 'b'].includes(value as string) },
    {
      spec: { $uuid: {} },
      fits: (value) =>
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(value as string),
    },
    { spec: { $now: {} }, fits: (value) => value === '2026-01-01T00:00:00.000Z' },
    { spec: { $now: { plus: '1d' } }, fits: (value) => value === '2026-01-02T00:00:00.000Z' },
    { spec: { $now: { minus: '1h' } }, fits: (value) => value === '2025-12-31T23:00:00.000Z' },
  ])('makes $spec', ({ spec, fits }) => {
    expect(isGenerator(spec)).toBe(true);
    expect(fits(generate(spec, from))).toBe(true);
  });

  it.each<{ word: string; operand: Json; good: boolean }>([
    { word: '$int', operand: [1, 3], good: true },
    { word: '$int', operand: [3, 1], good: false },
    { word: '$int', operand: [1], good: false },
    { word: '$int', operand: ['a', 'b'], good: false },
    { word: '$int', operand: 3, good: false },
    { word: '$pick', operand: [1], good: true },
    { word: '$pick', operand: [], good: false },
    { word: '$pick', operand: 'a', good: false },
    { word: '$uuid', operand: {}, good: true },
    { word: '$uuid', operand: { a: 1 }, good: false },
    { word: '$uuid', operand: 1, good: false },
    { word: '$now', operand: { plus: '1d' }, good: true },
    { word: '$now', operand: { plus: true }, good: false },
    { word: '$now', operand: { plus: 1 }, good: false },
    { word: '$now', operand: { minsu: '1d' }, good: false },
    { word: '$now', operand: 'now', good: false },
    { word: '$sum', operand: ['${before}', 2], good: true },
    { word: '$sum', operand: [JSON.rawJSON('12345678901234567890'), -1.5], good: true },
    { word: '$sum', operand: ['x${before}', 2], good: false },
    { word: '$sum', operand: ['2', 2], good: false },
    { word: '$sum', operand: [2], good: false },
    { word: '$sum', operand: [true, 2], good: false },
    { word: '$sum', operand: '${before}', good: false },
  ])('$word takes $operand: $good', ({ word, operand, good }) => {
    expect(GENERATORS[word]?.fault(operand) === undefined).toBe(good);
  });

  it('takes no other map for a generator', () => {
    expect([isGenerator({ a: 1 }), isGenerator({ $int: [1, 2], b: 1 }), isGenerator('x')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
