import { after, beginningOf, DONE, NO_ESCAPE, stateOf, valueOf } from './escapes.ts';

/** Escapes inside escapes that are resolved: JSON in JSON in a URL. */
const DEEPEST = 3;

/** Backslashes that one escape three deep takes up at most. */
const LONGEST_UNIT = 2 ** DEEPEST;

const BACKSLASH = 0x5c;

/**
 * The readings of a text once the escapes of JSON, URLs and HTML are resolved, those inside others too. A character that may
 * begin an escape may also be meant as it stands (a secret may hold `\\n` or `%41` itself), so each place has a list of
 * readings. They are worked out in one pass, from the end of the text to its beginning.
 */
export class Readings {
  /** Characters that were looked at within escapes: what the work costs, on any machine. */
  steps = 0;
  #length = 0;
  #bytes = Buffer.alloc(2_048);
  #units = new Uint16Array(this.#bytes.buffer, this.#bytes.byteOffset, 1_024);
  /** By place: where its list begins in the pool, or 0 for a character that can only be read as it stands. */
  #lists = new Int32Array(1_024);
  // The pool: for each reading its code point, how much of the text it takes up, and how deep it is. A list ends with length 0.
  #codes = new Uint32Array(1_024);
  #lengths = new Uint16Array(1_024);
  #depths = new Uint8Array(1_024);
  #used = 1;
  /** The list that is being made: its place, where it begins, and the reading from which escapes are looked for next. */
  #place = 0;
  #first = 0;
  #next = 0;
  #backslashes = 0;
  /** Lists of backslashes in a row, by how many there are and what stands behind them. */
  readonly #rows = new Int32Array((LONGEST_UNIT + 1) * 128);

  /** Begins with a text; its places are added after that, from the last to the first. Gives the text's units of UTF-16. */
  begin(text: string): Uint16Array {
    this.#length = text.length;
    if (this.#lists.length < text.length) {
      this.#lists = new Int32Array(text.length);
      this.#bytes = Buffer.alloc(2 * text.length);
      this.#units = new Uint16Array(this.#bytes.buffer, this.#bytes.byteOffset, text.length);
    }
    this.#bytes.write(text, 'utf16le');
    this.#used = 1;
    this.#backslashes = 0;
    this.#rows.fill(0);
    return this.#units;
  }

  /** Works out the readings of a place and gives its list: the first reading in the pool, or 0. */
  add(place: number, code: number): number {
    this.#backslashes = code === BACKSLASH ? this.#backslashes + 1 : 0;
    let list = 0;
    if (code === BACKSLASH) list = this.#ofRow(place);
    else if (beginningOf(code) !== undefined) list = this.#listOf(place, code);
    this.#lists[place] = list;
    return list;
  }

  /** The character at a place, as a unit of UTF-16. */
  unitAt(place: number): number {
    return this.#units[place] as number;
  }

  /** The number of backslashes in a row from the place that was added last. */
  get backslashes(): number {
    return this.#backslashes;
  }

  /** The list of a place that was added: its first reading in the pool, or 0 where a character only stands for itself. */
  listAt(place: number): number {
    return this.#lists[place] as number;
  }

