import type { Canary } from '../core/canary.ts';
import type { QueuedSlot, SlotRecord } from '../core/ports.ts';
import { deliver } from './deliver.ts';
import { foldRecord } from './fold-slot.ts';
import { foldTimePassing } from './fold-slot.ts';
import type { Monitor } from './monitor.ts';
import { planOf } from './plan.ts';

/** What a tick did. Without faults it was complete: whoever waits for a sign of life may have one. */
export interface Ticked {
  readonly planned: readonly QueuedSlot[];
  readonly lost: readonly SlotRecord[];
  /** Slots that did not run: missed, or passed over. */
  readonly passed: number;
  /** Notices that are still on their way after this tick. */
  readonly undelivered: number;
  /** What could not be done, and will be tried again by the next tick. */
  readonly faults: readonly unknown[];
  /** The earliest moment at which there may be more to do, epoch milliseconds. */
  readonly nextWakeMs: number;
}
