import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareNumbers,
  isExactNumber,
  type Numeric,
  numberFrom,
  numberText,
  scalarText,
  sumOf,
  valueName,
} from '../../../runner/core/base/numbers.ts';
import { sampleSize } from '../../support/effort.ts';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const read = (text: string): Numeric => numberFrom(text) as Numeric;

describe('numberFrom', () => {
  it.each([
    { text: '0', number: 0 },
    { text: '-0', number: -0 },
    { text: '0e5', number: 0 },
    { text: '12.50', number: 12.5 },
    { text: '0.1', number: 0.1 },
    { text: '0.30000000000000004', number: 0.300_000_000_000_000_04 },
    { text: '9007199254740992', number: 9_007_199_254_740_992 },
    { text: '1000000000000000000000', number: 1e21 },
    { text: '1E+21', number: 1e21 },
    { text: '-1.50e-7', number: -1.5e-7 },
    { text: '5e-324', number: 5e-324 },
    { text: '0.00000000000000000', number: 0 },
  ])('reads $text, whose value a double holds, as a double', ({ text, number }) => {
    expect(numberFrom(text)).toBe(number);
  });

  it.each([
    '9007199254740993',
    '1234567890123456789',
    '-12345678901234567890',
    '1234567890123456.78',
    '0.30000000000000001',
    '1E+30',
    '1152921504606846976',
    '1e23',
    '1e400',
    '-1e400',
    '1e-400',
    '3e-324',
  ])('keeps the digits of %s, whose value no double holds', (text) => {
    expect(JSON.stringify(numberFrom(text))).toBe(text);
    expect(isExactNumber(numberFrom(text))).toBe(true);
  });

  it.each(['', 'a', '01', '+1', '.5', '5.', '1_000', '0x1F', 'NaN', '1e', ' 1', '1,2'])(
    'gives nothing for %j, which JSON has no such number for',
    (text) => {
      expect(numberFrom(text)).toBeUndefined();
    },
  );

  it('holds a number by a double if, and only if, that is printed with its value, and is it if it is whole', () => {
    /** A decimal number as a whole number and the power of ten that it is multiplied by. */
    const wholeOf = (text: string): readonly [bigint, number] => {
      const [, head = '', fraction = '', power = '0'] = /^(-?\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text) ?? [];
      return [BigInt(`${head}${fraction}`), Number(power) - fraction.length];
    };
    const isSame = (one: string, other: string): boolean => {
      const [[a, powerA], [b, powerB]] = [wholeOf(one), wholeOf(other)];
      const least = Math.min(powerA, powerB);
      return a * 10n ** BigInt(powerA - least) === b * 10n ** BigInt(powerB - least);
    };
    const isHeld = (text: string): boolean => {
      const double = Number(text);
      if (!Number.isFinite(double) || !isSame(String(double), text)) return false;
      return Math.abs(double) <= Number.MAX_SAFE_INTEGER || isSame(String(BigInt(double)), text);
    };
    const digits = (maxLength: number) =>
      fc.string({ unit: fc.constantFrom(...DIGITS, '0', '0', '9'), maxLength });
    const whole = fc.oneof(
      fc.constant('0'),
      fc.tuple(fc.constantFrom(...DIGITS.slice(1)), digits(24)).map((both) => both.join('')),
      fc.tuple(fc.integer({ min: 1 }), fc.nat(24)).map(([head, zeros]) => `${head}${'0'.repeat(zeros)}`),
      fc.bigInt({ min: 2n ** 52n, max: 2n ** 54n }).map(String),
      fc.nat(90).map((power) => String(2n ** BigInt(power))),
    );
    const number = fc
      .tuple(fc.constantFrom('', '-'), whole, digits(24), fc.option(fc.integer({ min: -345, max: 330 })))
      .map(([minus, head, fraction, power]) =>
        [minus, head, fraction === '' ? '' : `.${fraction}`, power === null ? '' : `e${power}`].join(''),
      );

    fc.assert(
      fc.property(number, (text) => {
        expect([text, typeof numberFrom(text) === 'number']).toEqual([text, isHeld(text)]);
      }),
      { numRuns: sampleSize({ small: 300, full: 5_000 }) },
    );
  });

  it('reads what a double prints as that double, or as a number of the same digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        const number = read(JSON.stringify(double));
        expect(compareNumbers(number, double)).toBe(0);
        if (Number.isSafeInteger(double) || !Number.isInteger(double))
          expect(number).toBe(double === 0 ? 0 : double);
      }),
    );
  });
});

