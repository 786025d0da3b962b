import { CanaryError, ObserverError } from '../core/errors.ts';

/** What the SDK's errors carry beside a message. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $fault?: 'client' | 'server';
  readonly code?: string;
  /** What would have allowed the call: written there by aws-clients.ts. */
  readonly iamAction?: string;
}

/** What an error of AWS means for whoever asked. */
export type FaultSort = 'denied' | 'expired' | 'throttled' | 'missing' | 'unconfigured' | 'away' | 'refused';

/** The names that AWS gives its errors, by what they mean for a run. */
const NAMES: Readonly<Record<string, FaultSort>> = {
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  AuthorizationError: 'denied',
  AuthorizationErrorException: 'denied',
  UnauthorizedOperation: 'denied',
  ExpiredToken: 'expired',
  ExpiredTokenException: 'expired',
  InvalidClientTokenId: 'expired',
  UnrecognizedClientException: 'expired',
  InvalidSignatureException: 'expired',
  SignatureDoesNotMatch: 'expired',
  TokenProviderError: 'expired',
  CredentialsProviderError: 'unconfigured',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  OverLimit: 'throttled',
  ResourceNotFoundException: 'missing',
  QueueDoesNotExist: 'missing',
  NotFoundException: 'missing',
  NotFound: 'missing',
  NoSuchBucket: 'missing',
  StateMachineDoesNotExist: 'missing',
  TimeoutError: 'away',
  UnknownOperationException: 'refused',
};

/** Codes of connections that did not come about. */
const AWAY: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What to do, by what it means. A lasting fault is not looked at again. */
const ADVICE: Readonly<Record<FaultSort, { readonly says: string; readonly lasting: boolean }>> = {
  denied: {
    says: "The runner's role may not do this. 'coalmine explain' lists the permissions that the canary needs.",
    lasting: true,
  },
  expired: {
    says: "The runner's credentials are not accepted. Sign in again, or renew them.",
    lasting: true,
  },
  unconfigured: { says: 'There are no AWS credentials. Set AWS_PROFILE, or sign in.', lasting: true },
  throttled: { says: 'AWS throttled the runner.', lasting: false },
  missing: {
    says: 'What the canary names is not there. Check its name, its region and the account.',
    lasting: true,
  },
  away: {
    says: 'The AWS API could not be reached from here. Check the network, the region and AWS_ENDPOINT_URL.',
    lasting: false,
  },
  refused: { says: 'The AWS API did not do it.', lasting: false },
};

/**
 * Turns what an AWS client throws into one of our errors: always the observer's, since an AWS API that says no is not the
 * watched system. It is sorted by name, code and HTTP status, never by message. Anything else is given back as it is.
 */
export function sortFault(thrown: unknown): unknown {
  if (thrown instanceof CanaryError || !Error.isError(thrown)) return thrown;
  const sort = sortOf(thrown);
  if (sort === undefined) return thrown;
  const { lasting } = ADVICE[sort];
  const says = sort === 'denied' ? sayDenied(thrown) : ADVICE[sort].says;
  return new ObserverError(`${says} AWS says: ${nameOf(thrown)}${wordsOf(thrown)}`, {
    cause: thrown,
    lasting,
  });
}

/** Which permission is missing, and where to add it. */
function sayDenied({ iamAction }: SdkError): string {
  if (iamAction === undefined) return ADVICE.denied.says;
  return (
    `The runner's role may not do ${iamAction} here. 'coalmine iam' lists what the canaries need: grant it to that role. ` +
    "A deployed stack grants what the files say, once 'npm run generate' was run and it was deployed again."
  );
}

/** What an error of an AWS client means, or undefined where it is no error of one. */
export function faultSortOf(thrown: unknown): FaultSort | undefined {
  return Error.isError(thrown) ? sortOf(thrown) : undefined;
}

function sortOf(error: SdkError): FaultSort | undefined {
  const named = NAMES[error.name];
  if (named !== undefined) return named;
  if (AWAY.has(codeOf(error))) return 'away';
  // The SDK throws a plain Error where it was given no region; the name it goes by is all there is to tell it.
  if (error.$metadata === undefined)
    return error.message.startsWith('Region is missing') ? 'unconfigured' : undefined;
  const status = error.$metadata.httpStatusCode;
  if (status === undefined) return 'away'; // nobody answered
  if (status === 403) return 'denied';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'away' : 'refused';
}

function codeOf(error: SdkError): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code } = (inner ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

function nameOf(error: Error): string {
  return error.name === 'Error' ? codeOf(error) || error.name : error.name;
}

function wordsOf({ message }: Error): string {
  return message === '' || message === 'UnknownError' ? '.' : `: ${message}`;
}
