import { EMPTY } from './decoding-lists.ts';
import { Decodings } from './decodings.ts';
import { beginningOf } from './escapes.ts';

/** A range of a text, the end excluded. */
export type Span = readonly [start: number, end: number];

/** A text of this length may have been truncated at some size limit, within a secret. */
export const LONG_TEXT = 4_096;

/** The shortest prefix of a needle that is found at the end of a long text. */
const SHORTEST_PART = 6;

/** The longest truncated escape at the end of a text, in characters. */
const LONGEST_HALF = 24;

const ESCAPED = /[\\%&]/;
const BACKSLASH = 0x5c;
const HASHES = 65_536;

/** Minimum size of the table of prefixes; its maximum is the number of hashes. */
const SHORTEST_TABLE = 4_096;
/** Table places for each needle: sparse enough to rule out nearly every place. */
const PLACES_PER_NEEDLE = 64;

const NONE: readonly string[] = [];

/** All searches share this memory: each ends before another begins, and a large text takes megabytes. */
const READINGS = new Decodings();

/** Number of remembered lists, a power of two. */
const REMEMBERED = 4_096;
/** Lists of the current text without a reading that begins a needle. */
const IDLE = new Int32Array(REMEMBERED);

/** The shortest needle: the table holds that many characters of each. */
export const SHORTEST_NEEDLE = 4;

/**
 * Texts to find in others, at every place, raw and in every reading (`Decodings`). A table of needle prefixes rules out nearly every place;
 * the few candidates are compared. One pass, however many needles.
 */
export class Needles {
  #steps = 0;
  readonly #known = new Set<string>();
  /** By the last bits of a hash of one to four characters: a bit for each length of a prefix with that hash. */
  #beginnings = tableOf(SHORTEST_TABLE);
  readonly #byBeginning = new Map<number, string[]>();
  #text = '';
  /** The current place, and the end of the literal-only text from there. */
  #place = 0;
  #plainUntil = 0;
  /** Length of the row of backslashes at the place; 1 for another character. */
  #row = 0;

  /** Characters, readings and comparisons so far: a machine-independent measure of cost. */
  get steps(): number {
    return this.#steps;
  }