describe('compareNumbers', () => {
  it.each([
    { one: '1', other: '2', order: -1 },
    { one: '9007199254740993', other: '9007199254740992', order: 1 },
    { one: '9007199254740992', other: '9007199254740993', order: -1 },
    { one: '9007199254740993', other: '9007199254740993.0', order: 0 },
    { one: '1234567890123456789', other: '0.1234567890123456789e19', order: 0 },
    { one: '-9007199254740993', other: '-9007199254740992', order: -1 },
    { one: '-9007199254740993', other: '1', order: -1 },
    { one: '1e400', other: '0', order: 1 },
    { one: '1e400', other: '9e399', order: 1 },
    { one: '1e-400', other: '0', order: 1 },
  ])('puts $one and $other into the order $order', ({ one, other, order }) => {
    expect(Math.sign(compareNumbers(read(one), read(other)))).toBe(order);
  });

  it('orders whole numbers of any length as their values are', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (one, other) => {
        const order = compareNumbers(read(String(one)), read(String(other)));
        expect(Math.sign(order)).toBe(one === other ? 0 : one < other ? -1 : 1);
      }),
    );
  });
});

describe('a number as text', () => {
  it.each([
    { number: 12.5, text: '12.5' },
    { number: 1e21, text: '1000000000000000000000' },
    { number: -1.5e22, text: '-15000000000000000000000' },
    { number: 1.5e-7, text: '0.00000015' },
    { number: -0, text: '0' },
    { number: read('1234567890123456789'), text: '1234567890123456789' },
  ])('has its digits: $text', ({ number, text }) => {
    expect(numberText(number)).toBe(text);
    expect(scalarText(number)).toBe(text);
  });

  it('is text for a text, and nothing for what is neither', () => {
    expect(scalarText('a')).toBe('a');
    expect([true, null, [1], { a: 1 }].map((one) => scalarText(one))).toEqual(Array(4).fill(undefined));
  });

  it('has a name in common with what has the same value, and with nothing else', () => {
    const names = ['12', '12.0', '1.2e1', '9007199254740993', '9007199254740993.0', '-12'].map((text) =>
      valueName(read(text)),
    );
    expect(new Set(names).size).toBe(3);
  });
});

describe('sumOf', () => {
  it.each([
    { numbers: [1, 2], sum: '3' },
    { numbers: [0.1, 0.2], sum: '0.3' },
    { numbers: [5, -7], sum: '-2' },
    { numbers: [0.5, -0.75], sum: '-0.25' },
    { numbers: [1.5, -1.5], sum: '0' },
    { numbers: [0, 0], sum: '0' },
    { numbers: [0, 7], sum: '7' },
    { numbers: [1000, 1], sum: '1001' },
    { numbers: [1e21, 1e-7], sum: '1000000000000000000000.0000001' },
    { numbers: ['12345678901234567890', '1'], sum: '12345678901234567891' },
    { numbers: ['12345678901234567890000', '10000'], sum: '12345678901234567900000' },
    { numbers: ['0.30000000000000000001', '0.1'], sum: '0.40000000000000000001' },
  ])('of $numbers is $sum', ({ numbers, sum }) => {
    const total = sumOf(numbers.map((one) => (typeof one === 'string' ? (numberFrom(one) as Numeric) : one)));

    expect(numberText(total as Numeric)).toBe(sum);
  });

  it('of numbers too far apart is not made', () => {
    expect(sumOf([1, JSON.rawJSON('1e999999999')])).toBeUndefined();
    expect(sumOf([Number.MAX_VALUE, Number.MIN_VALUE])).toBeDefined();
  });

  it('of whole numbers is that of big integers', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), { minLength: 1 }), (whole) => {
        const total = sumOf(whole.map((one) => numberFrom(String(one)) as Numeric)) as Numeric;

        expect(compareNumbers(total, numberFrom(String(whole.reduce((a, b) => a + b))) as Numeric)).toBe(0);
      }),
    );
  });
});
