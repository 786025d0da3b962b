import type { Dispatcher } from 'undici';
import type { Ending } from '../core/ending.ts';
import type { Clock } from '../core/ports.ts';

/** Bodies are read up to here; a check on more is an `error`. In bytes. */
export const LONGEST_BODY_BYTES = 1_048_576;

/** What a receiving needs from outside. */
export interface ReceiveContext {
  readonly clock: Clock;
  readonly signal: Ending;
}

/** What came back. */
export interface Received {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** True where the body was longer than is read. */
  readonly cut: boolean;
  readonly firstByteAtMs: number;
}

/**
 * Sends one request and receives all of its answer. undici's own `request` makes a stream for each body, which costs as
 * much as the rest of the request.
 * @throws the signal's reason when it is aborted, and whatever undici found wrong.
 */
export function receive(
  agent: Dispatcher,
  request: Dispatcher.DispatchOptions,
  context: ReceiveContext,
): Promise<Received> {
  const receiver = new Receiver(context);
  agent.dispatch(request, receiver);
  return receiver.received;
}

type Head = Pick<Received, 'statusCode' | 'headers' | 'firstByteAtMs'>;

class Receiver implements Dispatcher.DispatchHandler {
  readonly #clock: Clock;
  readonly #ending: Ending;
  readonly #settle = Promise.withResolvers<Received>();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #head: Head | undefined;

  constructor(context: ReceiveContext) {
    this.#clock = context.clock;
    this.#ending = context.signal;
    this.#ending.addEventListener('abort', this.#abort, { once: true });
  }

  get received(): Promise<Received> {
    return this.#settle.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ending.aborted) this.#abort();
  }

  onResponseStart(_: unknown, statusCode: number, headers: Received['headers']): void {
    if (statusCode < 200) return;
    this.#head = { statusCode, headers, firstByteAtMs: this.#clock.nowMs() };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= LONGEST_BODY_BYTES) return;
    this.#end();
    controller.abort(new Error('the rest of the body is not read'));
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#forget();
    this.#settle.reject(error);
  }

  #end(): void {
    this.#forget();
    const head = this.#head as Head;
    this.#settle.resolve({ ...head, text: textOf(this.#chunks), cut: this.#bytes > LONGEST_BODY_BYTES });
  }

  readonly #abort = (): void => {
    const reason = this.#ending.reason as Error;
    this.#controller?.abort(reason);
    this.#settle.reject(reason);
  };

  #forget(): void {
    this.#ending.removeEventListener('abort', this.#abort);
  }
}

/** UTF-8, without the mark that may stand at its beginning. */
function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  const text = bytes.subarray(0, LONGEST_BODY_BYTES).toString();
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
