import { ObserverError } from '../../core/base/errors.ts';
import type { Leases } from '../../core/taps/ports.ts';
import { Sleep } from '../abort.ts';
import type { FleetContext } from '../fleet-context.ts';
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

/** The name of the lease; a state has one runner at a time. */
const RUNNER = 'runner';
const TICK_MS = 60_000;
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
const LEASE_PAUSE_MS = 2_000;

/**
 * Ticks until the signal ends it: each minute, and earlier if something is due earlier.
 * @throws ObserverError if another process schedules the same state.
 */
export async function schedulerLoop(of: SchedulerLoopOptions): Promise<void> {
  const first = await of.context();
  const { clock } = first.engine;
  const holding = await hold(of, first);
  const sleep = new Sleep(clock, of.signal);
  const stop = (): void => sleep.wake();
  holding.lost.addEventListener('abort', stop);
  try {
    while (!of.signal.aborted) {
      holding.lost.throwIfAborted();
      const ticked = await tick(await of.context());
      of.ticked(ticked);
      if (ticked.faults.length === 0) await of.alive(ticked);
      const nowMs = clock.nowMs();
      const nextMinuteMs = Math.floor(nowMs / TICK_MS + 1) * TICK_MS;
      await sleep.until(Math.min(nextMinuteMs, Math.max(ticked.nextWakeMs, nowMs + 1_000)));
    }
  } finally {
    holding.lost.removeEventListener('abort', stop);
    await holding.drop();
  }
}

interface Lease {
  /** Aborted when another process takes the state. */
  readonly lost: AbortSignal;
  drop(): Promise<void>;
}

/** Takes the state, waiting for as long as a process that died may still hold it, and keeps it. */
async function hold(of: SchedulerLoopOptions, { engine, owner }: FleetContext): Promise<Lease> {
  const { clock } = engine;
  const take = async () => of.leases.take({ name: RUNNER, owner, nowMs: clock.nowMs(), forMs: LEASE_MS });
  const giveUpAtMs = clock.nowMs() + LEASE_MS + LEASE_PAUSE_MS;
  const sleep = new Sleep(clock, of.signal);
  let taken = await take();
  if (!taken.held) of.waiting(taken.by);
  while (!taken.held && clock.nowMs() < giveUpAtMs && !of.signal.aborted) {
    await sleep.until(clock.nowMs() + LEASE_PAUSE_MS);
    taken = await take();
  }
  if (!taken.held) throw heldBy(taken.by);
  const losing = new AbortController();
  let forget = (): void => {};
  const renew = async (): Promise<void> => {
    const renewed = await take().catch(() => undefined); // a store that is unavailable now may be back before the lease ends
    if (renewed?.held === false) losing.abort(heldBy(renewed.by));
    else again();
  };
  const again = (): void => {
    forget = clock.at(clock.nowMs() + RENEW_MS, () => void renew());
  };
  again();
  return {
    lost: losing.signal,
    drop: async () => {
      forget();
      await of.leases.drop({ name: RUNNER, owner });
    },
  };
}

function heldBy(by: string): Error {
  return new ObserverError(
    `This state is watched over by ${by} already, and two would send each notice twice. ` +
      'End that one, or give this one a state of its own with --state FILE.',
    { permanent: true },
  );
}
