/**
 * The escapes of JSON, URLs and HTML as one automaton that takes a character at a time. A further form is one more state here.
 *
 * A state and the value gathered so far are one number, so that nothing is allocated for a character.
 */
export type Progress = number;

/** Not an escape. */
export const NO_ESCAPE: Progress = -1;

const VALUE_BITS = 27;
const VALUE = 2 ** VALUE_BITS - 1;

/** The state of a progress; {@link DONE} once its value is the escape's code point. */
export function stateOf(progress: Progress): number {
  return (progress >> VALUE_BITS) & 0xf;
}

export function valueOf(progress: Progress): number {
  return progress & VALUE;
}

export const DONE = 0;
const SLASH = 1;
/** One hexadecimal digit left of `\\u0041` or `\\x41`; two, three and four are the states after it. */
const HEX = 2;
const PERCENT_HIGH = 6;
const PERCENT_LOW = 7;
const PERCENT_MORE = 8;
const ENTITY = 9;
const HASH = 10;
const DECIMAL = 11;
const HEXADECIMAL = 12;
const NAME = 13;

const of = (character: string): number => character.charCodeAt(0);

/** The progress after the first character of an escape; undefined for a character that begins none. */
export function beginningOf(code: number): number | undefined {
  return BEGINNINGS[code];
}

const BEGINNINGS: readonly (number | undefined)[] = Array.from(
  { length: 128 },
  (_, code) => ({ '\\': SLASH, '%': PERCENT_HIGH, '&': ENTITY })[String.fromCharCode(code)],
);

/** The progress after one more character. */
export function after(state: number, value: number, code: number): Progress {
  switch (state) {
    case SLASH:
      return afterSlash(code);
    case PERCENT_HIGH:
      return percentHigh(value, code);
    case PERCENT_LOW:
      return percentLow(value, code);
    case PERCENT_MORE:
      return code === PERCENT ? at(PERCENT_HIGH, value) : NO_ESCAPE;
    case ENTITY:
      return code === HASH_SIGN ? at(HASH, 0) : inName(0, code);
    case HASH:
      return (code | 32) === LETTER_X ? at(HEXADECIMAL, 0) : inNumber(DECIMAL, 0, code);
    case DECIMAL:
    case HEXADECIMAL:
      return inNumber(state, value, code);
    case NAME:
      return inName(value, code);
    default:
      return inHex(state, value, code);
  }
}

function at(state: number, value: number): Progress {
  return (state << VALUE_BITS) | value;
}

const PERCENT = of('%');
const HASH_SIGN = of('#');
const SEMICOLON = of(';');
const LETTER_U = of('u');
const LETTER_X = of('x');

/** Short escapes: the meant character by the letter after a backslash, or 0. */
const SHORT = new Uint8Array(128);
for (const [letter, meant] of Object.entries({
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
}))
  SHORT[of(letter)] = of(meant);

function afterSlash(code: number): Progress {
  if (code === LETTER_U) return at(HEX + 3, 0);
  if (code === LETTER_X) return at(HEX + 1, 0);
  const meant = code < 128 ? (SHORT[code] as number) : 0;
  return meant === 0 ? NO_ESCAPE : at(DONE, meant);
}

function inHex(state: number, value: number, code: number): Progress {
  const digit = hexOf(code);
  return digit < 0 ? NO_ESCAPE : at(state === HEX ? DONE : state - 1, value * 16 + digit);
}

/**
 * A character of UTF-8, byte by byte. Its value holds four numbers, from the lowest bit on:
 * - the code point so far (15 bits, since complete ones are done)
 * - the number of remaining bytes (2)
 * - the number of all following bytes (2)
 * - the first byte's high digit (4)
 */
const FOLLOW = 15;
const LENGTH = 17;
const DIGIT = 19;

function percentHigh(value: number, code: number): Progress {
  const digit = hexOf(code);
  return digit < 0 ? NO_ESCAPE : at(PERCENT_LOW, value | (digit << DIGIT));
}

function percentLow(value: number, code: number): Progress {
  const digit = hexOf(code);
  if (digit < 0) return NO_ESCAPE;
  const byte = ((value >> DIGIT) << 4) | digit;
  const length = (value >> LENGTH) & 3;
  return length === 0 ? firstByte(byte) : nextByte(value, byte, length);
}

function firstByte(byte: number): Progress {
  if (byte < 0x80) return at(DONE, byte);
  if (byte < 0xc0 || byte > 0xf7) return NO_ESCAPE;
  const length = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  return at(PERCENT_MORE, (byte & (0x3f >> length)) | (length << FOLLOW) | (length << LENGTH));
}

/** The least code point by number of bytes; an overlong form is invalid. */
const LEAST = [0, 0x80, 0x800, 0x10000];

function nextByte(value: number, byte: number, length: number): Progress {
  if ((byte & 0xc0) !== 0x80) return NO_ESCAPE;
  const point = ((value & (2 ** FOLLOW - 1)) << 6) | (byte & 0x3f);
  const left = ((value >> FOLLOW) & 3) - 1;
  if (left > 0) return at(PERCENT_MORE, point | (left << FOLLOW) | (length << LENGTH));
  const isCharacter = point >= (LEAST[length] as number) && (point < 0xd800 || point > 0xdfff);
  return isCharacter && point <= LAST_CHARACTER ? at(DONE, point) : NO_ESCAPE;
}

const COUNT = 24; // the digits' number stands above their value

function inNumber(state: number, value: number, code: number): Progress {
  const base = state === DECIMAL ? 10 : 16;
  const most = state === DECIMAL ? 7 : 6;
  const count = value >> COUNT;
  const number = value & (2 ** COUNT - 1);
  if (code === SEMICOLON) return count > 0 && number <= LAST_CHARACTER ? at(DONE, number) : NO_ESCAPE;
  const digit = hexOf(code);
  if (digit < 0 || digit >= base || count === most) return NO_ESCAPE;
  return at(state, (number * base + digit) | ((count + 1) << COUNT));
}

const LAST_CHARACTER = 0x10ffff;

function nameValue(letters: string): number {
  return Array.from(letters).reduce((value, letter) => value * 32 + (of(letter) & 31), 0);
}

const NAMES = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }).map(([name, meant]) => [
    nameValue(name),
    of(meant),
  ]),
);
const LONGEST_NAME = 32 ** 4;
const LETTER_A = of('a');
const LETTER_Z = of('z');

function inName(value: number, code: number): Progress {
  if (code === SEMICOLON) {
    const meant = NAMES.get(value);
    return meant === undefined ? NO_ESCAPE : at(DONE, meant);
  }
  const letter = code | 32;
  if (letter < LETTER_A || letter > LETTER_Z) return NO_ESCAPE;
  const named = value * 32 + (letter & 31);
  return named < LONGEST_NAME ? at(NAME, named) : NO_ESCAPE;
}

function hexOf(code: number): number {
  return code < 128 ? (DIGITS[code] as number) : -1;
}

/** By a character: its value as a hexadecimal digit, or -1. */
const DIGITS = new Int8Array(128).fill(-1);
for (const digit of '0123456789abcdefABCDEF') DIGITS[of(digit)] = Number.parseInt(digit, 16);
