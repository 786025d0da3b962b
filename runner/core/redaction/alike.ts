/** Size of the table, a power of two: a newer place replaces an older one with the same hash. */
const MOST = 16_384;

/** The least reach at which a place is not reused. */
export const FAR = 255;

/** The most characters in the hash of a place; the characters after them are only compared. */
const HASHED = 24;

/**
 * Finds repeated contexts in a text that is read from its end to its beginning. A context is a later place with the same
 * characters, as many of them as that place's reach.
 */
export class Alike {
  #units: Uint16Array = new Uint16Array();
  #length = 0;
  #reaches = new Uint8Array(1_024);
  /** By the last bits of a hash: the hash, and its place. */
  readonly #known = new Int32Array(2 * MOST);
  #last = 0;
  /** Distance of the last hit; 0 without one. */
  #distance = 0;
  /** Range in which the text is equal at that distance. */
  #from = 0;
  #until = 0;

  begin(units: Uint16Array, length: number): void {
    this.#units = units;
    this.#length = length;
    if (this.#reaches.length < length) this.#reaches = new Uint8Array(length);
    const size = Math.min(MOST, 2 ** (34 - Math.clz32(length)));
    this.#last = size - 1;
    this.#known.fill(0, 0, 2 * size);
    this.#distance = 0;
  }

  /** A later place with the same context; 0 without one. Places are given from the last to the first. */
  of(place: number): number {
    const alike = this.#further(place) || this.#byHash(place);
    this.#distance = alike === 0 ? 0 : alike - place;
    this.#reaches[place] = this.#reaches[alike] as number;
    return alike;
  }

  add(place: number, reach: number): void {
    const isFar = reach >= FAR || place + reach > this.#length;
    this.#reaches[place] = isFar ? FAR : reach;
    if (isFar) return;
    let hash = 0;
    const end = place + Math.min(reach, HASHED);
    for (let at = place; at < end; at += 1) hash = mixed(hash, this.#units[at] as number);
    const slot = 2 * ((hash >>> SHIFT) & this.#last);
    this.#known[slot] = hash;
    this.#known[slot + 1] = place;
  }

  /** The place at the distance of the last hit, if the text in between is equal too. */
  #further(place: number): number {
    const distance = this.#distance;
    if (distance === 0) return 0;
    const units = this.#units;
    for (; this.#from > place; this.#from -= 1)
      if (units[this.#from - 1] !== units[this.#from - 1 + distance]) return 0;
    const reach = this.#reaches[place + distance] as number;
    return reach < FAR && reach <= this.#until - place ? place + distance : 0;
  }

  #byHash(place: number): number {
    const units = this.#units;
    const known = this.#known;
    const last = this.#last;
    const end = Math.min(this.#length, place + HASHED);
    let hash = mixed(0, units[place] as number);
    for (let at = place + 1; at < end; at += 1) {
      hash = mixed(hash, units[at] as number);
      const slot = 2 * ((hash >>> SHIFT) & last);
      if (known[slot] === hash && this.#isSame(place, known[slot + 1] as number))
        return known[slot + 1] as number;
    }
    return 0;
  }

  #isSame(place: number, other: number): boolean {
    const units = this.#units;
    const reach = this.#reaches[other] as number;
    for (let at = 0; at < reach; at += 1) if (units[place + at] !== units[other + at]) return false;
    this.#from = place;
    this.#until = place + reach;
    return true;
  }
}

/** The lowest bits of a hash depend on the lowest bits of characters alone. */
const SHIFT = 12;

function mixed(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x9e3779b1);
}
