import type { Blame } from '../base/verdict.ts';

/** A sort of error: all errors of one sort have one verdict and one remedy. */
export type Sort = keyof typeof SORTS;

/** The meaning of a sort of error for a step. */
export interface Meaning {
  /** `target` makes the verdict `failed`, any other `error`. */
  readonly blame: Blame;
  /** Blame if the call went to a watched URL, and not to AWS. @default that of `blame` */
  readonly blameOfUrl?: Blame;
  /** State and remedy. `{action}`, `{host}`, `{profile}` and `{offset}` are filled in; a row of the table may override it. */
  readonly message: string;
  /** True if a retry cannot help, so that a check ends at once. */
  readonly permanent?: true;
  /** True if an explicit `retry` may repeat the act. */
  readonly retryable?: true;
  /** True if the host's name precedes the message. */
  readonly hosted?: true;
  /** True if one retry follows at once: the first call had no effect. */
  readonly again?: true;
}

const AWS_FAILED = 'AWS could not do it.';

/** Every sort of error, with its verdict. The set is closed: a code without a row in the table is `unknown`. */
export const SORTS = {
  denied: {
    blame: 'observer',
    permanent: true,
    message:
      "The runner's role may not do {action} here. 'coalmine iam' lists what the canaries need: grant it to that role. " +
      'For a deployed stack, build it again and deploy it.',
  },
  keyDenied: {
    blame: 'observer',
    permanent: true,
    message:
      "The runner's role may not use the KMS key of the resource. Grant kms:Decrypt and kms:GenerateDataKey on that key, in its policy too.",
  },
  credentials: {
    blame: 'observer',
    permanent: true,
    message: "The runner's credentials are not accepted. Sign in again, or renew them.",
  },
  signature: {
    blame: 'observer',
    permanent: true,
    again: true,
    message: "AWS does not accept the signature of the call. Check the secret key and the runner's clock.",
  },
  clock: {
    blame: 'observer',
    permanent: true,
    again: true,
    message:
      "The runner's clock is {offset}. AWS takes 5 minutes at most. Set the clock: switch time synchronisation (NTP) on.",
  },
  noCredentials: {
    blame: 'observer',
    permanent: true,
    message: 'There are no AWS credentials. Set AWS_PROFILE, or sign in.',
  },
  noProfile: {
    blame: 'observer',
    permanent: true,
    message:
      "The AWS profile '{profile}' (AWS_PROFILE) gives no credentials: it is unknown or incomplete. Correct AWS_PROFILE, or run 'aws configure --profile {profile}'.",
  },
  noRegion: {
    blame: 'observer',
    permanent: true,
    message: "There is no AWS region. Set 'region' of the environment in the project file, or AWS_REGION.",
  },
  throttled: { blame: 'observer', retryable: true, message: 'AWS throttled the runner.' },
  quota: {
    blame: 'observer',
    message: 'A quota of the AWS account is used up. Raise it, or let the canary ask less often.',
  },
  conflict: { blame: 'observer', message: 'Another process changed the resource at the same moment.' },
  missing: {
    blame: 'observer',
    permanent: true,
    message: 'There is no such resource. Check its name, its region and the account.',
  },
  unavailable: { blame: 'observer', retryable: true, message: AWS_FAILED },
  notAws: {
    blame: 'observer',
    retryable: true,
    message: '{host} answered, but is not AWS. Check AWS_ENDPOINT_URL and any proxy on the way.',
  },
  garbled: {
    blame: 'observer',
    again: true,
    message: 'The answer of AWS does not match its checksum: it was damaged on the way.',
  },
  receipt: {
    blame: 'observer',
    permanent: true,
    message: 'The message was sent, but the receipt does not match. It may have been damaged on the way.',
  },
  invalid: {
    blame: 'definition',
    permanent: true,
    message: 'AWS does not take the request as it stands. Correct the step.',
  },
  unsupported: {
    blame: 'definition',
    permanent: true,
    message: 'The resource does not support what the step asks of it.',
  },
  limited: {
    blame: 'target',
    retryable: true,
    message: "The watched function's own limit is reached, so it does not run.",
  },
  broken: { blame: 'target', message: 'The watched function is broken.' },
  keyBroken: {
    blame: 'target',
    message: 'The KMS key of the resource cannot be used: it is disabled, about to be deleted, or gone.',
  },
  ours: {
    blame: 'runner',
    permanent: true,
    message: 'Coalmine asked for what it should not have. Please report it.',
  },
  unreachable: {
    hosted: true,
    blame: 'observer',
    blameOfUrl: 'target',
    retryable: true,
    message: 'could not be reached',
  },
  route: {
    hosted: true,
    blame: 'observer',
    blameOfUrl: 'target',
    retryable: true,
    message: 'cannot be reached from here',
  },
  notHttp: {
    hosted: true,
    blame: 'observer',
    blameOfUrl: 'target',
    retryable: true,
    message: 'answered, but not in HTTP',
  },
  untrusted: {
    hosted: true,
    blame: 'observer',
    blameOfUrl: 'target',
    retryable: true,
    message: 'has a TLS certificate that is not trusted',
  },
  request: {
    hosted: true,
    blame: 'runner',
    blameOfUrl: 'definition',
    permanent: true,
    message: 'cannot be asked: the request is not legal in HTTP',
  },
  machine: {
    blame: 'runner',
    retryable: true,
    message: 'The machine of the runner is at its limit, so nothing is known of the system.',
  },
  ended: { blame: 'observer', message: 'The call was ended by Coalmine.' },
  unknown: {
    blame: 'runner',
    message: "Coalmine's table of errors does not know {code}, so the blame is unknown. Please report it.",
  },
} as const satisfies Readonly<Record<string, Meaning>>;

export function meaningOf(sort: Sort): Meaning {
  return SORTS[sort];
}