  /** All readings of a place that was added: code points, and where each ends. */
  *at(place: number): Generator<readonly [code: number, end: number]> {
    if (place >= this.#length) return;
    const list = this.#lists[place] as number;
    if (list === 0) yield [this.#units[place] as number, place + 1];
    else
      for (let reading = list; this.#lengths[reading] !== 0; reading += 1)
        yield [this.#codes[reading] as number, place + (this.#lengths[reading] as number)];
  }

  /** The code point of a reading. */
  codeOf(reading: number): number {
    return this.#codes[reading] as number;
  }

  /** The characters of the text that a reading takes up; 0 behind the last of a list. */
  lengthOf(reading: number): number {
    return this.#lengths[reading] as number;
  }

  /** Texts have whole blocks of backslashes, and few kinds of rows. */
  #ofRow(place: number): number {
    if (this.#backslashes > LONGEST_UNIT) return this.#lists[place + 1] as number;
    const behind =
      place + this.#backslashes < this.#length ? (this.#units[place + this.#backslashes] as number) : 0;
    if (behind >= 128 || NOT_ALONE[behind] === 1) return this.#listOf(place, BACKSLASH);
    const key = this.#backslashes * 128 + behind;
    const known = this.#rows[key] as number;
    return known === 0 ? (this.#rows[key] = this.#listOf(place, BACKSLASH)) : known;
  }

  #listOf(place: number, code: number): number {
    this.#place = place;
    this.#first = this.#used;
    this.#keep(code, place + 1, 0);
    for (this.#next = this.#first; this.#next < this.#used; ) {
      const reading = this.#next;
      this.#next += 1;
      const depth = this.#depths[reading] as number;
      const state = depth === DEEPEST ? undefined : beginningOf(this.#codes[reading] as number);
      if (state !== undefined) this.#spell(state, 0, place + (this.#lengths[reading] as number), depth);
    }
    if (this.#used === this.#first + 1) {
      this.#used = this.#first;
      return 0;
    }
    this.#reserve();
    this.#lengths[this.#used] = 0;
    this.#used += 1;
    return this.#first;
  }

  /** Goes on in an escape: by one character after another, and by each reading where there are several. */
  #spell(begun: number, gathered: number, from: number, depth: number): void {
    let [state, value, place] = [begun, gathered, from];
    while (place < this.#length) {
      this.steps += 1;
      const list = this.#lists[place] as number;
      if (list !== 0) {
        this.#spellEach(state, value, place, depth);
        return;
      }
      const progress = after(state, value, this.#units[place] as number);
      if (progress === NO_ESCAPE) return;
      place += 1;
      state = stateOf(progress);
      value = valueOf(progress);
      if (state === DONE) {
        this.#keep(value, place, depth + 1);
        return;
      }
    }
  }

  #spellEach(state: number, value: number, place: number, depth: number): void {
    for (let reading = this.#lists[place] as number; this.#lengths[reading] !== 0; reading += 1) {
      const inner = this.#depths[reading] as number;
      const progress = inner < DEEPEST ? after(state, value, this.#codes[reading] as number) : NO_ESCAPE;
      if (progress === NO_ESCAPE) continue;
      const end = place + (this.#lengths[reading] as number);
      const deeper = Math.max(depth, inner);
      if (stateOf(progress) === DONE) this.#keep(valueOf(progress), end, deeper + 1);
      else this.#spell(stateOf(progress), valueOf(progress), end, deeper);
    }
  }

  /** Puts a reading on the list that is being made; one that was found deeper before is looked at again. */
  #keep(code: number, end: number, depth: number): void {
    const length = end - this.#place;
    for (let known = this.#first; known < this.#used; known += 1) {
      if (this.#codes[known] !== code || this.#lengths[known] !== length) continue;
      if ((this.#depths[known] as number) > depth) {
        this.#depths[known] = depth;
        this.#next = Math.min(this.#next, known);
      }
      return;
    }
    this.#reserve();
    this.#codes[this.#used] = code;
    this.#lengths[this.#used] = length;
    this.#depths[this.#used] = depth;
    this.#used += 1;
  }

  #reserve(): void {
    if (this.#used < this.#codes.length) return;
    const size = 2 * this.#used;
    const [codes, lengths, depths] = [this.#codes, this.#lengths, this.#depths];
    this.#codes = new Uint32Array(size);
    this.#codes.set(codes);
    this.#lengths = new Uint16Array(size);
    this.#lengths.set(lengths);
    this.#depths = new Uint8Array(size);
    this.#depths.set(depths);
  }
}

/** Characters that, behind a backslash, begin what needs more of them, or are an escape's beginning themselves. */
const NOT_ALONE = new Uint8Array(128);
for (const character of 'ux%&') NOT_ALONE[character.charCodeAt(0)] = 1;
