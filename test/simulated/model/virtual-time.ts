interface Happening {
  readonly atMs: number;
  readonly order: number;
  does: (() => void) | undefined;
}

/** Time that jumps from one event to the next; consequences settle in between. */
export class VirtualTime {
  #nowMs: number;
  #order = 0;
  readonly #heap: Happening[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Schedules work at a moment, or now, if that is past; the returned function cancels it. */
  at(atMs: number, does: () => void): () => void {
    const happening: Happening = { atMs: Math.max(atMs, this.#nowMs), order: this.#order, does };
    this.#order += 1;
    this.#push(happening);
    return () => {
      happening.does = undefined;
    };
  }

  async sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.at(this.#nowMs + ms, resolve);
    await promise;
  }

  /** Goes on until nothing is left to happen. */
  async run(): Promise<void> {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      if (next.does === undefined) continue;
      this.#nowMs = next.atMs;
      next.does();
      await new Promise(setImmediate); // every promise has come to rest by then
    }
  }

  #push(added: Happening): void {
    const heap = this.#heap;
    let index = heap.push(added) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isBefore(added, heap[above] as Happening)) break;
      heap[index] = heap[above] as Happening;
      index = above;
    }
    heap[index] = added;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const moved = heap.pop();
    if (moved === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const isRight = right < heap.length && isBefore(heap[right] as Happening, heap[left] as Happening);
      const child = isRight ? right : left;
      if (!isBefore(heap[child] as Happening, moved)) break;
      heap[index] = heap[child] as Happening;
      index = child;
    }
    heap[index] = moved;
    return first;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
