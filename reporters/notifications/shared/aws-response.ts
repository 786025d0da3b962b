import { DeliveryError } from '../../../runner/core/base/errors.ts';
import type { Sort } from '../../../runner/core/blame/sorts.ts';
import { rowOf } from '../../../runner/core/blame/table.ts';
import { disconnected, neverSent, refusalOf, tooLate, troubleOf, unsure, waitMsOf } from './refusal.ts';

/** Fields of the SDK's errors, apart from the message. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly iamAction?: string;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** The called service, and the remedy if a retry cannot help. */
export interface AwsRequest {
  readonly from: string;
  readonly advice: string;
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

/** Temporary sorts, whatever their status: throttling comes as a 400 too, and credentials are renewed. */
const TRANSIENT: ReadonlySet<Sort | undefined> = new Set<Sort>([
  'clock',
  'conflict',
  'credentials',
  'quota',
  'signature',
  'throttled',
  'unavailable',
]);

/** True for a code of AWS after which trying again may succeed, by the table of blame. */
export function isTransientCode(code: string, service?: string): boolean {
  return TRANSIENT.has(rowOf(code, service)?.sort);
}

/** The delivery error for an AWS client's error: by signal, status, name and code, never by message. */
export function awsFault(thrown: unknown, { from, advice, signal, nowMs }: AwsRequest): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  if (signal.aborted) return tooLate(from);
  if (!Error.isError(thrown)) return unsure(from, 'could not be notified');
  const { name, iamAction, $metadata, $response }: SdkError = thrown;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status > 299) {
    const waitMs = waitMsOf($response?.headers?.['retry-after'], nowMs);
    const transient = isTransientCode(name, iamAction?.split(':')[0]);
    return refusalOf({
      from: `${from} (${name})`,
      status,
      retryAfterMs: waitMs,
      transient,
      advice,
      cause: thrown,
    });
  }
  const trouble = troubleOf(thrown);
  if (trouble === undefined) {
    if (status !== undefined || $response !== undefined)
      return unsure(from, `gave no answer that can be read (${name})`, thrown);
    return neverSent(from, thrown);
  }
  if (trouble.sort !== 'untrusted') return disconnected(from, `${trouble.words} (${trouble.code})`, thrown);
  return new DeliveryError(
    `${from} ${trouble.words} (${trouble.code}), so the notice was not delivered. ${advice}`,
    {
      cause: thrown,
      permanent: true,
    },
  );
}
