import { promisify } from 'node:util';
import { type Clock, type Random, waitUntil } from '../../runner/core/base/clock.ts';
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

/**
 * Sends spans as OTLP/HTTP JSON, one request at a time: spans that come during a request go with the next one. Spans that could not be sent for
 * now are kept, and go with later ones. Their ids are the same then, so a receiver recognizes those that it has.
 * @throws ObserverError for spans that were not sent or were rejected; the errors of `receiver`.
 */
export function spanSender(of: SenderOf): (more?: SpansOfResource) => Promise<void> {
  const queue = new SpanQueue();
  let notBeforeMs = 0;
  let sending: Promise<void> | undefined;
  const sendAll = async (): Promise<void> => {
    try {
      while (queue.length > 0) {
        const batch = queue.take();
        const { fault, againAtMs = 0 } = await sendBatch(batch, of);
        notBeforeMs = againAtMs;
        if (fault?.permanent === false) queue.putBack(batch);
        if (fault !== undefined) throw fault;
      }
    } finally {
      sending = undefined;
    }
  };
  return async (more) => {
    if (more !== undefined) queue.add(more);
    if (of.clock.nowMs() >= notBeforeMs) await (sending ??= sendAll());
    const dropped = queue.takeDropped();
    if (dropped > 0)
      throw new ObserverError(`${countOf(dropped)} dropped: too many wait for the receiver of traces.`);
  };
}

interface Outcome {
  /** Absent if the receiver took the batch. If it is not permanent, the batch may be sent again. */
  readonly fault?: CanaryError;
  /** The earliest moment of that, if the receiver named one. */
  readonly againAtMs?: number;
}

async function sendBatch(batch: readonly WaitingSpan[], of: SenderOf): Promise<Outcome> {
  const { clock, random } = of;
  try {
    const receiver = await of.receiver();
    const body = Buffer.from(bodyOf(batch));
    const sent = receiver.gzip ? await zipped(body) : body;
    for (let tried = 1; ; tried += 1) {
      const { answered, askedMs } = await tryOnce(sent, receiver, of);
      if (answered.outcome === 'taken') return {};
      const { fault } = answered;
      if (answered.outcome === 'partial') return { fault: asPermanent(fault, '') };
      const lost = ` ${countOf(batch.length)} not sent.`;
      if (fault.permanent) return { fault: asPermanent(fault, lost) };
      const pauseMs = askedMs ?? FIRST_PAUSE_MS * 2 ** (tried - 1) * jitterOf(random);
      const againAtMs = clock.nowMs() + pauseMs;
      const kept = new ObserverError(`${fault.message}${lost}`, { cause: fault });
      if (pauseMs > LONGEST_PAUSE_MS) return { fault: kept, againAtMs };
      if (tried === TRIES) return { fault: kept };
      await waitUntil(againAtMs, clock);
    }
  } catch (thrown) {
    if (thrown instanceof CanaryError) return { fault: thrown };
    throw thrown;
  }
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
  { post, clock }: SenderOf,
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
      signal: AbortSignal.timeout(timeoutMs),
    });
    const askedMs = retryPauseMs(answer.retryAfter, clock.nowMs());
    return { answered: answeredBy(answer, place), ...omitUndefined({ askedMs }) };
  } catch (thrown) {
    if (thrown instanceof ObserverError) return { answered: { outcome: 'refused', fault: thrown } };
    throw thrown;
  }
}

function asPermanent(fault: ObserverError, more: string): ObserverError {
  return new ObserverError(`${fault.message}${more}`, { cause: fault, permanent: true });
}

function countOf(spans: number): string {
  return spans === 1 ? '1 span was' : `${spans} spans were`;
}

/** Between a half and one and a half. */
function jitterOf(random: Random): number {
  return 0.5 + (random.bytes(1)[0] as number) / 256;
}
