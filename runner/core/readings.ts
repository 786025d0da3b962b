import { after, beginningOf, DONE, mayFollow, NO_ESCAPE, stateOf, valueOf } from './escapes.ts';
import { EMPTY, ReadingLists } from './reading-lists.ts';
import { Repeats } from './repeats.ts';

/** Escapes inside escapes that are resolved: JSON in JSON in a URL. */
const DEEPEST = 3;

/** The longest escape, `%F0%9F%98%80`; a place's readings depend on no more of the text than so many of them in each other. */
const LONGEST_ESCAPE = 12;

/** Backslashes that one escape three deep takes up at most. */
const LONGEST_UNIT = 2 ** DEEPEST;

const BACKSLASH = 0x5c;

/** Outcomes and kinds of escapes that are remembered, a power of two: the newest of those that fall together. */
const REMEMBERED = 4_096;

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
  /** By place: the name of its list. */
  #lists = new Int32Array(1_024);
  readonly #pool = new ReadingLists();
  /** The list that is being made: where it begins, and the reading from which escapes are looked for next. */
  #first = 0;
  #next = 0;
  #backslashes = 0;
  /** What an escape comes to whose first character ends at a place: readings from there on. */
  readonly #outcomes = new ReadingLists();
  /** The place from which an outcome is being read. */
  #from = 0;
  readonly #outcomeKeys = new Int32Array(REMEMBERED);
  readonly #outcomeLists = new Int32Array(REMEMBERED);
  /** Lists by the kind of escape: a `%`, an `&` or so many backslashes in a row, and what an escape behind them comes to. */
  readonly #kinds = new Int32Array(REMEMBERED);
  readonly #kindLists = new Int32Array(REMEMBERED);
  readonly #repeats = new Repeats(LONGEST_ESCAPE ** DEEPEST);

  /** Begins with a text; its places are added after that, from the last to the first. Gives the text's units of UTF-16. */
  begin(text: string): Uint16Array {
    this.#length = text.length;
    if (this.#lists.length < text.length) {
      this.#lists = new Int32Array(text.length);
      this.#bytes = Buffer.alloc(2 * text.length);
      this.#units = new Uint16Array(this.#bytes.buffer, this.#bytes.byteOffset, text.length);
    }
    this.#bytes.write(text, 'utf16le');
    this.#lists.fill(EMPTY, 0, text.length);
    this.#pool.clear();
    this.#outcomes.clear();
    this.#outcomeKeys.fill(0);
    this.#kinds.fill(0);
    this.#backslashes = 0;
    this.#repeats.begin(this.#units, text.length);
    return this.#units;
  }

  /** Works out the readings of a place where an escape may begin, and gives its list. All others have none. */
  add(place: number, code: number): number {
    if (code === BACKSLASH) {
      const isRow = place + 1 < this.#length && this.#units[place + 1] === BACKSLASH;
      this.#backslashes = isRow ? this.#backslashes + 1 : 1;
    }
    const list = this.#alike(place, code) ?? this.#ofKind(place, code);
    this.#lists[place] = list;
    return list;
  }

  /** The list of a place further on that reads the same, where there is one. */
  #alike(place: number, code: number): number | undefined {
    if (code === BACKSLASH && this.#backslashes > LONGEST_UNIT) return this.#lists[place + 1];
    const alike = this.#repeats.of(place);
    return alike === 0 ? undefined : this.#lists[alike];
  }

  /** The character at a place, as a unit of UTF-16. */
  unitAt(place: number): number {
    return this.#units[place] as number;
  }

  /** The number of backslashes in a row from the last backslash on that was added. */
  get backslashes(): number {
    return this.#backslashes;
  }

  /** The list of a place that was added: its first reading, or {@link EMPTY}. */
  listAt(place: number): number {
    return this.#lists[place] as number;
  }

  /** All readings of a place that was added: code points, and where each ends. */
  *at(place: number): Generator<readonly [code: number, end: number]> {
    if (place >= this.#length) return;
    const list = this.listAt(place);
    if (list === EMPTY) yield [this.unitAt(place), place + 1];
    else
      for (let reading = list; this.lengths[reading] !== 0; reading += 1)
        yield [this.codes[reading] as number, place + (this.lengths[reading] as number)];
  }

  /** The code points of readings. */
  get codes(): Uint32Array {
    return this.#pool.codes;
  }

  /** The characters of the text that readings take up; 0 behind the last of a list. */
  get lengths(): Uint16Array {
    return this.#pool.lengths;
  }

  /** Texts have many escapes, and few kinds of them: those of one kind have one list. */
  #ofKind(place: number, code: number): number {
    const isRow = code === BACKSLASH;
    const behind = place + (isRow ? this.#backslashes : 1);
    const key = this.#kindOf(isRow ? this.#backslashes : LONGEST_UNIT + (code & 3), code, behind);
    if (key === 0) return this.#listOf(place, code);
    const slot = (key ^ (key >> 12)) & (REMEMBERED - 1);
    if (this.#kinds[slot] === key) return this.#kindLists[slot] as number;
    const list = this.#listOf(place, code);
    this.#kinds[slot] = key;
    this.#kindLists[slot] = list;
    return list;
  }

  /** All that readings depend on as one number, if that is how they begin and what one escape comes to; else 0. */
  #kindOf(beginning: number, code: number, behind: number): number {
    if (behind >= this.#length) return beginning;
    if (this.#lists[behind] !== EMPTY) return 0;
    if (!mayFollow(code, this.#units[behind] as number)) return beginning;
    const outcome = this.#outcomeOf(code, behind);
    const { codes, lengths, depths } = this.#outcomes;
    const length = lengths[outcome] as number;
    if (length === 0) return beginning;
    const meant = codes[outcome] as number;
    const isAll = lengths[outcome + 1] === 0 && depths[outcome] === 0;
    if (!isAll || (meant < 128 && GOES_ON[meant] === 1)) return 0;
    return beginning | (length << 4) | (meant << 8);
  }

  #listOf(place: number, code: number): number {
    const from = place + 1;
    if (from >= this.#length) return EMPTY;
    if (this.#lists[from] === EMPTY && !mayFollow(code, this.#units[from] as number)) return EMPTY;
    const pool = this.#pool;
    const first = pool.used;
    this.#first = first;
    pool.put(code, 1, 0);
    for (this.#next = first; this.#next < pool.used; ) {
      const reading = this.#next;
      this.#next += 1;
      const depth = pool.depths[reading] as number;
      const begun = pool.codes[reading] as number;
      if (depth < DEEPEST && beginningOf(begun) !== undefined)
        this.#keepEach(begun, place, pool.lengths[reading] as number, depth);
    }
    if (pool.used > first + 1) return pool.end(first);
    pool.used = first;
    return EMPTY;
  }

  #keepEach(begun: number, place: number, length: number, depth: number): void {
    const list = this.#outcomeOf(begun, place + length);
    const { codes, lengths, depths } = this.#outcomes;
    for (let outcome = list; lengths[outcome] !== 0; outcome += 1) {
      const deeper = Math.max(depth, depths[outcome] as number);
      this.#keep(codes[outcome] as number, length + (lengths[outcome] as number), deeper + 1);
    }
  }

  /** Puts a reading on the list that is being made; one that was found deeper before is looked at again. */
  #keep(code: number, length: number, depth: number): void {
    const { codes, lengths, depths, used } = this.#pool;
    for (let known = this.#first; known < used; known += 1) {
      if (codes[known] !== code || lengths[known] !== length) continue;
      if ((depths[known] as number) > depth) {
        depths[known] = depth;
        this.#next = Math.min(this.#next, known);
      }
      return;
    }
    this.#pool.put(code, length, depth);
  }

  /** What an escape that begins with a character comes to, if what follows that stands at a place. */
  #outcomeOf(begun: number, from: number): number {
    if (from >= this.#length) return EMPTY;
    const key = from * 4 + (begun & 3) + 1; // the three differ in these bits
    const slot = key & (REMEMBERED - 1);
    if (this.#outcomeKeys[slot] === key) return this.#outcomeLists[slot] as number;
    const outcomes = this.#outcomes;
    const first = outcomes.used;
    this.#from = from;
    this.#spell(beginningOf(begun) as number, 0, from, 0);
    const list = outcomes.end(first);
    this.#outcomeKeys[slot] = key;
    this.#outcomeLists[slot] = list;
    return list;
  }

  /** Goes on in an escape: by one character after another, and by each reading where there are several. */
  #spell(begun: number, gathered: number, at: number, depth: number): void {
    let state = begun;
    let value = gathered;
    const lists = this.#lists;
    for (let place = at; place < this.#length; ) {
      this.steps += 1;
      if (lists[place] !== EMPTY) {
        this.#spellEach(state, value, place, depth);
        return;
      }
      const progress = after(state, value, this.#units[place] as number);
      if (progress === NO_ESCAPE) return;
      place += 1;
      state = stateOf(progress);
      value = valueOf(progress);
      if (state === DONE) {
        this.#outcomes.put(value, place - this.#from, depth);
        return;
      }
    }
  }

  #spellEach(state: number, value: number, place: number, depth: number): void {
    const { codes, lengths, depths } = this.#pool;
    for (let reading = this.#lists[place] as number; lengths[reading] !== 0; reading += 1) {
      this.steps += 1;
      const inner = depths[reading] as number;
      const progress = inner < DEEPEST ? after(state, value, codes[reading] as number) : NO_ESCAPE;
      if (progress === NO_ESCAPE) continue;
      const end = place + (lengths[reading] as number);
      const deeper = Math.max(depth, inner);
      if (stateOf(progress) === DONE) this.#outcomes.put(valueOf(progress), end - this.#from, deeper);
      else this.#spell(stateOf(progress), valueOf(progress), end, deeper);
    }
  }
}

/** Characters that, behind a backslash, begin what needs more of them, or are an escape's beginning themselves. */
const GOES_ON = new Uint8Array(128);
for (const character of 'ux\\%&') GOES_ON[character.charCodeAt(0)] = 1;
