/** Time. The engine has no other. */
export interface Clock {
  /** Epoch milliseconds that never run backwards within a process, so that a difference is a duration. */
  nowMs(): number;
  /**
   * Calls `fire` once, at or after that moment; what it returns takes the appointment back. Where that is more than a second
   * late, what has arrived meanwhile (an answer on a socket) is handled first.
   */
  at(whenMs: number, fire: () => void): () => void;
  /**
   * The time for which the process stood still (paused, asleep, short of CPU) since that moment, in milliseconds: the length of all
   * standstills that were not over by then. 0 if there were none. A timer that comes more than a second late shows one.
   */
  stoodStillMs(sinceMs: number): number;
}

/** Chance. */
export interface Random {
  bytes(count: number): Uint8Array;
}
