/** Shared work: all callers before the next round begins share it. A round begins when the one before is over. */
export class NextRound {
  readonly #work: () => Promise<void>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** @throws the error of the round. */
  done(): Promise<void> {
    this.#next ??= this.#running.then(async () => {
      this.#next = undefined;
      const round = this.#work();
      this.#running = round.catch(() => {
        // the error goes to the callers of this round
      });
      return round;
    });
    return this.#next;
  }
}
