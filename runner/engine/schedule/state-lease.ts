import type { Clock } from '../../core/base/clock.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { formatMoment, RESET_REMEDY } from '../../core/store/clock-ahead.ts';
import { latestEndMs } from '../../core/store/slot-transitions.ts';
import type { Leased, Leases } from '../../core/taps/ports.ts';
import { Sleep } from '../abort.ts';
import { renewEach } from '../renewal.ts';

/** The name of the lease; a state has one runner at a time. */
const RUNNER = 'runner';
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
const LEASE_PAUSE_MS = 2_000;

interface StateLeaseOptions {
  /** Leases of the state: one runner at a time. */
  readonly leases: Leases;
  readonly clock: Clock;
  /** Id of this process. */
  readonly owner: string;
  /** Ends the wait. @default nothing does */
  readonly signal?: AbortSignal;
  /** Called once if another process holds the state; that process may have died. */
  waiting(by: string): void;
}

/** Takes the state, does the work, and gives the state back. `lost` is aborted when another process takes it meanwhile. */
export async function whileHeld<T>(
  of: StateLeaseOptions,
  work: (lost: AbortSignal) => Promise<T>,
  options?: HoldOptions,
): Promise<T> {
  const lease = await holdState(of, options);
  try {
    return await work(lease.lost);
  } finally {
    await lease.drop();
  }
}

interface HoldOptions {
  /** True to take the state also from a process that died while its clock was ahead. @default false */
  readonly evenAhead?: boolean;
}

interface StateLease {
  /** Aborted when another process takes the state. */
  readonly lost: AbortSignal;
  drop(): Promise<void>;
}

/**
 * Takes the state, waiting for as long as a process that died may still hold it, and keeps it.
 * @throws ObserverError if another process keeps it.
 */
async function holdState(
  of: StateLeaseOptions,
  { evenAhead = false }: HoldOptions = {},
): Promise<StateLease> {
  const { clock, leases, owner, signal = new AbortController().signal } = of;
  const lease = { name: RUNNER, owner };
  const take = async (ask: HoldOptions = {}): Promise<Leased> =>
    leases.take({ ...lease, nowMs: clock.nowMs(), forMs: LEASE_MS, ...ask });
  const sinceMs = clock.nowMs();
  const giveUpAtMs = sinceMs + LEASE_MS + LEASE_PAUSE_MS;
  const sleep = new Sleep(clock, signal);
  const first = await take();
  let taken = first;
  if (!taken.held) of.waiting(taken.by);
  while (!taken.held && clock.nowMs() < giveUpAtMs && !signal.aborted) {
    await sleep.until(clock.nowMs() + LEASE_PAUSE_MS);
    taken = await take();
    const isDead = clock.nowMs() - sinceMs > 2 * RENEW_MS && untilOf(taken) === untilOf(first);
    if (isDead) taken = await take({ evenAhead });
  }
  if (!taken.held) throw heldBy(taken, clock);
  const losing = new AbortController();
  const renew = async (): Promise<void> => {
    const renewed = await take().catch(() => undefined); // a store that is unavailable now may be back before the lease ends
    if (renewed?.held !== false) return;
    losing.abort(heldBy(renewed, clock));
    void renewal.stop();
  };
  const renewal = renewEach(RENEW_MS, { clock, renew });
  return {
    lost: losing.signal,
    drop: async () => {
      await renewal.stop();
      await leases.drop(lease);
    },
  };
}

type Refused = Leased & { readonly held: false };

function untilOf(leased: Leased): number | undefined {
  return leased.held ? undefined : leased.untilMs;
}

function isAhead(leased: Leased, clock: Pick<Clock, 'nowMs'>): boolean {
  return (untilOf(leased) ?? 0) > latestEndMs({ nowMs: clock.nowMs(), forMs: LEASE_MS });
}

function heldBy(refused: Refused, clock: Pick<Clock, 'nowMs'>): Error {
  const { by, untilMs } = refused;
  const words = isAhead(refused, clock)
    ? `A clock that was ahead reserved this state for ${by} until ${formatMoment(untilMs as number)}. End that process if it still runs. ${RESET_REMEDY}`
    : `This state is watched over by ${by} already, and two would send each notice twice. ` +
      'End that one, or give this one a state of its own with --state FILE.';
  return new ObserverError(words, { permanent: true });
}
