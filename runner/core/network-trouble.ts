/** Why a connection did not come about, or broke. */
export interface NetworkTrouble {
  /** Node's or undici's code: `ECONNREFUSED`. */
  readonly code: string;
  /** What it means, with the host as its subject: `refused the connection`. */
  readonly words: string;
  /** True where the other side's certificate was not accepted: trying again does not make it better. */
  readonly untrusted: boolean;
}

const UNVOUCHED = 'has a TLS certificate that nobody vouches for';

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
};

/** Codes of certificates that were not accepted. */
const UNTRUSTED: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has a TLS certificate that has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNVOUCHED,
  SELF_SIGNED_CERT_IN_CHAIN: UNVOUCHED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNVOUCHED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNVOUCHED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a TLS certificate for another name',
};

/** What a connection error means; undefined for what is none, and for one that a signal of ours ended. */
export function networkTrouble(thrown: unknown): NetworkTrouble | undefined {
  const code = codeOf(thrown);
  if (code === undefined || code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED') return undefined;
  const untrusted = UNTRUSTED[code];
  if (untrusted !== undefined) return { code, words: untrusted, untrusted: true };
  const words = WORDS[code] ?? (isTls(code) ? 'broke the TLS handshake' : 'could not be reached');
  return { code, words, untrusted: false };
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
