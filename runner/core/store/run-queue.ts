import type { SlotKey } from './slots.ts';

/** A slot on its way to a worker. */
export interface QueuedSlot extends SlotKey {
  /** Epoch milliseconds before which it must not run: the slot and its jitter. It may be delivered a minute ahead of that. */
  readonly notBeforeMs: number;
  /** The slot before it, if both were queued together, so that it may still be open when this one's turn comes. */
  readonly overtakes?: number;
}

/** Delivers slots to workers, each at least once. */
export interface RunQueue {
  /** True if a slot of that canary is queued or in progress here; false if that is unknown. */
  holds(canary: string): boolean;
  send(slots: readonly QueuedSlot[]): Promise<void>;
}
