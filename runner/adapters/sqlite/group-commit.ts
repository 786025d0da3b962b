import type { DatabaseSync } from 'node:sqlite';

/** Work on a database inside a transaction, and who waits for it. */
interface Write {
  readonly work: () => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (fault: unknown) => void;
}

/** Time within which writes gather, in milliseconds: so many after a commit, the next one follows. A first one does not wait. */
const GATHER_MS = 25;

/**
 * Writes that share transactions, in the order of their calls. Each is all or nothing by itself. None is answered before its transaction is on
 * the disk.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  /** Runs a transaction's work, with what belongs to each transaction. */
  readonly #around: (work: () => void) => void;
  #gathered: Write[] = [];
  #committedAtMs = Number.NEGATIVE_INFINITY;

  constructor(database: DatabaseSync, around: (work: () => void) => void) {
    this.#database = database;
    this.#around = around;
  }

  write<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#gathered.push({ work, resolve, reject });
    if (this.#gathered.length === 1) this.#arrange();
    return promise as Promise<T>;
  }

  /** Commits what is gathered, now. */
  flush(): void {
    const writes = this.#gathered;
    this.#gathered = [];
    if (writes.length === 0) return;
    try {
      const answered = this.#commit(writes);
      for (const answer of answered) answer();
    } catch (thrown) {
      for (const { reject } of writes) reject(thrown);
    }
    this.#committedAtMs = performance.now();
  }

  #arrange(): void {
    const inMs = this.#committedAtMs + GATHER_MS - performance.now();
    if (inMs > 0) setTimeout(() => this.flush(), inMs);
    else setImmediate(() => this.flush());
  }

  /** The answers of some writes, to be given once all of them are on the disk. */
  #commit(writes: readonly Write[]): readonly (() => void)[] {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      const answers: (() => void)[] = [];
      this.#around(() => {
        for (const one of writes) answers.push(writes.length === 1 ? done(one) : this.#doneApart(one));
      });
      database.exec('COMMIT');
      return answers;
    } catch (thrown) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw thrown;
    }
  }

  /** One of several: if it fails, the others stand. A fault that ended the whole transaction is thrown. */
  #doneApart(one: Write): () => void {
    const database = this.#database;
    database.exec('SAVEPOINT one');
    try {
      const answer = done(one);
      database.exec('RELEASE one');
      return answer;
    } catch (thrown) {
      if (!database.isTransaction) throw thrown;
      database.exec('ROLLBACK TO one; RELEASE one');
      return () => one.reject(thrown);
    }
  }
}

function done({ work, resolve }: Write): () => void {
  const answer = work();
  return () => resolve(answer);
}
