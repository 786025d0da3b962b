/** The only source of time for the engine. */
export interface Clock {
  /** Epoch milliseconds that never run backwards within a process, so that a difference is a duration. */
  nowMs(): number;
  /**
   * Calls `fire` once, at or after that moment; the returned function cancels. If it is more than a second late, pending I/O (an answer on
   * a socket) is handled first.
   */
  at(whenMs: number, fire: () => void): () => void;
  /**
   * Length of the standstills (paused, asleep, short of CPU) that were not over by that moment, in milliseconds; 0 if there were none. A
   * timer that rings more than a second late shows one.
   */
  stoodStillMs(sinceMs: number): number;
}

export interface Random {
  bytes(count: number): Uint8Array;
}

/** Waits until a moment of the clock, in epoch milliseconds. */
export async function waitUntil(atMs: number, clock: Pick<Clock, 'at'>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.at(atMs, resolve);
  await promise;
}
