/** Work that many wait for: all who ask before the next round begins share it. A round begins when the one before is over. */
export class NextRound {
  readonly #work: () => Promise<void>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** @throws what the round throws. */
  done(): Promise<void> {
    this.#next ??= this.#running.then(async () => {
      this.#next = undefined;
      const round = this.#work();
      this.#running = round.catch(() => {
        // those who share this round are told
      });
      return round;
    });
    return this.#next;
  }
}
