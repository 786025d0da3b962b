import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/base/clock.ts';
import { mostBytes } from '../body.ts';

/** Ports of a receiver. */
export interface ReceiveContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as it came, up to the limit. */
  readonly bytes: Buffer;
  /** False if the body was longer than is read. */
  readonly isWhole: boolean;
  readonly firstByteAtMs: number;
  readonly endedAtMs: number;
}

/**
 * Sends one request and receives its whole answer. `request` of undici makes a stream for each body, which costs as much as the
 * rest of the request.
 *
 * @throws the signal's reason when it is aborted, LostConnection, and undici's errors.
 */
export function receive(
  agent: Dispatcher,
  request: Dispatcher.DispatchOptions,
  context: ReceiveContext,
): Promise<HttpResponse> {
  const receiver = new Receiver(context);
  agent.dispatch(request, receiver);
  return receiver.received;
}

/** A kept connection that the other side had given up: it closed before a byte of the answer came. */
export class LostConnection extends Error {}

/** Sockets that have brought a whole answer: a request that they are used for again goes over a kept connection. */
const used = new WeakSet<object>();
let beginning: ((socket: object) => void) | undefined;
let opening: ((stream: Stream) => void) | undefined;

/** undici publishes the socket of a request right after the start of the request. */
export function onSending(message: unknown): void {
  beginning?.((message as { readonly socket: object }).socket);
  beginning = undefined;
}

/** Node.js publishes the HTTP/2 stream of a request right after undici published its socket. */
export function onStream(message: unknown): void {
  opening?.((message as { readonly stream: Stream }).stream);
  opening = undefined;
}

interface Stream {
  readonly closed: boolean;
  push(chunk: unknown, encoding?: BufferEncoding): boolean;
}

/**
 * A stream that was reset without an error code, or with CANCEL, ends like a whole answer for Node.js and undici. But Node.js
 * puts the end of a whole answer into the stream before it closes it. It puts the end of one that was reset after it.
 */
class TruncatedAnswer extends Error {
  readonly code = 'ERR_HTTP2_STREAM_ERROR';
}

type Head = Pick<HttpResponse, 'statusCode' | 'headers' | 'firstByteAtMs'>;

class Receiver implements Dispatcher.DispatchHandler {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #settle = Promise.withResolvers<HttpResponse>();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #most = 0;
  #isAnswered = false;
  #socket: object | undefined;
  #isReset = false;
  #controller: Dispatcher.DispatchController | undefined;
  #head: Head | undefined;

  constructor(context: ReceiveContext) {
    this.#clock = context.clock;
    this.#signal = context.signal;
    this.#signal.addEventListener('abort', this.#abort, { once: true });
  }

  get received(): Promise<HttpResponse> {
    return this.#settle.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    beginning = this.#sentOn;
    if (this.#signal.aborted) this.#abort();
  }

  onResponseStart(_: unknown, statusCode: number, headers: HttpResponse['headers']): void {
    this.#isAnswered = true;
    if (statusCode < 200) return;
    this.#head = { statusCode, headers, firstByteAtMs: this.#clock.nowMs() };
    this.#most = mostBytes(headers['content-encoding']);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#most) return;
    this.#end();
    controller.abort(new Error('the rest of the body is not read'));
  }

  onResponseEnd(): void {
    if (this.#isReset) {
      this.onResponseError(
        undefined,
        new TruncatedAnswer('the stream was reset in the middle of the answer'),
      );
      return;
    }
    if (this.#socket !== undefined) used.add(this.#socket);
    this.#end();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#forget();
    const isKept = this.#socket !== undefined && used.has(this.#socket);
    const isLost = isKept && !this.#isAnswered && isClosing(error);
    this.#settle.reject(isLost ? new LostConnection(error.message, { cause: error }) : error);
  }

  #end(): void {
    this.#forget();
    const head = this.#head as Head;
    this.#settle.resolve({
      ...head,
      bytes: Buffer.concat(this.#chunks),
      isWhole: this.#bytes <= this.#most,
      endedAtMs: this.#clock.nowMs(),
    });
  }

  readonly #sentOn = (socket: object): void => {
    this.#socket = socket;
    const isHttp2 = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
    opening = isHttp2 ? this.#opened : undefined;
  };

  readonly #opened = (stream: Stream): void => {
    const { push } = stream;
    stream.push = (chunk, encoding): boolean => {
      if (chunk === null) {
        stream.push = push;
        this.#isReset = stream.closed;
      }
      return push.call(stream, chunk, encoding);
    };
  };

  readonly #abort = (): void => {
    const reason = this.#signal.reason as Error;
    this.#controller?.abort(reason);
    this.#settle.reject(reason);
  };

  #forget(): void {
    this.#signal.removeEventListener('abort', this.#abort);
  }
}

const CLOSING: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_SESSION_ERROR',
]);

function isClosing(error: Error & { readonly code?: unknown }): boolean {
  return CLOSING.has(error.code);
}
