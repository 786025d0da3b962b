import { CanaryError, TargetError } from '../core/errors.ts';

/** What the codes of Node and undici mean, in words. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection before it had answered',
  EPIPE: 'closed the connection before it had answered',
  ENOTFOUND: 'is not known to DNS',
  EAI_AGAIN: 'could not be looked up in DNS just now',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  ETIMEDOUT: 'did not accept a connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  UND_ERR_SOCKET: 'closed the connection before it had answered',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent another length than it had announced',
  CERT_HAS_EXPIRED: 'has a TLS certificate that has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a TLS certificate that nobody vouches for',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a TLS certificate that nobody vouches for',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a TLS certificate that nobody vouches for',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a TLS certificate that nobody vouches for',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a TLS certificate for another name',
};

/** What a connection error says about the system: it could not be reached, so it is to blame. Other errors stay as they are. */
export function networkFault(thrown: unknown, url: URL): unknown {
  if (thrown instanceof CanaryError) return thrown;
  const own = ownErrorIn(thrown);
  if (own !== undefined) return own;
  const code = codeOf(thrown);
  if (code === undefined || code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED') return thrown;
  const words = WORDS[code] ?? (isTls(code) ? 'broke the TLS handshake' : 'could not be reached');
  return new TargetError(`${url.host} ${words} (${code}).`, { cause: thrown, retryable: true });
}

/** A refusal of ours that undici or Node wrapped. */
function ownErrorIn(thrown: unknown): CanaryError | undefined {
  for (let error = thrown; Error.isError(error); error = error.cause) {
    if (error instanceof CanaryError) return error;
  }
  return undefined;
}

function codeOf(thrown: unknown): string | undefined {
  // Where a name has several addresses, Node gathers the errors of all of them.
  const error: unknown = thrown instanceof AggregateError ? (thrown.errors[0] ?? thrown) : thrown;
  if (!Error.isError(error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function isTls(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_TO)/.test(code);
}
