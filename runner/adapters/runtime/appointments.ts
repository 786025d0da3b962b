interface Appointment {
  readonly atMs: number;
  fire: (() => void) | undefined;
}

/** Functions that are to be called at their moments, the earliest first. Most are taken back before they are due. */
export class Appointments {
  readonly #heap: Appointment[] = [];
  #forgotten = 0;

  /** The earliest moment for which something is kept; infinite if nothing is. */
  get nextAtMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Adds a function to be called at a moment; the function that it returns takes it back. */
  add(atMs: number, fire: () => void): () => void {
    const appointment: Appointment = { atMs, fire };
    push(this.#heap, appointment);
    return () => {
      if (appointment.fire === undefined) return;
      appointment.fire = undefined;
      this.#forgotten += 1;
      if (this.#forgotten <= this.#heap.length / 2) return;
      keepLive(this.#heap);
      this.#forgotten = 0;
    };
  }

  /** Fires all due appointments, including those added meanwhile. */
  fireUpTo(upToMs: number): void {
    for (let first = dueIn(this.#heap, upToMs); first !== undefined; first = dueIn(this.#heap, upToMs)) {
      pop(this.#heap);
      if (first.fire === undefined) this.#forgotten -= 1;
      const { fire } = first;
      first.fire = undefined;
      fire?.();
    }
  }
}

/** The first appointment, if it is due or was taken back. */
function dueIn([first]: readonly Appointment[], upToMs: number): Appointment | undefined {
  return first !== undefined && (first.atMs <= upToMs || first.fire === undefined) ? first : undefined;
}

/** Most appointments are taken back long before they are due: they must not pile up until then. */
function keepLive(heap: Appointment[]): void {
  const live = heap.filter(({ fire }) => fire !== undefined).toSorted((a, b) => a.atMs - b.atMs);
  heap.length = 0;
  for (const one of live) heap.push(one); // a sorted list is a heap
}

/** A binary heap, the earliest appointment first. */
function push(heap: Appointment[], added: Appointment): void {
  let index = heap.push(added) - 1;
  while (index > 0) {
    const above = (index - 1) >> 1;
    if (at(heap, above).atMs <= added.atMs) break;
    heap[index] = at(heap, above);
    index = above;
  }
  heap[index] = added;
}

function pop(heap: Appointment[]): void {
  const moved = heap.pop();
  if (moved === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && at(heap, right).atMs < at(heap, left).atMs ? right : left;
    if (at(heap, child).atMs >= moved.atMs) break;
    heap[index] = at(heap, child);
    index = child;
  }
  heap[index] = moved;
}

function at(heap: readonly Appointment[], index: number): Appointment {
  return heap[index] as Appointment;
}
