import type { Leases } from '../../core/taps/ports.ts';
import { Sleep } from '../abort.ts';
import type { FleetContext } from '../fleet-context.ts';
import { whileHeld } from './state-lease.ts';
import { type TickResult, tick } from './tick.ts';

export interface SchedulerLoopOptions {
  /** Leases of the state: one scheduler at a time. */
  readonly leases: Leases;
  /** Ends the loop; runs in progress still finish. */
  readonly signal: AbortSignal;
  /** The fleet context of the present files; read at each tick. */
  context(): Promise<FleetContext>;
  /** Called after each tick that did all it had to do. */
  alive(ticked: TickResult): Promise<void>;
  /** Called once if another process holds the state; that process may have died. */
  waiting(by: string): void;
  /** Called after every tick, for live output. */
  ticked(ticked: TickResult): void;
}

/** The time between two ticks, in milliseconds. */
export const TICK_MS = 60_000;

/**
 * Ticks until the signal ends it: each minute, and earlier if something is due earlier.
 * @throws ObserverError if another process schedules the same state.
 */
export async function schedulerLoop(of: SchedulerLoopOptions): Promise<void> {
  const first = await of.context();
  const { clock } = first.engine;
  await whileHeld({ ...of, clock, owner: first.owner }, async (lost) => {
    const sleep = new Sleep(clock, of.signal);
    lost.addEventListener('abort', () => sleep.wake());
    while (!of.signal.aborted) {
      lost.throwIfAborted();
      const ticked = await tick(await of.context());
      of.ticked(ticked);
      if (ticked.faults.length === 0) await of.alive(ticked);
      const nowMs = clock.nowMs();
      const nextMinuteMs = Math.floor(nowMs / TICK_MS + 1) * TICK_MS;
      await sleep.until(Math.min(nextMinuteMs, Math.max(ticked.nextWakeMs, nowMs + 1_000)));
    }
  });
}
