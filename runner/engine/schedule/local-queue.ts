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
 * Passes slots to `work` at their moment, one at a time for each canary, so that a later run waits for an earlier one. A slot that is sent
 * again while it waits or is in progress is queued once.
 */
export function localQueue({ clock, concurrency, work, failed }: LocalQueueOf): LocalQueue {
  const held = new QueuedSlots();
  const ready: QueuedSlot[] = [];
  const busy = new Map<string, Promise<void>>();
  const timers = new Set<() => void>();
  let draining = false;

  const start = (slot: QueuedSlot): void => {
    const working = work(slot)
      .catch((thrown: unknown) => failed(slot, thrown))
      .finally(() => {
        busy.delete(slot.canary);
        held.remove(slot);
        next();
      });
    busy.set(slot.canary, working);
  };
  const next = (): void => {
    while (busy.size < concurrency) {
      const index = ready.findIndex(({ canary }) => !busy.has(canary));
      if (draining || index < 0) return;
      start(ready.splice(index, 1)[0] as QueuedSlot);
    }
  };
  const wait = (slot: QueuedSlot): void => {
    held.add(slot);
    const forget = clock.at(slot.notBeforeMs, () => {
      timers.delete(forget);
      ready.push(slot);
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
      await Promise.all(busy.values());
    },
  };
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
