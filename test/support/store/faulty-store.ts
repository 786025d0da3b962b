import { ObserverError } from '../../../runner/core/base/errors.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';

export interface StoreCall {
  readonly port: 'runs' | 'alerts' | 'leases' | 'cleanups';
  /** The method's name, as the port has it. */
  readonly method: string;
  readonly asked: readonly unknown[];
  /** Number of earlier calls. */
  readonly nth: number;
}

/**
 * Fault of a call: none; it never arrives; it arrives, and its answer does not; the store throttles it. To delay a call, or to end its
 * caller, wait or throw before or after.
 */
export type StoreFault = 'none' | 'lost' | 'answerLost' | 'throttled';

/** Wraps the calls of a store: `apply` makes the call. */
export type Between = (call: StoreCall, apply: () => Promise<unknown>) => Promise<unknown>;

/** A store whose calls are wrapped. */
export function storeBehind(store: StateStore, between: Between): StateStore {
  let calls = 0;
  const behind = <Port extends object>(port: StoreCall['port'], methods: Port): Port =>
    Object.fromEntries(
      Object.entries(methods).map(([method, call]: [string, (...asked: unknown[]) => Promise<unknown>]) => [
        method,
        async (...asked: unknown[]) => {
          const nth = calls;
          calls += 1;
          return between({ port, method, asked, nth }, async () => call(...asked));
        },
      ]),
    ) as Port;
  return {
    runs: behind('runs', store.runs),
    alerts: behind('alerts', store.alerts),
    leases: behind('leases', store.leases),
    cleanups: behind('cleanups', store.cleanups),
    repairs: store.repairs,
    close: async () => store.close(),
  };
}

/** Lets each call meet the fault that is chosen for it. */
export function faultsBy(choose: (call: StoreCall) => StoreFault): Between {
  return async (call, apply) => {
    const fault = choose(call);
    if (fault === 'throttled') throw new ObserverError('The store throttled the runner.');
    if (fault === 'lost') throw new ObserverError('The store could not be reached.');
    const answer = await apply();
    if (fault === 'answerLost') throw new ObserverError('The store did not answer.');
    return answer;
  };
}
