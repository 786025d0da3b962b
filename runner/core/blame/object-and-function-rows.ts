import { type Group, missing, row } from './row.ts';

const S3: Group = {
  source: 'Amazon S3 API Reference, "Error responses"',
  of: 's3',
  rows: [
    missing('The bucket', 'NoSuchBucket'),
    missing('The object', 'NoSuchKey NoSuchVersion'),
    row(
      'notAws',
      'PermanentRedirect TemporaryRedirect Redirect AuthorizationHeaderMalformed IllegalLocationConstraintException',
      "The bucket is in another region than the call was sent to. Set the environment's region to that of the bucket.",
    ),
    row(
      'denied',
      'AllAccessDisabled AccountProblem NotSignedUp',
      'AWS has disabled access to S3 for this account or bucket. Ask AWS Support.',
    ),
    row(
      'unsupported',
      'InvalidObjectState ObjectNotInActiveTierError',
      'The object is archived (Glacier), so its content cannot be read. Restore it first.',
    ),
    row(
      'unsupported',
      'MethodNotAllowed NotImplemented EncryptionTypeMismatch',
      'The object or bucket does not take this call.',
    ),
    row('throttled', 'KMS.ThrottlingException BusyError'),
    row('keyDenied', 'KMS.AccessDeniedException'),
    row(
      'keyBroken',
      'KMS.DisabledException KMS.InvalidStateException KMS.KMSInvalidStateException KMS.NotFoundException KMS.InvalidKeyUsageException ' +
        'KMS.KeyUnavailableException',
    ),
    row('conflict', 'ConditionalRequestConflict PreconditionFailed InvalidWriteOffset'),
    row('garbled', 'BadDigest IncompleteBody XAmzContentSHA256Mismatch XAmzContentChecksumMismatch'),
    row(
      'invalid',
      'EntityTooLarge EntityTooSmall InvalidBucketName InvalidBucketState InvalidDigest InvalidRange InvalidRequest InvalidStorageClass InvalidURI ' +
        'KeyTooLongError KeyTooLong MetadataTooLarge MissingContentLength MissingSecurityHeader InvalidEncryptionAlgorithmError ' +
        'MalformedXML TooManyParts IdempotencyParameterMismatch',
    ),
    row('quota', 'TooManyBuckets'),
    row('denied', 'InvalidPayer InvalidSecurity CrossLocationLoggingProhibited'),
  ],
};

const LAMBDA: Group = {
  source: 'AWS Lambda API Reference, Invoke',
  of: 'lambda',
  rows: [
    missing('The function', 'ResourceNotFoundException'),
    row('throttled', 'CallerRateLimitExceeded'),
    row(
      'limited',
      'ReservedFunctionConcurrentInvocationLimitExceeded',
      "The watched function's reserved concurrency is used up, so it does not run.",
    ),
    row(
      'limited',
      'ConcurrentInvocationLimitExceeded',
      'The concurrency of the account is used up, so the watched function does not run.',
    ),
    row(
      'limited',
      'FunctionInvocationRateLimitExceeded ReservedFunctionInvocationRateLimitExceeded',
      'The watched function is called more often than its concurrency allows, so it does not run.',
    ),
    row(
      'throttled',
      'ConcurrentSnapshotCreateLimitExceeded',
      'Lambda is making as many snapshots as it allows.',
    ),
    row(
      'throttled',
      'EC2ThrottledException',
      'Lambda was throttled by EC2 while it prepared the watched function.',
    ),
    row(
      'broken',
      'InvalidZipFileException InvalidRuntimeException InvalidCodeSignatureException CodeVerificationFailedException',
      'The watched function is broken: Lambda cannot load its code.',
    ),
    row(
      'broken',
      'CodeArtifactUserDeletedException CodeArtifactUserFailedException',
      'The watched function is broken: Lambda cannot read its code.',
    ),
    row(
      'broken',
      'CodeArtifactUserPendingException ResourceNotReadyException ENINotReadyException',
      'The watched function is inactive: Lambda is still preparing it, and it cannot be called.',
    ),
    row(
      'broken',
      'KMSAccessDeniedException KMSDisabledException KMSInvalidStateException KMSNotFoundException',
      'The watched function is broken: Lambda cannot decrypt its environment variables with its KMS key.',
    ),
    row(
      'broken',
      'EFSIOException EFSMountConnectivityException EFSMountFailureException EFSMountTimeoutException ' +
        'S3FilesMountConnectivityException S3FilesMountFailureException S3FilesMountTimeoutException',
      'The watched function is broken: its file system cannot be mounted.',
    ),
    row(
      'broken',
      'ENILimitReachedException InvalidSecurityGroupIDException InvalidSubnetIDException SubnetIPAddressLimitReachedException ' +
        'EC2AccessDeniedException EC2UnexpectedException',
      'The watched function is broken: Lambda cannot connect it to its VPC.',
    ),
    row(
      'broken',
      'SnapStartException SnapStartTimeoutException SnapStartRegenerationFailureException',
      'The watched function is broken: it does not start from its snapshot (SnapStart).',
    ),
    row(
      'broken',
      'SnapStartNotReadyException',
      'The watched function is inactive: its snapshot (SnapStart) is not ready.',
    ),
    row(
      'broken',
      'ResourceConflictException',
      'The watched function is not in a state in which it can be called: it is pending, failed, or being changed.',
    ),
    row(
      'broken',
      'RecursiveInvocationException',
      'The watched function is broken: it was called by itself again and again, and Lambda stopped the loop.',
    ),
    row('unavailable', 'ServiceException'),
    row(
      'invalid',
      'InvalidRequestContentException RequestTooLargeException SerializedRequestEntityTooLargeException',
    ),
    row(
      'unsupported',
      'NoPublishedVersionException ModeNotSupportedException DurableExecutionAlreadyStartedException',
    ),
    row('ours', 'PreconditionFailedException'),
  ],
};

/** The codes of S3 and Lambda: what these answer is often the state of the watched thing itself. */
export const OBJECT_AND_FUNCTION_GROUPS: readonly Group[] = [S3, LAMBDA];
