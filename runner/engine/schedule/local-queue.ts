import type { Clock } from '../../core/base/clock.ts';
import type { QueuedSlot, RunQueue } from '../../core/store/run-queue.ts';

/** A queue within this process, and the workers that empty it. */
export interface LocalQueue extends RunQueue {
  /** Number of slots that wait or are in progress. */
  readonly size: number;
  /** Accepts no more, drops the waiting ones, and returns when those in progress have ended. */
  drain(): Promise<void>;
}

export interface LocalQueueOf {
  readonly clock: Clock;
  /** Limit of slots in progress. */
  readonly concurrency: number;
  /** Executes a slot. Its error goes to `failed`; the slot stays in the store for the next tick. */
  work(slot: QueuedSlot): Promise<void>;
  failed(slot: QueuedSlot, thrown: unknown): void;
}

/**
 * Passes slots to `work` at their moment, one at a time for each canary, so that a later run waits for an earlier one. Canaries take turns, in the order in
 * which the moments of their slots came. A slot that is sent again while it waits or is in progress is queued once.
 */
export function localQueue({ clock, concurrency, work, failed }: LocalQueueOf): LocalQueue {
  const held = new QueuedSlots();
  const ready = new ReadySlots();
  const working = new Set<Promise<void>>();
  const timers = new Set<() => void>();
  let draining = false;

  const start = (slot: QueuedSlot): void => {
    const one = work(slot)
      .catch((thrown: unknown) => failed(slot, thrown))
      .finally(() => {
        working.delete(one);
        held.remove(slot);
        ready.end(slot);
        next();
      });
    working.add(one);
  };
  const next = (): void => {
    if (draining) return;
    while (working.size < concurrency) {
      const slot = ready.take();
      if (slot === undefined) return;
      start(slot);
    }
  };
  const wait = (slot: QueuedSlot): void => {
    held.add(slot);
    const forget = clock.at(slot.notBeforeMs, () => {
      timers.delete(forget);
      ready.add(slot);
      next();
    });
    timers.add(forget);
  };
  return {
    holds: (canary) => held.hasAny(canary),
    get size() {
      return held.size;
    },
    send: async (slots) => {
      for (const slot of slots) if (!draining && !held.has(slot)) wait(slot);
    },
    drain: async () => {
      draining = true;
      for (const forget of timers) forget();
      await Promise.all(working);
    },
  };
}

/** The slots whose moment has come. A canary has one slot in progress at a time, and waits for its next turn after it. */
class ReadySlots {
  readonly #slots = new Map<string, QueuedSlot[]>();
  readonly #turns = new Fifo<string>();
  readonly #busy = new Set<string>();

  add(slot: QueuedSlot): void {
    const { canary } = slot;
    const before = this.#slots.get(canary) ?? [];
    this.#slots.set(canary, [...before, slot]);
    if (before.length === 0 && !this.#busy.has(canary)) this.#turns.add(canary);
  }

  /** Begins the oldest slot of the canary whose turn it is. */
  take(): QueuedSlot | undefined {
    const canary = this.#turns.take();
    if (canary === undefined) return undefined;
    const [slot, ...later] = this.#slots.get(canary) as [QueuedSlot, ...QueuedSlot[]];
    if (later.length === 0) this.#slots.delete(canary);
    else this.#slots.set(canary, later);
    this.#busy.add(canary);
    return slot;
  }

  end({ canary }: QueuedSlot): void {
    this.#busy.delete(canary);
    if (this.#slots.has(canary)) this.#turns.add(canary);
  }
}

/** A list that is emptied from its front, each in constant time however long it is. */
class Fifo<Thing> {
  #things: Thing[] = [];
  #taken = 0;

  add(thing: Thing): void {
    this.#things.push(thing);
  }

  take(): Thing | undefined {
    const thing = this.#things[this.#taken];
    if (thing !== undefined) this.#taken += 1;
    if (this.#taken * 2 > this.#things.length) {
      this.#things = this.#things.slice(this.#taken);
      this.#taken = 0;
    }
    return thing;
  }
}

/** The slots that wait or are worked on, by canary. */
class QueuedSlots {
  readonly #slots = new Map<string, Set<number>>();
  size = 0;

  has({ canary, slotAtMs }: QueuedSlot): boolean {
    return this.#slots.get(canary)?.has(slotAtMs) === true;
  }

  hasAny(canary: string): boolean {
    return this.#slots.has(canary);
  }

  add({ canary, slotAtMs }: QueuedSlot): void {
    this.#slots.set(canary, (this.#slots.get(canary) ?? new Set<number>()).add(slotAtMs));
    this.size += 1;
  }

  remove({ canary, slotAtMs }: QueuedSlot): void {
    const slots = this.#slots.get(canary);
    slots?.delete(slotAtMs);
    if (slots?.size === 0) this.#slots.delete(canary);
    this.size -= 1;
  }
}
