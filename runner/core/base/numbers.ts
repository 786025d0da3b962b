declare global {
  interface JSON {
    rawJSON(text: string): ExactNumber;
    isRawJSON(value: unknown): value is ExactNumber;
  }
}

/** A number that a double cannot hold, with its original digits. `JSON.stringify` prints it unchanged. */
export interface ExactNumber {
  readonly rawJSON: string;
}

/** A number of the language: a double if that holds its value, otherwise its digits. */
export type Numeric = number | ExactNumber;

/** A number as JSON writes it (RFC 8259, section 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Digits that every double keeps, except near its smallest values (IEEE 754, binary64). */
const ALWAYS_HELD = 15;
/** Below this a double has fewer digits. */
const SMALLEST_FULL = 2.3e-308;

/** A number with a fraction and without an exponent. */
const FRACTION = /^-?\d+\.\d+$/;
/** A whole number without an exponent. */
const WHOLE = /^-?\d+$/;
/** The most tens that a whole number may have as factors and be a double: 5^23 has more than 53 bits. */
const MOST_TENS = 22;

export function isExactNumber(value: unknown): value is ExactNumber {
  return JSON.isRawJSON(value);
}

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || isExactNumber(value);
}

/**
 * The number of a text in JSON's notation: a double if it holds the value, otherwise the digits. A double holds the value if it prints with
 * the same value; a whole number must also equal it exactly, as 1e30 does not. Undefined for any other text.
 */
export function numberFrom(text: string): Numeric | undefined {
  if (!NUMBER.test(text)) return undefined;
  const double = Number(text);
  return isHeld(text, double) ? double : JSON.rawJSON(text);
}

/** The tests are ordered by cost: a body may hold 200,000 numbers. */
function isHeld(text: string, double: number): boolean {
  const size = Math.abs(double);
  if (size > Number.MAX_SAFE_INTEGER) return Number.isFinite(double) && isHeldWhole(text, double);
  if (text.length <= ALWAYS_HELD && size >= SMALLEST_FULL) return true;
  const printed = String(double);
  if (printed === text) return true;
  return FRACTION.test(text) && FRACTION.test(printed)
    ? printed === withoutTrailingZeros(text)
    : sameValue(decimalOf(printed), decimalOf(text));
}

/** Like `isHeld`, for a double so large that it is a whole number. */
function isHeldWhole(text: string, double: number): boolean {
  const printed = String(double);
  if (WHOLE.test(text) && WHOLE.test(printed)) return printed === text && String(BigInt(double)) === text;
  const value = decimalOf(text);
  if (value.exponent - value.digits.length > MOST_TENS) return false;
  return sameValue(decimalOf(printed), value) && sameValue(decimalOf(String(BigInt(double))), value);
}

/** Compares two numbers by value: below 0, 0 or above 0. */
export function compareNumbers(one: Numeric, other: Numeric): number {
  if (typeof one === 'number' && typeof other === 'number') return Math.sign(one - other);
  const [a, b] = [decimalOf(digitsOf(one)), decimalOf(digitsOf(other))];
  if (a.sign !== b.sign) return a.sign - b.sign;
  const byValue = Math.sign(a.exponent - b.exponent) || order(a.digits, b.digits);
  return byValue === 0 ? 0 : a.sign * byValue;
}

/** The most digits of a sum. Any two doubles have fewer (IEEE 754: 1.8e308 and 4.9e-324); an exponent of a text must not fill the memory. */
const MOST_SUM_DIGITS = 2_000;

/** The sum, without loss; undefined if it might have more than 2,000 digits. */
export function sumOf(numbers: readonly Numeric[]): Numeric | undefined {
  const addends = numbers.map((one) => decimalOf(digitsOf(one))).filter(({ sign }) => sign !== 0);
  if (addends.length === 0) return 0;
  const lowest = Math.min(0, ...addends.map(({ digits, exponent }) => exponent - digits.length));
  const highest = Math.max(...addends.map(({ exponent }) => exponent));
  if (highest - lowest > MOST_SUM_DIGITS) return undefined;
  const sum = addends.reduce((total, { sign, digits, exponent }) => {
    const shift = exponent - digits.length - lowest;
    return total + BigInt(sign) * BigInt(`${digits}${'0'.repeat(shift)}`);
  }, 0n);
  return numberFrom(plainText(sum, lowest));
}

/** A whole number times a power of ten, at most 0, as JSON writes it. */
function plainText(whole: bigint, power: number): string {
  if (power === 0) return String(whole);
  const digits = String(whole < 0n ? -whole : whole).padStart(1 - power, '0');
  return `${whole < 0n ? '-' : ''}${digits.slice(0, power)}.${digits.slice(power)}`;
}

/** The digits of a number, without the exponent that JavaScript writes from 1e21 on and below 1e-6. */
export function numberText(value: Numeric): string {
  if (typeof value !== 'number') return value.rawJSON;
  const text = String(value);
  return /\de/.test(text) ? plainDigits(decimalOf(text)) : text;
}

/** A canonical text: equal if, and only if, the values are equal. */
export function valueName(value: Numeric): string {
  const { sign, digits, exponent } = decimalOf(digitsOf(value));
  return `${sign}*${digits}e${exponent}`;
}

/** A text unchanged, a number by its digits; undefined for anything else. */
export function scalarText(value: string | Numeric): string;
export function scalarText(value: unknown): string | undefined;
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isNumeric(value) ? numberText(value) : undefined;
}

/** A decimal number without loss: 0.digits × 10^exponent, its digits without zeros at either end. */
interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly exponent: number;
}

function decimalOf(text: string): Decimal {
  const [, minus, whole, fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(
    text,
  ) as unknown as [string, string, string];
  const all = `${whole}${fraction}`;
  const significant = all.replace(/^0+/, '');
  if (significant === '') return { sign: 0, digits: '', exponent: 0 };
  const leading = all.length - significant.length;
  return {
    sign: minus === '-' ? -1 : 1,
    digits: withoutTrailingZeros(significant),
    exponent: whole.length - leading + Number(power),
  };
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

function sameValue(a: Decimal, b: Decimal): boolean {
  return a.sign === b.sign && a.exponent === b.exponent && a.digits === b.digits;
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function digitsOf(value: Numeric): string {
  return typeof value === 'number' ? String(value) : value.rawJSON;
}

function plainDigits({ sign, digits, exponent }: Decimal): string {
  const minus = sign < 0 ? '-' : '';
  return exponent <= 0
    ? `${minus}0.${'0'.repeat(-exponent)}${digits}`
    : `${minus}${digits.padEnd(exponent, '0')}`;
}