  add(needle: string): void {
    if (this.#known.has(needle)) return;
    this.#known.add(needle);
    const hash = this.#mark(needle);
    this.#byBeginning.set(hash, [...(this.#byBeginning.get(hash) ?? NONE), needle]);
    const { length } = this.#beginnings;
    if (length === HASHES || this.#known.size * PLACES_PER_NEEDLE <= length) return;
    this.#beginnings = tableOf(4 * length);
    for (const one of this.#known) this.#mark(one);
  }

  /** Adds the prefixes of a needle to the table, and returns the hash of the longest. */
  #mark(needle: string): number {
    const beginnings = this.#beginnings;
    let hash = 0;
    for (let at = 0; at < SHORTEST_NEEDLE; at += 1) {
      hash = hashed(hash, at, needle.charCodeAt(at));
      const place = hash & (beginnings.length - 1);
      beginnings[place] = (beginnings[place] as number) | (1 << at);
    }
    return hash;
  }

  /** The spans of needles in a text, from the end to the beginning; at each place the longest. */
  spansIn(text: string): readonly Span[] {
    this.#steps += text.length;
    return ESCAPED.test(text) ? this.#escapedSpans(text) : this.#plainSpans(text);
  }

  #plainSpans(text: string): readonly Span[] {
    const spans: Span[] = [];
    const beginnings = this.#beginnings;
    const last = beginnings.length - 1;
    this.#text = text;
    this.#plainUntil = text.length;
    let hash = 0;
    for (let place = text.length - 1; place >= 0; place -= 1) {
      hash = shifted(hash, text.charCodeAt(place));
      if (((beginnings[hash & last] as number) & WHOLE) === 0) continue;
      this.#place = place;
      const end = this.#longest(hash);
      if (end > 0) spans.push([place, end]);
    }
    return spans;
  }

  #escapedSpans(text: string): readonly Span[] {
    const spans: Span[] = [];
    const readings = READINGS;
    const beginnings = this.#beginnings;
    const last = beginnings.length - 1;
    const stepsBefore = readings.steps;
    const units = readings.begin(text);
    IDLE.fill(EMPTY);
    this.#text = text;
    this.#plainUntil = text.length < LONG_TEXT ? text.length : Math.max(0, text.length - LONGEST_HALF);
    for (let place = text.length - 1; place >= 0; place -= 1) {
      const unit = units[place] as number;
      if (((beginnings[unit & last] as number) & VISITED) === 0) continue;
      const list = beginningOf(unit) === undefined ? EMPTY : readings.add(place);
      if (list !== EMPTY && place < this.#plainUntil) this.#plainUntil = place;
      this.#row = unit === BACKSLASH && units[place + 1] === BACKSLASH ? this.#row + 1 : 1;
      this.#place = place;
      const end = list === EMPTY ? this.#fromCharacter(unit) : this.#fromEscape(list);
      if (end > 0) spans.push([place, end]);
    }
    this.#steps += readings.steps - stepsBefore;
    return spans;
  }

  /** The end of the longest needle that begins with a literal character; 0 without one. */
  #fromCharacter(unit: number): number {
    const place = this.#place;
    if (place + SHORTEST_NEEDLE > this.#plainUntil) return this.#take(place + 1, 0, unit);
    const hash = this.#hashAt(place);
    return this.#isWhole(hash) ? this.#longest(hash) : 0;
  }

  /** Like `#fromCharacter`, for an escape, by its list of readings: many places share one. */
  #fromEscape(list: number): number {
    const slot = list & (REMEMBERED - 1);
    if (IDLE[slot] === list) return 0;
    if (this.#row > ROW_OF_ONE && !this.#isWhole(FOUR_BACKSLASHES)) return 0;
    const before = this.#steps;
    const end = this.#read(this.#place, 0, 0);
    if (this.#steps === before) IDLE[slot] = list; // nothing was read any further
    return end;
  }

  /** True if needles may begin with the four characters of a hash. */
  #isWhole(hash: number): boolean {
    return ((this.#beginnings[hash & (this.#beginnings.length - 1)] as number) & WHOLE) !== 0;
  }

  #hashAt(place: number): number {
    let hash = 0;
    for (let at = 0; at < SHORTEST_NEEDLE; at += 1) hash = hashed(hash, at, READINGS.unitAt(place + at));
    return hash;
  }

  /** Continues with each reading of a place; returns the end of the longest needle, 0 without one. */
  #read(next: number, count: number, hash: number): number {
    const { codes, lengths } = READINGS;
    const beginnings = this.#beginnings;
    const last = beginnings.length - 1;
    const bit = 1 << count;
    let end = 0;
    for (let reading = READINGS.listAt(next); lengths[reading] !== 0; reading += 1) {
      const code = codes[reading] as number;
      const after = next + (lengths[reading] as number);
      let found = 0;
      if (code > 0xffff) found = this.#takePair(after, count, hash, code);
      else {
        const read = hashed(hash, count, code);
        if (((beginnings[read & last] as number) & bit) !== 0) found = this.#take(after, count, read);
      }
      if (found > end) end = found;
    }
    return end;
  }

  /** Continues with a character and the literal ones after it. */
  #take(from: number, counted: number, read: number): number {
    let [next, count, hash] = [from, counted, read];
    const readings = READINGS;
    const last = this.#beginnings.length - 1;
    for (;;) {
      this.#steps += 1;
      if (((this.#beginnings[hash & last] as number) & (1 << count)) === 0) return 0;
      if (count === SHORTEST_NEEDLE - 1) return this.#longest(hash);
      if (next >= this.#text.length) return 0;
      count += 1;
      if (readings.listAt(next) !== EMPTY) return this.#read(next, count, hash);
      hash = hashed(hash, count, readings.unitAt(next));
      next += 1;
    }
  }

  /** Takes a character of two units. */
  #takePair(next: number, count: number, hash: number, point: number): number {
    const pair = String.fromCodePoint(point);
    const half = hashed(hash, count, pair.charCodeAt(0));
    if (count === SHORTEST_NEEDLE - 1) return this.#take(next, count, half);
    return this.#take(next, count + 1, hashed(half, count + 1, pair.charCodeAt(1)));
  }

  #longest(hash: number): number {
    const [text, place, plainUntil] = [this.#text, this.#place, this.#plainUntil];
    let end = 0;
    for (const needle of this.#byBeginning.get(hash) ?? NONE) {
      this.#steps += 1;
      const isPlain = place + needle.length <= plainUntil || plainUntil === text.length;
      end = Math.max(end, isPlain ? plainEnd(text, place, needle) : this.#readEnd(text, place, needle));
    }
    return end;
  }

  /** The end of the needle that begins at a place, the furthest of several; 0 if there is none. */
  #readEnd(text: string, from: number, needle: string): number {
    const readings = READINGS;
    let places: readonly number[] = [from];
    let next: number[] = [];
    let ahead: number[] = []; // beyond a character of two units
    for (let at = 0; at < needle.length; at += 1) {
      if (at >= SHORTEST_PART && places.some((place) => mayBeCut(text, place))) return text.length;
      [next, ahead] = [ahead, []];
      const unit = needle.charCodeAt(at);
      const point = needle.codePointAt(at) as number;
      this.#steps += places.length;
      const all = places.flatMap((place) => [...readings.at(place)]);
      for (const [code, end] of all) {
        if (code === unit) put(next, end);
        else if (code === point) put(ahead, end);
      }
      if (next.length === 0 && ahead.length === 0) return 0;
      places = next;
    }
    return Math.max(...places);
  }
}

/** In a row of backslashes as long as this, four readings of three deep stay within it. */
const ROW_OF_ONE = 4 * 8;

const WHOLE = 1 << (SHORTEST_NEEDLE - 1);

/** The hash of some characters and one more. */
function hashed(hash: number, count: number, code: number): number {
  return (hash ^ (code << (4 * count))) & (HASHES - 1);
}

/** The bit of the characters that begin an escape. */
const ESCAPE = 1 << SHORTEST_NEEDLE;
const VISITED = ESCAPE | 1;

const FOUR_BACKSLASHES = [0, 1, 2, 3].reduce((hash, at) => hashed(hash, at, BACKSLASH), 0);

/** The hash of a character and the first three of four; later ones are shifted out. */
function shifted(hash: number, code: number): number {
  return ((hash << 4) ^ code) & (HASHES - 1);
}

function tableOf(length: number): Uint8Array {
  const table = new Uint8Array(length);
  for (const mark of '\\%&') table[mark.charCodeAt(0)] = ESCAPE;
  return table;
}

function plainEnd(text: string, place: number, needle: string): number {
  if (text.startsWith(needle, place)) return place + needle.length;
  const until = text.endsWith(HALF_CHARACTER) ? text.length - 1 : text.length;
  const isPart = text.length >= LONG_TEXT && until - place >= SHORTEST_PART && until - place < needle.length;
  return isPart && needle.startsWith(text.slice(place, until)) ? text.length : 0;
}

/** Stands for bytes that are no character. */
const HALF_CHARACTER = '\ufffd';

/** True if a long text may have been truncated here: at its end, or within the last character or escape. */
function mayBeCut(text: string, place: number): boolean {
  if (text.length < LONG_TEXT || place < text.length - LONGEST_HALF) return false;
  return place === text.length || ESCAPED.test(text.charAt(place)) || text.slice(place) === HALF_CHARACTER;
}

function put(places: number[], place: number): void {
  if (!places.includes(place)) places.push(place);
}
