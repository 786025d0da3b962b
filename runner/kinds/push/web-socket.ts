import type diagnosticsChannel from 'node:diagnostics_channel';
import type { Dispatcher, WebSocket } from 'undici';
import type { Clock } from '../../core/base/clock.ts';
import { DefinitionError, ObserverError, TargetError } from '../../core/base/errors.ts';
import { DIRECT, type ProxyFor } from '../../core/network/proxies.ts';
import { LONGEST_BODY_BYTES } from '../body.ts';
import { type ClientCertificate, connectorTo } from '../http/connections.ts';
import { networkFault } from '../http/network-error.ts';

/** The opening handshake of a WebSocket. */
export interface SocketRequest {
  /** With the protocol `http:` or `https:`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** Ports of a socket. */
export interface SocketContext {
  readonly clock: Clock;
  /** Ends the handshake. */
  readonly signal: AbortSignal;
  readonly runtimeApi?: string | undefined;
  /** @default no proxies */
  readonly proxyFor?: ProxyFor | undefined;
}

/** Receiver of what comes over a socket. */
export interface SocketListener {
  onMessage(data: string | Buffer): void;
  /** The connection ended, for whatever reason. Called once, unless `close` ended it. */
  onLost(why: string): void;
}

/** An open WebSocket. */
export interface Socket {
  send(text: string): void;
  /** Resolves when the other side has answered a ping: then all that it sent before has come. @throws ObserverError without an answer */
  ping(): Promise<void>;
  close(): void;
}

/** The answer to a handshake. */
export interface Handshake {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Absent if the other side refused. */
  readonly socket?: Socket;
}

const PONG_WITHIN_MS = 10_000;
/** Pings keep idle connections open. A NAT gateway drops one after 350 s (Amazon VPC user guide). */
const PING_EVERY_MS = 60_000;
/** Codes of the end of a connection, with their meaning (RFC 6455, 7.4.1). */
const CODES: Readonly<Record<number, string>> = {
  1001: 'the other side is going away',
  1006: `it broke without a word, or brought a message of more than ${LONGEST_BODY_BYTES / 1_048_576} MiB`,
  1011: 'the other side failed',
};

/**
 * Opens a WebSocket over a connection of its own, with our own way of connecting: addresses are checked, and proxies are used.
 * @throws TargetError if the system is unreachable; DefinitionError for a forbidden address; the signal's reason.
 */
export async function openSocket(
  request: SocketRequest,
  context: SocketContext,
  listener: SocketListener,
): Promise<Handshake> {
  const [{ default: Agent }, undici, channels] = await Promise.all([
    import('undici/lib/dispatcher/agent.js'),
    import('undici/lib/web/websocket/websocket.js'),
    import('node:diagnostics_channel'),
  ]);
  const { url, headers, subprotocols, clientCertificate } = request;
  const { clock, signal, runtimeApi, proxyFor = DIRECT } = context;
  const proxies = proxyFor === DIRECT ? undefined : { proxyFor, clock, tunnelsAll: true };
  const connect = await connectorTo({ runtimeApi, clientCertificate, proxies, allowH2: false });
  signal.throwIfAborted();
  const seen: Seen = {};
  const agent = new Agent({ connect, webSocket: { maxPayloadSize: LONGEST_BODY_BYTES } });
  const init = { dispatcher: noting(agent, seen), headers, protocols: [...subprotocols] };
  const socket = legally(() => new undici.WebSocket(url.href.replace(/^http/, 'ws'), init), url);
  const line = new Line({ url, clock, socket, agent, listener, ping: undici.ping, channels });
  const abort = (): void => line.close();
  signal.addEventListener('abort', abort, { once: true });
  const isOpen = await line.opened;
  signal.removeEventListener('abort', abort);
  signal.throwIfAborted();
  const { status, headers: answered = {} } = seen;
  if (isOpen) return { status: 101, headers: answered, socket: line };
  if (status === undefined || status === 101) throw failureOf(seen, url);
  return { status, headers: answered };
}

interface LineOf {
  readonly url: URL;
  readonly clock: Clock;
  readonly socket: WebSocket;
  readonly agent: Dispatcher;
  readonly listener: SocketListener;
  ping(socket: WebSocket, payload?: Buffer): void;
  readonly channels: Pick<typeof diagnosticsChannel, 'subscribe' | 'unsubscribe'>;
}

const PONG = 'undici:websocket:pong';

/** A socket of undici, with pings of its own. */
class Line implements Socket {
  readonly #of: LineOf;
  readonly #settle = Promise.withResolvers<boolean>();
  /** The pings that wait for an answer, by their payloads. */
  readonly #waiting = new Map<string, { resolve(): void; forget(): void }>();
  #pings = 0;
  #isOpen = false;
  #isOver = false;
  #forget = (): void => {};

