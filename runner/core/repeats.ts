/** Places that are remembered by what stands there, a power of two. */
const PLACES = 1_024;

/**
 * Tells where a text that is read from its end to its beginning repeats what stands further on, however long the period is. Each
 * character is compared once.
 */
export class Repeats {
  /** So much must be the same for a repeat, in characters. */
  readonly #shortest: number;
  readonly #places = new Int32Array(PLACES);
  #units: Uint16Array = new Uint16Array();
  #length = 0;
  /** How much further on the text is compared with; 0 for not at all. */
  #distance = 0;
  /** From where to where it is the same there. */
  #from = 0;
  #until = 0;

  constructor(shortest: number) {
    this.#shortest = shortest;
  }

  begin(units: Uint16Array, length: number): void {
    this.#units = units;
    this.#length = length;
    this.#places.fill(0);
    this.#distance = 0;
  }

  /** A place further on from which the text is the same as from this place on, or 0. Places are given from the last to the first. */
  of(place: number): number {
    const distance = this.#distance;
    if (distance > 0 && this.#isSame(place, distance)) {
      return this.#until - place >= this.#shortest ? place + distance : 0;
    }
    this.#compareAnew(place);
    return 0;
  }

  /** Compares what lies between the last place and this one. */
  #isSame(place: number, distance: number): boolean {
    const units = this.#units;
    for (let at = this.#from - 1; at >= place; at -= 1) if (units[at] !== units[at + distance]) return false;
    this.#from = place;
    return true;
  }

  /** From now on compares with the place nearest by where the next characters are the same. */
  #compareAnew(place: number): void {
    if (place + 4 > this.#length) return;
    const units = this.#units;
    let hash = 0;
    for (let at = place; at < place + 4; at += 1) hash = (hash * 31 + (units[at] as number)) & (PLACES - 1);
    const known = this.#places[hash] as number;
    this.#places[hash] = place;
    this.#distance = known === 0 ? 0 : known - place;
    this.#from = place + 1;
    this.#until = place + 1;
  }
}
