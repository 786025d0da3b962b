/**
 * Lists of the possible readings of a place, one behind the other in growing arrays that are reused for each text. A list is named by its
 * first entry and ends with an entry of length 0.
 */
export class DecodingLists {
  /** By entry: the code point, its length in the text, and the depth of its escapes. */
  codes = new Uint32Array(1_024);
  lengths = new Uint16Array(1_024);
  depths = new Uint8Array(1_024);
  /** Index of the next entry. */
  used = 0;

  /** Removes all lists but the empty one, which is named {@link EMPTY}. */
  clear(): void {
    this.lengths[EMPTY] = 0;
    this.used = EMPTY + 1;
  }

  put(code: number, length: number, depth: number): void {
    if (this.used === this.codes.length) this.#grow();
    this.codes[this.used] = code;
    this.lengths[this.used] = length;
    this.depths[this.used] = depth;
    this.used += 1;
  }

  /** Ends the list that began at an entry, and returns its name. */
  end(first: number): number {
    this.put(0, 0, 0);
    return first;
  }

  #grow(): void {
    const { codes, lengths, depths } = this;
    const size = 2 * this.used;
    this.codes = new Uint32Array(size);
    this.codes.set(codes);
    this.lengths = new Uint16Array(size);
    this.lengths.set(lengths);
    this.depths = new Uint8Array(size);
    this.depths.set(depths);
  }
}

/** The list without entries: a place whose character has only its literal reading. */
export const EMPTY = 0;
