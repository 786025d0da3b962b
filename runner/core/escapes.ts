/**
 * The escapes of JSON, URLs and HTML as one automaton that takes a character at a time. A form that is to be recognised
 * besides is one more state here.
 *
 * A state and the value gathered so far are one number, so that nothing is allocated for a character.
 */
export type Progress = number;

/** The escape is no escape. */
export const NO_ESCAPE: Progress = -1;

const VALUE_BITS = 27;
const VALUE = 2 ** VALUE_BITS - 1;

/** The state of a progress; {@link DONE} once its value is the code point that the escape stands for. */
export function stateOf(progress: Progress): number {
  return (progress >> VALUE_BITS) & 0xf;
}

/** The value gathered so far. */
export function valueOf(progress: Progress): number {
  return progress & VALUE;
}

export const DONE = 0;
const SLASH = 1;
/** One hexadecimal digit left of `\\u0041` or `\\x41`; two, three and four are the states behind it. */
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

/** Where an escape that begins with a character stands after it; undefined for a character that begins none. */
export function beginningOf(code: number): number | undefined {
  return BEGINNINGS[code];
}

const BEGINNINGS: readonly (number | undefined)[] = Array.from(
  { length: 128 },
  (_, code) => ({ '\\': SLASH, '%': PERCENT_HIGH, '&': ENTITY })[String.fromCharCode(code)],
);

/** Where an escape stands after one more character. */
export function after(state: number, value: number, code: number): Progress {
  return (NEXT[state] as (value: number, code: number) => Progress)(value, code);
}

function at(state: number, value: number): Progress {
  return (state << VALUE_BITS) | value;
}

const SHORT = new Map(
  Object.entries({
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    '"': '"',
    "'": "'",
    '\\': '\\',
    '/': '/',
  }).map(([letter, meant]) => [of(letter), of(meant)]),
);

function afterSlash(_: number, code: number): Progress {
  if (code === of('u')) return at(HEX + 3, 0);
  if (code === of('x')) return at(HEX + 1, 0);
  const meant = SHORT.get(code);
  return meant === undefined ? NO_ESCAPE : at(DONE, meant);
}

function hexAfter(left: number): (value: number, code: number) => Progress {
  return (value, code) => {
    const digit = hexOf(code);
    return digit < 0 ? NO_ESCAPE : at(left === 0 ? DONE : HEX + left - 1, value * 16 + digit);
  };
}

/**
 * A character of UTF-8, byte by byte. Its value holds, from the lowest bit on: the code point so far (15 bits, since what is
 * whole is done), how many bytes follow (2), how many followed the first (2), and the byte's first digit (4).
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

/** The least code point of so many bytes; one that could be said in fewer is none. */
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

function digitsIn(
  base: 10 | 16,
  { state, most }: { readonly state: number; readonly most: number },
): (value: number, code: number) => Progress {
  return (value, code) => {
    const count = value >> COUNT;
    const number = value & (2 ** COUNT - 1);
    if (code === of(';')) return count > 0 && number <= LAST_CHARACTER ? at(DONE, number) : NO_ESCAPE;
    const digit = hexOf(code);
    if (digit < 0 || digit >= base || count === most) return NO_ESCAPE;
    return at(state, (number * base + digit) | ((count + 1) << COUNT));
  };
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

function inName(value: number, code: number): Progress {
  if (code === of(';')) {
    const meant = NAMES.get(value);
    return meant === undefined ? NO_ESCAPE : at(DONE, meant);
  }
  const letter = code | 32;
  if (letter < of('a') || letter > of('z')) return NO_ESCAPE;
  const named = value * 32 + (letter & 31);
  return named < LONGEST_NAME ? at(NAME, named) : NO_ESCAPE;
}

const inDecimal = digitsIn(10, { state: DECIMAL, most: 7 });
const inHexadecimal = digitsIn(16, { state: HEXADECIMAL, most: 6 });

const NEXT: readonly ((value: number, code: number) => Progress)[] = [];
Object.assign(NEXT, {
  [SLASH]: afterSlash,
  [HEX]: hexAfter(0),
  [HEX + 1]: hexAfter(1),
  [HEX + 2]: hexAfter(2),
  [HEX + 3]: hexAfter(3),
  [PERCENT_HIGH]: percentHigh,
  [PERCENT_LOW]: percentLow,
  [PERCENT_MORE]: (value: number, code: number) => (code === of('%') ? at(PERCENT_HIGH, value) : NO_ESCAPE),
  [ENTITY]: (_: number, code: number) => (code === of('#') ? at(HASH, 0) : inName(0, code)),
  [HASH]: (_: number, code: number) => ((code | 32) === of('x') ? at(HEXADECIMAL, 0) : inDecimal(0, code)),
  [DECIMAL]: inDecimal,
  [HEXADECIMAL]: inHexadecimal,
  [NAME]: inName,
});

function hexOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
