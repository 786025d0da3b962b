import { DeliveryError } from '../../runner/core/errors.ts';
import { networkTrouble } from '../../runner/core/network-trouble.ts';
import { askedWaitMs, refusalOf, tooLate, unsure } from './refusal.ts';

/** What the SDK's errors carry beside a message. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Whom was asked, and what to do where trying again cannot help. */
export interface AwsAsked {
  readonly from: string;
  readonly advice: string;
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

/** Names of errors that pass, whatever their status: throttling comes as a 400 too, and credentials are renewed. */
const PASSING_NAMES =
  /Throttl|TooManyRequests|LimitExceeded|SlowDown|ExpiredToken|^Internal|ServiceUnavailable/;

/** True for an error that AWS names, after which trying again may succeed. */
export function isPassingName(name: string): boolean {
  return PASSING_NAMES.test(name);
}

/** What an AWS client threw, as the delivery of a notice: by signal, status, name and code, never by message. */
export function awsFault(thrown: unknown, { from, advice, signal, nowMs }: AwsAsked): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  if (signal.aborted) return tooLate(from);
  if (!Error.isError(thrown)) return unsure(from, 'could not be told');
  const { name, $metadata, $response }: SdkError = thrown;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status > 299) {
    const waitMs = askedWaitMs($response?.headers?.['retry-after'], nowMs);
    const passing = isPassingName(name);
    return refusalOf({
      from: `${from} (${name})`,
      status,
      retryAfterMs: waitMs,
      passing,
      advice,
      cause: thrown,
    });
  }
  const trouble = networkTrouble(thrown);
  if (trouble === undefined) {
    const what = status === undefined ? 'could not be asked' : 'gave no answer that can be read';
    return unsure(from, `${what} (${name})`, thrown);
  }
  if (!trouble.untrusted) return unsure(from, `${trouble.words} (${trouble.code})`, thrown);
  return new DeliveryError(`${from} ${trouble.words} (${trouble.code}), so nobody was told. ${advice}`, {
    cause: thrown,
    permanent: true,
  });
}
