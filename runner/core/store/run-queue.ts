import type { SlotKey } from './slots.ts';

/** A slot on its way to a worker. */
export interface QueuedSlot extends SlotKey {
  /** Epoch milliseconds before which it must not run: the slot and its jitter. It may be handed out a minute ahead of that. */
  readonly notBeforeMs: number;
  /** The slot before it, if that was handed out together with it and so may still be open when this one's turn comes. */
  readonly overtakes?: number;
}

/** Takes slots to workers, each at least once. */
export interface RunQueue {
  /** Whether a slot of that canary waits here or is worked on; false where that is not known. */
  holds(canary: string): boolean;
  send(slots: readonly QueuedSlot[]): Promise<void>;
}
