/** A reading shared by all of its watches. */
export interface SharedReading {
  /** True if it ends with its last watch; otherwise it goes on until all is closed. */
  readonly endsUnwatched: boolean;
  /** True if it has ended by itself, and must be restarted. */
  readonly isOver: boolean;
  end(): Promise<void>;
}

interface Entry<R> {
  readonly begun: Promise<R>;
  reading?: R;
  watchers: number;
}

/** Readings, each begun at its first use and shared by concurrent watches. One begins after its predecessor has ended. */
export class SharedReadings<R extends SharedReading> {
  readonly #entries = new Map<string, Entry<R>>();
  readonly #endings = new Map<string, Promise<unknown>>();

  /**
   * Joins the reading of that name, or begins it. Each joiner calls its `leave` once.
   * @throws the error of `begin`; the next call begins again.
   */
  async join(
    name: string,
    begin: () => Promise<R>,
  ): Promise<{ readonly reading: R; readonly leave: () => void }> {
    const entry = this.#going(name) ?? this.#begin(name, begin);
    entry.watchers += 1;
    const reading = await entry.begun;
    const leave = (): void => {
      entry.watchers -= 1;
      if (entry.watchers === 0 && (reading.endsUnwatched || reading.isOver)) this.#end(name, entry);
    };
    return { reading, leave };
  }

  async close(): Promise<void> {
    for (const [name, entry] of this.#entries) this.#end(name, entry);
    await Promise.all(this.#endings.values());
  }

  #going(name: string): Entry<R> | undefined {
    const entry = this.#entries.get(name);
    if (entry?.reading?.isOver !== true) return entry;
    this.#end(name, entry);
    return undefined;
  }

  #begin(name: string, begin: () => Promise<R>): Entry<R> {
    const begun = Promise.resolve(this.#endings.get(name)).then(begin);
    const entry: Entry<R> = { begun, watchers: 0 };
    this.#entries.set(name, entry);
    begun.then(
      (reading) => {
        entry.reading = reading;
      },
      () => this.#forget(name, entry),
    );
    return entry;
  }

  #end(name: string, entry: Entry<R>): void {
    this.#forget(name, entry);
    const ended = entry.begun.then(async (reading) => reading.end());
    const ending = Promise.allSettled([this.#endings.get(name), ended]);
    this.#endings.set(name, ending);
  }

  #forget(name: string, entry: Entry<R>): void {
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
  }
}
