import { promisify } from 'node:util';
import { type Clock, type Random } from '../../runner/core/base/clock.ts';
import { CanaryError, ObserverError } from '../../runner/core/base/errors.ts';
import { omitUndefined } from '../../runner/core/base/omit-undefined.ts';
import type { Post } from '../../runner/core/network/post.ts';
import { retryPauseMs } from '../../runner/core/network/retry-after.ts';
import { type Answered, answeredBy } from './export-answer.ts';
import type { Receiver } from './receiver.ts';
import { bodyOf, SpanQueue, type SpansOfResource, type WaitingSpan } from './span-queue.ts';

export interface SenderOf {
  /** The receiver at the time of an export: its headers may be secrets that change. */
  receiver(): Promise<Receiver>;
  readonly post: Post;
  readonly clock: Clock;
  readonly random: Random;
}

const TRIES = 3;
const FIRST_PAUSE_MS = 500;
/** If a receiver asks for a longer pause, the spans go with a later run. */
const LONGEST_PAUSE_MS = 2_000;
/** The longest pause that a receiver is granted. */
const LONGEST_ASKED_MS = 300_000;

/** Sends spans as OTLP/HTTP JSON, one request at a time: spans that come during a request go with the next one. */
export class SpanSender {
  readonly #of: SenderOf;
  readonly #queue = new SpanQueue();
  #notBeforeMs = 0;
  #sending: Promise<void> | undefined;
  #breaking = new AbortController();
  /** Spans since the last end that are never sent again. */
  #lost = 0;
  #newestFault: CanaryError | undefined;

  constructor(of: SenderOf) {
    this.#of = of;
  }

  /**
   * Sends spans. Those that could not be sent for now are kept, and go with later ones. Their ids are the same then, so a receiver recognizes
   * those that it has.
   * @throws ObserverError if some were not sent; its message is the same for each time. The errors of `receiver`.
   */
  async send(more: SpansOfResource): Promise<void> {
    const { signal } = this.#breaking;
    this.#queue.add(more);
    try {
      await this.#sendWaiting();
    } catch (thrown) {
      // The reporters have ended, so no later line gives the number.
      if (signal.aborted && thrown instanceof CanaryError) this.#assertSent();
      throw thrown;
    }
  }

  /** Sends what is kept. @throws ObserverError with the number of spans since the last end that were lost, and of those that are still kept. */
  async end(): Promise<void> {
    try {
      await this.#sendWaiting();
    } catch (thrown) {
      if (!(thrown instanceof CanaryError)) throw thrown;
    }
    this.#assertSent();
  }

  /** Breaks off what is in flight, since its time is spent; its spans are kept. */
  giveUp(): void {
    this.#breaking.abort();
    this.#breaking = new AbortController();
  }

  async #sendWaiting(): Promise<void> {
    if (this.#of.clock.nowMs() >= this.#notBeforeMs)
      await (this.#sending ??= this.#sendAll(this.#breaking.signal).finally(() => {
        this.#sending = undefined;
      }));
    const dropped = this.#queue.takeDropped();
    this.#lost += dropped;
    if (dropped > 0)
      this.#fail(
        new ObserverError('Too many spans wait for the receiver of traces. The oldest are dropped.'),
      );
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.take();
      const { fault, againAtMs = 0, rejected = 0 } = await sendBatch(batch, { ...this.#of, signal });
      this.#notBeforeMs = againAtMs;
      if (fault?.permanent === false) this.#queue.putBack(batch);
      this.#lost += rejected;
      if (fault !== undefined) this.#fail(fault);
    }
  }

  #fail(fault: CanaryError): never {
    this.#newestFault = fault;
    throw fault;
  }

  /** @throws ObserverError if some spans were not sent */
  #assertSent(): void {
    const unsent = this.#lost + this.#queue.length;
    const why = this.#newestFault === undefined ? '' : `${this.#newestFault.message} `;
    this.#lost = 0;
    if (this.#queue.length === 0) this.#newestFault = undefined;
    if (unsent > 0) throw new ObserverError(`${why}${countOf(unsent)} not sent.`);
  }
}

interface SendingOf extends SenderOf {
  /** Ends the tries. */
  readonly signal: AbortSignal;
}

interface Outcome {
  /** Absent if the receiver took the batch. If it is not permanent, the batch may be sent again. */
  readonly fault?: CanaryError;
  /** The earliest moment of that, if the receiver named one. */
  readonly againAtMs?: number;
  /** The number of spans that are never sent again. @default 0 */
  readonly rejected?: number;
}

async function sendBatch(batch: readonly WaitingSpan[], of: SendingOf): Promise<Outcome> {
  const { clock, random, signal } = of;
  try {
    const receiver = await of.receiver();
    const body = Buffer.from(bodyOf(batch));
    const sent = receiver.gzip ? await zipped(body) : body;
    for (let tried = 1; ; tried += 1) {
      const { answered, askedMs } = await tryOnce(sent, receiver, of);
      if (answered.outcome === 'taken') return {};
      const { fault } = answered;
      if (answered.outcome === 'partial') return { fault: asPermanent(fault), rejected: answered.rejected };
      if (fault.permanent) return { fault, rejected: batch.length };
      const pauseMs = askedMs ?? FIRST_PAUSE_MS * 2 ** (tried - 1) * jitterOf(random);
      const againAtMs = clock.nowMs() + pauseMs;
      if (pauseMs > LONGEST_PAUSE_MS) return { fault, againAtMs };
      if (tried === TRIES) return { fault };
      await pauseUntil(againAtMs, clock, signal);
      if (signal.aborted) return { fault };
    }
  } catch (thrown) {
    if (thrown instanceof CanaryError)
      return { fault: thrown, rejected: thrown.permanent ? batch.length : 0 };
    throw thrown;
  }
}

/** Waits until a moment, or until the signal ends. */
async function pauseUntil(atMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const forget = clock.at(atMs, () => resolve(undefined));
  signal.addEventListener('abort', resolve, { once: true });
  await promise;
  forget();
  signal.removeEventListener('abort', resolve);
}

async function zipped(body: Uint8Array): Promise<Uint8Array> {
  const { gzip } = await import('node:zlib');
  return promisify(gzip)(body);
}

interface Tried {
  readonly answered: Answered;
  /** The pause that the receiver asks for. */
  readonly askedMs?: number;
}

async function tryOnce(
  body: Uint8Array,
  { url, headers, timeoutMs, gzip: isZipped }: Receiver,
  { post, clock, signal }: SendingOf,
): Promise<Tried> {
  const place = `The receiver of traces at ${url.host}`;
  try {
    const answer = await post({
      url,
      place,
      body,
      headers: {
        'user-agent': 'coalmine',
        'content-type': 'application/json',
        'content-length': String(body.length),
        ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
        ...headers,
      },
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]),
    });
    const askedMs = retryPauseMs(answer.retryAfter, clock.nowMs());
    const grantedMs = askedMs === undefined ? undefined : Math.min(askedMs, LONGEST_ASKED_MS);
    return { answered: answeredBy(answer, place), ...omitUndefined({ askedMs: grantedMs }) };
  } catch (thrown) {
    if (thrown instanceof ObserverError) return { answered: { outcome: 'refused', fault: thrown } };
    throw thrown;
  }
}

function asPermanent(fault: ObserverError): ObserverError {
  return new ObserverError(fault.message, { cause: fault, permanent: true });
}

function countOf(spans: number): string {
  return spans === 1 ? '1 span was' : `${spans} spans were`;
}

/** Between a half and one and a half. */
function jitterOf(random: Random): number {
  return 0.5 + (random.bytes(1)[0] as number) / 256;
}
