import type { Clock } from '../core/base/clock.ts';

/** A thing that is renewed until it is stopped. */
export interface Renewal {
  /** Ends the renewals, after the one in flight: what is given back afterwards is not taken again. */
  stop(): Promise<void>;
}

/** Renews a thing each `everyMs` milliseconds after the renewal before. `renew` does not reject. */
export function renewEach(
  everyMs: number,
  { clock, renew }: { readonly clock: Clock; renew(): Promise<void> },
): Renewal {
  let isOver = false;
  let inFlight: Promise<void> | undefined;
  let forget: () => void;
  const turn = async (): Promise<void> => {
    await renew();
    if (!isOver) next();
  };
  const next = (): void => {
    forget = clock.at(clock.nowMs() + everyMs, () => {
      inFlight = turn();
    });
  };
  next();
  return {
    stop: async () => {
      isOver = true;
      forget();
      await inFlight;
    },
  };
}
