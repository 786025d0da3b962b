import type { SlotKey } from './ports.ts';

/** A slot on its way to a worker. */
export interface QueuedSlot extends SlotKey {
  /** Epoch milliseconds before which it must not run: its jitter. */
  readonly notBeforeMs: number;
}

/** Takes slots to workers, each at least once. */
export interface RunQueue {
  /** Whether a slot of that canary waits here or is worked on; false where that is not known. */
  holds(canary: string): boolean;
  send(slots: readonly QueuedSlot[]): Promise<void>;
}
