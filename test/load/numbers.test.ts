import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { type Json, type JsonMap, parseJson } from '../../runner/core/base/json.ts';
import { compareNumbers, numberText } from '../../runner/core/base/numbers.ts';
import type { Verb } from '../../runner/kinds/kind.ts';
import { inputProblem } from '../../runner/load/step/step-input.ts';
import { numberOf } from '../../runner/load/yaml/number.ts';
import { KINDS } from '../../runner/registry.ts';
import { loadText } from './support.ts';

const HEAD = 'canary: a\nowner: b\n';

function loaded(step: string, vars = '') {
  const { canaries, diagnostics } = loadText(`${HEAD}${vars}steps:\n  - ${step}\n`);
  const [one] = canaries;
  return { canary: one?.canary, input: one?.canary.steps[0]?.input ?? {}, diagnostics };
}

describe('a number of a file', () => {
  it.each([
    { written: '1234567890123456789', json: '1234567890123456789' },
    { written: '+1234567890123456789', json: '1234567890123456789' },
    { written: '0xFFFFFFFFFFFFFFFF', json: '18446744073709551615' },
    { written: '1234567890123456.78', json: '1234567890123456.78' },
    { written: '.30000000000000001', json: '0.30000000000000001' },
    { written: '-1e400', json: '-1e400' },
    { written: '9007199254740992', json: '9007199254740992' },
    { written: '1.10', json: '1.1' },
    { written: '5.', json: '5' },
    { written: '-0', json: '0' },
    { written: '1_000', json: '"1_000"' },
    { written: '12:30:45', json: '"12:30:45"' },
    { written: '2026-02-30', json: '"2026-02-30"' },
  ])('keeps its value in a body: $written', ({ written, json }) => {
    const { input, diagnostics } = loaded(`http: POST https://x\n    body: { n: ${written} }`);

    expect(diagnostics).toEqual([]);
    expect(JSON.stringify(input['body'])).toBe(`{"n":${json}}`);
  });

  it.each([
    'query: { id: 1234567890123456789 }',
    'headers: { x-id: 12345678901234567890 }',
    'query: { n: 12.5 }',
  ])('may be sent as text where it stays as it was written: %s', (key) => {
    expect(loaded(`http: GET https://x\n    ${key}`).diagnostics).toEqual([]);
  });

  it.each(['body: "${n}"', 'response: { body: { n: "${n}" } }', 'body: { n: 1.10, list: [1e3] }'])(
    'may be written in any way where it stays a number: %s',
    (key) => {
      expect(loaded(`http: POST https://x\n    ${key}`, 'vars: { n: 1.10 }\n').diagnostics).toEqual([]);
    },
  );

  it('is a number for the rules of a kind, however many digits it has', () => {
    const { diagnostics } = loaded(
      'expect: item\n    table: tab\n    key: { id: 9007199254740993 }\n    within: 1s',
    );

    expect(diagnostics).toEqual([]);
  });

  it('has no unit, however many digits it has', () => {
    const diagnostics = loaded(
      'http: GET https://x\n    response: { time: 12345678901234567890 }',
    ).diagnostics;

    expect(diagnostics.map(({ message }) => message)).toEqual([
      "'time' is a duration, and is never exactly 12345678901234567890",
    ]);
  });

  it('keeps its spelling as a key', () => {
    const { input } = loaded('http: POST https://x\n    body: { 1.10: a, 1e3: b, 0x1F: c, TRUE: d, "2": e }');

    expect(Object.keys(input['body'] as JsonMap).toSorted()).toEqual(['0x1F', '1.10', '1e3', '2', 'TRUE']);
  });

  it('is read as YAML reads it, where a double holds it', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,5}$/);
    const number = fc
      .tuple(fc.constantFrom('', '-', '+'), digits, fc.constantFrom('', '.', '.0', '.50', 'e3', '.5E-2'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(number, (written) => {
        expect(numberOf(written)).toBe(parse(written));
      }),
    );
  });

  it('of more digits than a double holds is near what YAML reads, and exact', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 60n, max: 2n ** 80n }), (value) => {
        const [plain, hex] = [String(value), `0x${value.toString(16)}`].map((one) => numberOf(one) as number);
        expect(compareNumbers(plain as number, hex as number)).toBe(0);
        expect(numberText(plain as number)).toBe(`${value}`);
      }),
    );
  });
});

describe('a var', () => {
  it('that stands for itself through another is reported once, as a circle', () => {
    const { diagnostics } = loaded(
      'http: GET https://x\n    query: { a: "${a}" }',
      'vars: { a: "${b}", b: "${a}" }\n',
    );

    expect(new Set(diagnostics.map(({ rule }) => rule))).toEqual(new Set(['cycle']));
  });

  it.each<[string, Json]>([
    ['a map', '{ x: 1 }'],
    ['true', 'true'],
  ])('that is %s is refused where its value is sent as text', (what, value) => {
    const { diagnostics } = loaded(
      'http: GET https://x\n    query: { a: "${a}" }',
      `vars: { a: ${String(value)} }\n`,
    );

    expect(diagnostics.map(({ message }) => message)).toEqual([`\${a} stands inside text, and is ${what}`]);
  });
});

describe('a number that a run puts into a step', () => {
  const exact = parseJson('1234567890123456789');

  it.each<{ input: JsonMap; problem: string | undefined }>([
    { input: { request: 'GET https://x', query: { id: exact } }, problem: undefined },
    { input: { request: 'POST https://x', body: [exact, { a: exact }] }, problem: undefined },
    {
      input: { request: exact },
      problem:
        "'request' of 'http' is not as it must be: it must be text. Look at the values that were put in.",
    },
    {
      input: { request: 'GET https://x', query: exact },
      problem:
        "'query' of 'http' is not as it must be: it must be a map. Look at the values that were put in.",
    },
  ])('is a number for the kind, however many digits it has: $problem', ({ input, problem }) => {
    expect(inputProblem(KINDS.verbs['http'] as Verb, input)).toBe(problem);
  });
});
