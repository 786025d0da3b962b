import { numberFrom } from './numbers.ts';

/** The parts of a JSON text that JSON.parse alone would lose, in order. */
export interface Scanned {
  readonly numbers: readonly Span[];
  /** Offsets of the strings (their quotes), keys excepted, whose first character may be `#`. */
  readonly texts: readonly number[];
}

interface Span {
  readonly begin: number;
  readonly end: number;
}

const QUOTE = 0x22;
const HASH = 0x23;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const SMALL_E = 0x65;
/** The bit by which small letters differ from capitals in ASCII. */
const SMALL = 0x20;

/** Characters of a number without an exponent that a double always holds: 15 digits. */
const ALWAYS_HELD = 15;

/** One pass over the characters, without a regular expression or a copy: nearly all texts have no such part. */
export function scanJson(text: string): Scanned {
  const numbers: Span[] = [];
  const texts: number[] = [];
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfText(text, at);
      if (mayBeginWithHash(text, at) && !isKey(text, end)) texts.push(at);
      at = end;
    } else if (isDigit(code) || code === MINUS) {
      const end = endOfNumber(text, at);
      if (mayBeExact(text, at, end) && isExact(text, at, end)) numbers.push({ begin: at, end });
      at = end;
    } else at += 1;
  }
  return { numbers, texts };
}

/** The offset after the closing quote, or the length of the text if it is unterminated. */
function endOfText(text: string, begin: number): number {
  for (let at = text.indexOf('"', begin + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
  return text.length;
}

/** `#` itself or an escape. */
function mayBeginWithHash(text: string, begin: number): boolean {
  const code = text.charCodeAt(begin + 1);
  return code === HASH || code === BACKSLASH;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (text.charCodeAt(at) <= SPACE) at += 1;
  return text.charCodeAt(at) === COLON;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function endOfNumber(text: string, begin: number): number {
  let at = begin + 1;
  while (isOfNumber(text.charCodeAt(at))) at += 1;
  return at;
}

function isOfNumber(code: number): boolean {
  return isDigit(code) || code === POINT || (code | SMALL) === SMALL_E || code === PLUS || code === MINUS;
}

/** A short number may have an exponent. */
function mayBeExact(text: string, begin: number, end: number): boolean {
  if (end - begin > ALWAYS_HELD) return true;
  for (let at = begin + 1; at < end; at += 1) if ((text.charCodeAt(at) | SMALL) === SMALL_E) return true;
  return false;
}

/** Leaves to JSON.parse any invalid number, and any number in place of a key. */
function isExact(text: string, begin: number, end: number): boolean {
  return typeof numberFrom(text.slice(begin, end)) === 'object' && !isKey(text, end);
}
