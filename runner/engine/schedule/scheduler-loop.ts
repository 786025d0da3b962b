import { ObserverError } from '../../core/base/errors.ts';
import type { Leases } from '../../core/taps/ports.ts';
import { Nap } from '../abort.ts';
import type { FleetContext } from '../fleet-context.ts';
import { type TickResult, tick } from './tick.ts';

/** What a fleet is watched over with. */
export interface SchedulerLoopOptions {
  /** Who may watch over this state: one at a time. */
  readonly leases: Leases;
  /** Ends the watching; what runs then is still run to its end. */
  readonly signal: AbortSignal;
  /** The monitor as the files are now; asked at each tick. */
  context(): Promise<FleetContext>;
  /** Called after each tick that did all it had to do. */
  alive(ticked: TickResult): Promise<void>;
  /** Told once when somebody else holds the state, which may have died. */
  waiting(by: string): void;
  /** Told of every tick, for people who look on. */
  ticked(ticked: TickResult): void;
}

/** The name of the lease; a state has one runner at a time. */
const RUNNER = 'runner';
const TICK_MS = 60_000;
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
const LEASE_PAUSE_MS = 2_000;

/**
 * Ticks until the signal ends it: each minute, and earlier where something is due earlier.
 * @throws ObserverError where another process watches over the same state.
 */
export async function schedulerLoop(of: SchedulerLoopOptions): Promise<void> {
  const first = await of.context();
  const { clock } = first.engine;
  const holding = await hold(of, first);
  const nap = new Nap(clock, of.signal);
  const stop = (): void => nap.wake();
  holding.lost.addEventListener('abort', stop);
  try {
    while (!of.signal.aborted) {
      holding.lost.throwIfAborted();
      const ticked = await tick(await of.context());
      of.ticked(ticked);
      if (ticked.faults.length === 0) await of.alive(ticked);
      const nowMs = clock.nowMs();
      const nextMinuteMs = Math.floor(nowMs / TICK_MS + 1) * TICK_MS;
      await nap.until(Math.min(nextMinuteMs, Math.max(ticked.nextWakeMs, nowMs + 1_000)));
    }
  } finally {
    holding.lost.removeEventListener('abort', stop);
    await holding.drop();
  }
}

interface Lease {
  /** Aborted when the state belongs to somebody else. */
  readonly lost: AbortSignal;
  drop(): Promise<void>;
}

/** Takes the state, waiting for as long as a process that died may still hold it, and keeps it. */
async function hold(of: SchedulerLoopOptions, { engine, owner }: FleetContext): Promise<Lease> {
  const { clock } = engine;
  const take = async () => of.leases.take({ name: RUNNER, owner, nowMs: clock.nowMs(), forMs: LEASE_MS });
  const giveUpAtMs = clock.nowMs() + LEASE_MS + LEASE_PAUSE_MS;
  const nap = new Nap(clock, of.signal);
  let taken = await take();
  if (!taken.held) of.waiting(taken.by);
  while (!taken.held && clock.nowMs() < giveUpAtMs && !of.signal.aborted) {
    await nap.until(clock.nowMs() + LEASE_PAUSE_MS);
    taken = await take();
  }
  if (!taken.held) throw heldBy(taken.by);
  const losing = new AbortController();
  let forget = (): void => {};
  const renew = async (): Promise<void> => {
    const renewed = await take().catch(() => undefined); // a store that is away now may be back before the lease ends
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
    `This state is watched over by ${by} already, and two would tell people everything twice. ` +
      'End that one, or give this one a state of its own with --state FILE.',
    { lasting: true },
  );
}
