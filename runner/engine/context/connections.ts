import type { Connection, Connections } from '../../core/taps/feeds.ts';

/** The open connections of one run, by name. */
export class RunConnections implements Connections {
  readonly #open = new Map<string, Connection>();
  #isOver = false;

  /** Keeps a connection until the end of the run; one of the same name is closed. */
  keep(name: string, connection: Connection): void {
    this.#open.get(name)?.close();
    if (this.#isOver) connection.close();
    else this.#open.set(name, connection);
  }

  named(name: string): Connection | undefined {
    return this.#open.get(name);
  }

  close(): void {
    this.#isOver = true;
    for (const connection of this.#open.values()) connection.close();
    this.#open.clear();
  }
}