  constructor(of: LineOf) {
    this.#of = of;
    const { socket, channels, listener } = of;
    socket.binaryType = 'arraybuffer';
    channels.subscribe(PONG, this.#onPong);
    socket.addEventListener('open', () => {
      this.#isOpen = true;
      this.#keepAlive();
      this.#settle.resolve(true);
    });
    socket.addEventListener('message', ({ data }) =>
      listener.onMessage(typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer)),
    );
    socket.addEventListener('close', ({ code, reason }) => {
      const isLost = this.#isOpen && !this.#isOver;
      this.#release();
      if (isLost) listener.onLost(lossOf(code, reason));
    });
  }

  /** False if the handshake failed, or was ended. */
  get opened(): Promise<boolean> {
    return this.#settle.promise;
  }

  send(text: string): void {
    this.#of.socket.send(text);
  }

  async ping(): Promise<void> {
    const { url, clock, socket, ping } = this.#of;
    this.#pings += 1;
    const payload = String(this.#pings);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const forget = clock.at(clock.nowMs() + PONG_WITHIN_MS, () => reject(noPong(url)));
    this.#waiting.set(payload, { resolve, forget });
    ping(socket, Buffer.from(payload));
    await promise.finally(forget);
  }

  close(): void {
    this.#of.socket.close();
    this.#release();
  }

  readonly #onPong = (message: unknown): void => {
    const { websocket, payload } = message as { readonly websocket: unknown; readonly payload: Buffer };
    if (websocket === this.#of.socket) this.#waiting.get(String(payload))?.resolve();
  };

  #keepAlive(): void {
    const { clock, socket, ping } = this.#of;
    this.#forget = clock.at(clock.nowMs() + PING_EVERY_MS, () => {
      ping(socket);
      this.#keepAlive();
    });
  }

  #release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settle.resolve(false);
    this.#forget();
    for (const { forget } of this.#waiting.values()) forget();
    this.#of.channels.unsubscribe(PONG, this.#onPong);
    void this.#of.agent.destroy();
  }
}

/** @throws DefinitionError for a fragment, or for a subprotocol that is no token or stands there twice (WebSockets standard). */
function legally<Made>(make: () => Made, { host }: URL): Made {
  try {
    return make();
  } catch (cause) {
    if ((cause as Error).name !== 'SyntaxError') throw cause;
    throw new DefinitionError(
      `No WebSocket can be opened to ${host} so. An address has no '#', and each subprotocol is one word of its own.`,
      { cause },
    );
  }
}

/** The part of a handshake that undici keeps for itself. */
interface Seen {
  status?: number;
  headers?: Handshake['headers'];
  error?: unknown;
}

type Handler = Readonly<Record<string, unknown>>;

/** The dispatcher, which notes status, headers and error of the handshake. */
function noting<One extends Dispatcher>(agent: One, seen: Seen): One {
  const dispatch = agent.dispatch.bind(agent);
  const note = (event: string, args: readonly unknown[]): void => {
    if (event === 'onResponseError') seen.error = args[1];
    if (event !== 'onResponseStart' && event !== 'onRequestUpgrade') return;
    seen.status = args[1] as number;
    seen.headers = args[2] as Handshake['headers'];
  };
  return Object.assign(agent, {
    dispatch: (...[options, handler]: Parameters<Dispatcher['dispatch']>) =>
      dispatch(
        options,
        new Proxy(handler, {
          get: (target, name) => {
            const own = (target as Handler)[String(name)];
            if (typeof own !== 'function') return own;
            return (...args: readonly unknown[]): unknown => {
              note(String(name), args);
              return Reflect.apply(own, target, args) as unknown;
            };
          },
        }),
      ),
  });
}

/** The error of a handshake that got no answer, or none that opens a WebSocket. */
function failureOf({ status, error }: Seen, url: URL): unknown {
  if (error !== undefined) return networkFault(error, { url, online: true });
  if (status === undefined)
    return new DefinitionError(
      `${url.host} has a port that no WebSocket may use (Fetch standard, "Port blocking"). Nothing was sent there.`,
    );
  return new TargetError(
    `${url.host} answered the handshake otherwise than RFC 6455 asks, or chose no subprotocol that was offered.`,
  );
}

function lossOf(code: number, reason: string): string {
  const words = CODES[code] ?? 'the other side closed it';
  return `${words} (${code}${reason === '' ? '' : `: ${reason}`})`;
}

function noPong({ host }: URL): ObserverError {
  return new ObserverError(
    `${host} did not answer a ping, so it is unknown if all that was pushed has come.`,
  );
}
