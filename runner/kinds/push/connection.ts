import type { Clock } from '../../core/base/clock.ts';
import { ObserverError, TargetError } from '../../core/base/errors.ts';
import { runIdsIn } from '../../core/base/run-id.ts';
import type { Connection, Feed } from '../../core/taps/feeds.ts';
import type { JournalEntry } from '../../core/taps/ports.ts';
import type { Dialect, Push } from './dialect.ts';
import {
  type Handshake,
  openSocket,
  type Socket,
  type SocketContext,
  type SocketRequest,
} from './web-socket.ts';

/** The most that one connection keeps: a run reads what it asked for, not a stream of everything. */
const MOST_PUSHES = 10_000;
const MOST_PUSHED_BYTES = 16 * 1_048_576;

export interface Connecting extends Omit<SocketRequest, 'subprotocols'> {
  /** For messages: `wss://live.example.com/prod`. */
  readonly called: string;
  readonly dialect: Dialect;
}

/** The handshake's answer; and the connection, if the system took it and all that opens its subscription. */
export interface Connected extends Omit<Handshake, 'socket'> {
  readonly connection?: Connection;
}

/**
 * Opens a connection, and says what opens its subscription.
 * @throws TargetError if the system is unreachable or refuses the subscription; the signal's reason.
 */
export async function connect(
  { called, dialect, ...request }: Connecting,
  context: SocketContext,
): Promise<Connected> {
  const pushes = new Pushes(called, dialect, context.clock);
  const { socket, ...answer } = await openSocket(
    { ...request, subprotocols: dialect.subprotocols },
    context,
    pushes,
  );
  if (socket === undefined) return answer;
  try {
    await pushes.begin(socket, context.signal);
  } catch (thrown) {
    socket.close();
    throw thrown;
  }
  return { ...answer, connection: pushes };
}

/** The pushes of a connection. Once it is lost, nothing that may have been pushed since is known. */
class Pushes implements Connection {
  readonly #called: string;
  readonly #dialect: Dialect;
  readonly #clock: Clock;
  /** In the order of their arrival; a compressed one is opened meanwhile. */
  readonly #entries: Promise<JournalEntry>[] = [];
  /** Those to wake, by the key that a push must carry; undefined for any push. */
  readonly #wakes = new Map<() => void, string | undefined>();
  #bytes = 0;
  #socket: Socket | undefined;
  #lost: ObserverError | undefined;
  #heard: ((type: string) => void) | undefined;
  readonly #loss = Promise.withResolvers<string>();

  constructor(called: string, dialect: Dialect, clock: Clock) {
    this.#called = called;
    this.#dialect = dialect;
    this.#clock = clock;
  }

  /** Sends what opens the subscription, and waits for the answers. */
  async begin(socket: Socket, signal: AbortSignal): Promise<void> {
    this.#socket = socket;
    const refused = this.#loss.promise.then((why) => {
      throw new TargetError(`${this.#called} refused the subscription: ${why}.`);
    });
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    refused.catch(() => {
      // after the last answer, the loss is no refusal
    });
    for (const { send, until } of this.#dialect.opening) {
      const answered = until === undefined ? Promise.resolve() : this.#untilHeard(until);
      socket.send(send);
      await Promise.race([answered, refused, aborted.promise]);
    }
    signal.removeEventListener('abort', abort);
  }

  onMessage(data: string | Buffer): void {
    if (this.#lost !== undefined) return;
    const heard = this.#dialect.hear(data);
    if ('type' in heard) return this.#heard?.(heard.type);
    if ('ended' in heard) return this.onLost(heard.ended);
    this.#bytes += Buffer.byteLength(data);
    const atMs = this.#clock.nowMs();
    for (const one of heard.pushed) this.#keep(one, atMs);
    if (this.#entries.length > MOST_PUSHES || this.#bytes > MOST_PUSHED_BYTES) {
      this.onLost(`it pushed more than is kept, ${MOST_PUSHES.toLocaleString('en-US')} things or 16 MiB`);
      this.#socket?.close();
    }
  }

  #keep(push: Push | Promise<Push>, atMs: number): void {
    const id = `${this.#entries.length + 1}`;
    const about = { feed: this.#called, id, receivedAtMs: atMs, happenedAtMs: atMs };
    const entry = Promise.resolve(push).then(({ text, ...rest }) => ({
      ...about,
      keys: runIdsIn(text),
      ...rest,
    }));
    this.#entries.push(entry);
    void entry.then(({ keys }) => this.#wake(keys));
  }

  onLost(why: string): void {
    this.#loss.resolve(why);
    this.#lost ??= new ObserverError(
      `The connection to ${this.#called} was lost: ${why}. What was pushed since is unknown.`,
      { permanent: true },
    );
    for (const wake of this.#wakes.keys()) wake();
  }

  get lost(): ObserverError | undefined {
    return this.#lost;
  }

  get feed(): Feed {
    return {
      read: async ({ key, sinceMs }) =>
        (await Promise.all(this.#entries)).filter(
          ({ keys, receivedAtMs }) => receivedAtMs >= sinceMs && (key === undefined || keys.includes(key)),
        ),
      subscribe: (key, wake) => {
        this.#wakes.set(wake, key);
        return () => this.#wakes.delete(wake);
      },
      assertComplete: async () => {
        if (this.#lost === undefined) await Promise.race([this.#socket?.ping(), this.#loss.promise]);
        if (this.#lost !== undefined) throw this.#lost;
      },
      close: async () => {},
    };
  }

  close(): void {
    this.#socket?.close();
  }

  async #untilHeard(type: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#heard = (one) => (one === type ? resolve() : undefined);
    await promise;
  }

  #wake(keys: readonly string[]): void {
    for (const [wake, key] of this.#wakes) if (key === undefined || keys.includes(key)) wake();
  }
}
