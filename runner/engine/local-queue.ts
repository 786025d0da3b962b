import type { Clock, QueuedSlot, RunQueue } from '../core/ports.ts';

/** A queue within this process, and the workers that empty it. */
export interface LocalQueue extends RunQueue {
  /** How many slots wait or are worked on. */
  readonly size: number;
  /** Takes no more, forgets what waits, and returns when what is worked on has ended. */
  drain(): Promise<void>;
}

/** What a local queue is made of. */
export interface LocalQueueOf {
  readonly clock: Clock;
  /** How many slots are worked on at a time. */
  readonly concurrency: number;
  /** Works on a slot. What it throws is told to `failed`; the slot stays with the store, and the next tick looks after it. */
  work(slot: QueuedSlot): Promise<void>;
  failed(slot: QueuedSlot, thrown: unknown): void;
}

/**
 * Hands slots to `work` at their moment, one at a time for each canary, so that a later run waits for an earlier one. A slot
 * that is sent again while it waits or is worked on is there once.
 */
export function localQueue({ clock, concurrency, work, failed }: LocalQueueOf): LocalQueue {
  const known = new Set<string>();
  const ready: QueuedSlot[] = [];
  const busy = new Map<string, Promise<void>>();
  const timers = new Set<() => void>();
  let draining = false;

  const start = (slot: QueuedSlot): void => {
    const working = work(slot)
      .catch((thrown: unknown) => failed(slot, thrown))
      .finally(() => {
        busy.delete(slot.canary);
        known.delete(keyOf(slot));
        next();
      });
    busy.set(slot.canary, working);
  };
  const next = (): void => {
    while (!draining && busy.size < concurrency) {
      const index = ready.findIndex(({ canary }) => !busy.has(canary));
      const [slot] = index < 0 ? [] : ready.splice(index, 1);
      if (slot === undefined) return;
      start(slot);
    }
  };
  const wait = (slot: QueuedSlot): void => {
    const forget = clock.at(slot.notBeforeMs, () => {
      timers.delete(forget);
      ready.push(slot);
      next();
    });
    timers.add(forget);
  };
  return {
    holds: (canary) => busy.has(canary) || [...known].some((key) => key.startsWith(`${canary}@`)),
    get size() {
      return known.size;
    },
    send: async (slots) => {
      for (const slot of slots) {
        if (draining || known.has(keyOf(slot))) continue;
        known.add(keyOf(slot));
        wait(slot);
      }
    },
    drain: async () => {
      draining = true;
      for (const forget of timers) forget();
      await Promise.all(busy.values());
    },
  };
}

function keyOf({ canary, slotAtMs }: QueuedSlot): string {
  return `${canary}@${slotAtMs}`;
}
