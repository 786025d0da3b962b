import type { Clock } from '../../core/base/clock.ts';
import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { formatMoment, isAhead } from '../../core/store/clock-ahead.ts';
import type { Leases } from '../../core/taps/ports.ts';
import { sleepUntil } from '../abort.ts';
import { renewEach } from '../renewal.ts';
import { unlessStoodStill } from '../standstill.ts';
import type { TapReader } from './tap-reader.ts';

const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
/** Interval of attempts to take a lease, in milliseconds. */
const RETRY_MS = 1_000;

interface LeaseContext {
  readonly leases: Leases;
  readonly clock: Clock;
}

/** The lease of a tap, and its owner. */
interface Lease {
  readonly name: string;
  readonly owner: string;
}

/** A lease that another reader may hold. */
interface TurnOf extends LeaseContext {
  /** Called once if another reader holds it. */
  waiting(by: string): void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Takes a lease as soon as its holder has ended, or has not renewed it.
 * @throws the reason of the signal after its end
 */
export async function awaitTurn(lease: Lease, { leases, clock, waiting, signal }: TurnOf): Promise<void> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const taken = await leases.take({ ...lease, nowMs: clock.nowMs(), forMs: LEASE_MS });
    if (taken.held) return;
    if (isFirst) waiting(taken.by);
    await sleepUntil(clock.nowMs() + RETRY_MS, clock, signal);
  }
  throw signal.reason;
}

/** @throws ObserverError if another reader holds it */
export async function takeLease(lease: Lease, feed: string, { leases, clock }: LeaseContext): Promise<void> {
  const nowMs = clock.nowMs();
  const taken = await leases.take({ ...lease, nowMs, forMs: LEASE_MS });
  if (taken.held) return;
  throw new ObserverError(
    `The tap on ${feed} is read by ${taken.by} already, and two readers would take each other's messages. ${formatEnd(taken.untilMs, nowMs)}` +
      "Wait for that one to end, or make a tap of your own with 'coalmine tap --as NAME' and run with '--as NAME'.",
    { permanent: true },
  );
}

/** The end of another reader's lease, as a sentence; empty if it is unknown. */
function formatEnd(untilMs: number | undefined, nowMs: number): string {
  if (untilMs === undefined) return '';
  if (isAhead(untilMs - LEASE_MS, nowMs))
    return `A clock that was ahead took its lease until ${formatMoment(untilMs)}. If that process has ended, make the taps anew: 'coalmine tap --remove', then 'coalmine tap'. For taps of your own, choose another name for '--as': to remove them keeps the leases. `;
  return `Its lease ends in ${formatDuration(Math.max(0, untilMs - nowMs))}, unless that process still runs and renews it. `;
}

/** A lease that is renewed for as long as it is wanted. */
export interface Holding {
  /** @throws ObserverError, or StandstillError, if another may have read the tap since then. */
  check(sinceMs: number): void;
  /** Ends after the renewal in flight. */
  stop(): Promise<void>;
}

/** Renews a lease for as long as it is wanted. */
export function holdLease(
  lease: Lease,
  feed: string,
  { of, reader }: { readonly of: LeaseContext; readonly reader: TapReader },
): Holding {
  const { clock } = of;
  let heldAtMs = clock.nowMs();
  /** The newest time in which it was not held, since it was renewed too late. */
  let gap = { fromMs: 0, toMs: Number.NEGATIVE_INFINITY };
  const gapUntil = (nowMs: number) => (nowMs - heldAtMs > LEASE_MS ? { fromMs: heldAtMs, toMs: nowMs } : gap);
  const renew = async (): Promise<void> => {
    try {
      await takeLease(lease, feed, of);
      gap = gapUntil(clock.nowMs());
      heldAtMs = clock.nowMs();
    } catch (thrown) {
      const lost =
        (thrown instanceof ObserverError && thrown.permanent) || clock.nowMs() - heldAtMs > LEASE_MS;
      if (lost)
        reader.distrust(
          new ObserverError(`The tap on ${feed} could not be held.`, { cause: thrown, permanent: true }),
        );
    }
  };
  const renewal = renewEach(RENEW_MS, { clock, renew });
  return {
    check: (sinceMs) => {
      const { fromMs, toMs } = gapUntil(clock.nowMs());
      if (toMs < sinceMs) return;
      const words = `The lease of the tap on ${feed} was not renewed for ${formatDuration(toMs - fromMs)}, so another may have read what came then.`;
      throw unlessStoodStill(new ObserverError(words), { clock, sinceMs: fromMs });
    },
    stop: async () => renewal.stop(),
  };
}
