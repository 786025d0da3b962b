import { Alike, FAR } from './alike.ts';
import { DecodingLists, EMPTY } from './decoding-lists.ts';
import { after, beginningOf, DONE, NO_ESCAPE, stateOf, valueOf } from './escapes.ts';

/** Escapes inside escapes that are resolved: JSON in JSON in a URL. */
const DEEPEST = 3;

/** Bits of a reach, which is {@link FAR} at most. */
const REACH_BITS = 8;

/**
 * The readings of a text once the escapes of JSON, URLs and HTML are resolved, nested ones included. A character that may begin
 * an escape may also be literal, since a secret may hold `\\n` or `%41` itself. So each place has a list of readings. One pass,
 * from the end of the text to its beginning, computes them. All places with the same characters share a list. Its reach says on
 * how many characters it depends.
 */
export class Decodings {
  /** Characters visited within escapes: a machine-independent measure of cost. */
  steps = 0;
  #length = 0;
  /** The text, and a sentinel that is in no escape. */
  #units = new Uint16Array(1_024);
  /** List names by place. */
  #lists = new Int32Array(1_024);
  /** By place: the reach of its readings of depth 1, 2 and 3, each with those less deep, from the lowest bits on. */
  #reaches = new Int32Array(1_024);
  readonly #pool = new DecodingLists();
  readonly #alike = new Alike();
  /** The list in progress: its place, its start, and the reading from which escapes are resolved next. */
  #place = 0;
  #first = 0;
  #next = 0;
  /** By depth: the end of the text on which the readings in progress depend. */
  readonly #until = new Int32Array(DEEPEST + 1);

  /** Begins a text; its places are added after that, from the last to the first. Returns its units of UTF-16. */
  begin(text: string): Uint16Array {
    const size = text.length + 1;
    if (this.#units.length < size) {
      this.#units = new Uint16Array(size);
      this.#lists = new Int32Array(size);
      this.#reaches = new Int32Array(size);
    }
    this.#length = text.length;
    Buffer.from(this.#units.buffer).write(text, 'utf16le');
    this.#units[text.length] = 0;
    this.#lists.fill(EMPTY, 0, size);
    this.#pool.clear();
    this.#alike.begin(this.#units, text.length);
    return this.#units;
  }

  /** Computes the readings of a place that may begin an escape, and returns its list. All other places have none. */
  add(place: number): number {
    const alike = this.#alike.of(place);
    if (alike > 0) {
      this.#reaches[place] = this.#reaches[alike] as number;
      this.#lists[place] = this.#lists[alike] as number;
    } else {
      this.#lists[place] = this.#listOf(place);
      let reaches = 0;
      for (let depth = DEEPEST; depth > 0; depth -= 1)
        reaches = (reaches << REACH_BITS) | Math.min(FAR, (this.#until[depth] as number) - place);
      this.#reaches[place] = reaches;
      this.#alike.add(place, (this.#until[DEEPEST] as number) - place);
    }
    return this.#lists[place];
  }

  /** The character at a place, as a unit of UTF-16. */
  unitAt(place: number): number {
    return this.#units[place] as number;
  }

  /** The list of a place that was added: its first reading. {@link EMPTY} for another place. */
  listAt(place: number): number {
    return this.#lists[place] as number;
  }

  /** All readings of an added place: code points, and their ends. */
  *at(place: number): Generator<readonly [code: number, end: number]> {
    if (place >= this.#length) return;
    const list = this.listAt(place);
    if (list === EMPTY) yield [this.unitAt(place), place + 1];
    else
      for (let reading = list; this.lengths[reading] !== 0; reading += 1)
        yield [this.codes[reading] as number, place + (this.lengths[reading] as number)];
  }

  get codes(): Uint32Array {
    return this.#pool.codes;
  }

  /** The lengths of readings in the text; 0 after the last of a list. */
  get lengths(): Uint16Array {
    return this.#pool.lengths;
  }

  #listOf(place: number): number {
    const pool = this.#pool;
    const first = pool.used;
    this.#place = place;
    this.#first = first;
    for (let depth = 1; depth <= DEEPEST; depth += 1) this.#until[depth] = place + 1;
    pool.put(this.#units[place] as number, 1, 0);
    for (this.#next = first; this.#next < pool.used; ) {
      const reading = this.#next;
      this.#next += 1;
      const depth = pool.depths[reading] as number;
      const begun = beginningOf(pool.codes[reading] as number);
      if (depth < DEEPEST && begun !== undefined)
        this.#spell(begun, 0, place + (pool.lengths[reading] as number), depth);
    }
    return pool.end(first);
  }

  /** Adds a reading to the list in progress; one that was found deeper before is expanded again. */
  #keep(code: number, end: number, depth: number): void {
    const { codes, lengths, depths, used } = this.#pool;
    const length = end - this.#place;
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

  /** Continues an escape: by one character after another, and by each reading if there are several. */
  #spell(begun: number, gathered: number, at: number, depth: number): void {
    const [lists, units] = [this.#lists, this.#units];
    let state = begun;
    let value = gathered;
    let place = at;
    for (; lists[place] === EMPTY; place += 1) {
      this.steps += 1;
      const progress = after(state, value, units[place] as number);
      state = stateOf(progress);
      value = valueOf(progress);
      if (progress !== NO_ESCAPE && state !== DONE) continue;
      for (let deeper = depth + 1; deeper <= DEEPEST; deeper += 1) this.#dependUntil(place + 1, deeper);
      if (state === DONE) this.#keep(value, place + 1, depth + 1);
      return;
    }
    this.#spellEach(state, value, place, depth);
  }

  #spellEach(state: number, value: number, place: number, depth: number): void {
    const { codes, lengths, depths } = this.#pool;
    const reaches = ((this.#reaches[place] as number) << REACH_BITS) | 1;
    for (let inner = depth; inner < DEEPEST; inner += 1)
      this.#dependUntil(place + ((reaches >>> (inner * REACH_BITS)) & FAR), inner + 1);
    for (let reading = this.#lists[place] as number; lengths[reading] !== 0; reading += 1) {
      this.steps += 1;
      const inner = depths[reading] as number;
      const progress = inner < DEEPEST ? after(state, value, codes[reading] as number) : NO_ESCAPE;
      if (progress === NO_ESCAPE) continue;
      const end = place + (lengths[reading] as number);
      const deeper = Math.max(depth, inner);
      if (stateOf(progress) === DONE) this.#keep(valueOf(progress), end, deeper + 1);
      else this.#spell(stateOf(progress), valueOf(progress), end, deeper);
    }
  }

  #dependUntil(end: number, depth: number): void {
    if ((this.#until[depth] as number) < end) this.#until[depth] = end;
  }
}
