import type { SlotKey } from './slots.ts';

/** A slot on its way to a worker. */
export interface QueuedSlot extends SlotKey {
  /** Epoch milliseconds before which it must not run: the slot and its jitter. It may be handed out a minute ahead of that. */
  readonly notBeforeMs: number;
  /**
   * Epoch milliseconds up to which the canary's slots were settled, or handed out too, when this one was: its watermark is
   * moved only from there on. Without it, it is moved from anywhere.
   */
  readonly afterMs?: number;
}

/** Takes slots to workers, each at least once. */
export interface RunQueue {
  /** Whether a slot of that canary waits here or is worked on; false where that is not known. */
  holds(canary: string): boolean;
  send(slots: readonly QueuedSlot[]): Promise<void>;
}
