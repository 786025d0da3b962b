import { type Group, missing, row } from './row.ts';

/** Codes that any service of AWS may answer with. */
const COMMON: Group = {
  source: 'Common Errors, in the API reference of each AWS service',
  rows: [
    row('denied', 'AccessDenied AccessDeniedException NotAuthorized UnauthorizedOperation'),
    row(
      'credentials',
      'ExpiredToken ExpiredTokenException InvalidClientTokenId InvalidToken UnrecognizedClientException InvalidAccessKeyId ' +
        'MissingAuthenticationToken MissingAuthenticationTokenException OptInRequired',
    ),
    row(
      'signature',
      'IncompleteSignature IncompleteSignatureException InvalidSignature InvalidSignatureException SignatureDoesNotMatch ' +
        'AuthFailure',
    ),
    row('clock', 'RequestExpired RequestTimeTooSkewed RequestInTheFuture BadRequestTimestamp'),
    row(
      'throttled',
      'Throttling ThrottlingException Throttled ThrottledException TooManyRequests TooManyRequestsException ' +
        'RequestLimitExceeded RequestThrottled RequestThrottledException BandwidthLimitExceeded SlowDown PriorRequestNotComplete',
    ),
    row(
      'unavailable',
      'InternalFailure InternalError InternalServerError InternalServerException InternalServiceError InternalServiceErrorException ' +
        'InternalServiceException InternalException ServiceUnavailable ServiceUnavailableException ServiceFailureException ' +
        'RequestTimeout RequestTimeoutException RequestAbortedException',
    ),
    row(
      'invalid',
      'ValidationError ValidationException InvalidParameterCombination InvalidParameterCombinationException ' +
        'InvalidParameterValue InvalidParameterValueException InvalidQueryParameter InvalidArgument ' +
        'RequestEntityTooLargeException RequestEntityTooLarge UnsupportedMediaType UnsupportedMediaTypeException',
    ),
    row(
      'ours',
      'MalformedHttpRequestException MalformedQueryString MissingAction MissingParameter ' +
        'MissingRequiredParameter MissingRequiredParameterException SerializationException UnsupportedProtocol',
    ),
    row(
      'notAws',
      'UnknownOperationException UnknownOperation InvalidAction',
      '{host} does not know the call: it is not AWS, or a part of it. Check AWS_ENDPOINT_URL.',
    ),
    row('missing', 'ResourceNotFound ResourceNotFoundException NotFound NotFoundException'),
    row(
      'conflict',
      'ConflictException ConcurrentModificationException OperationAborted OperationAbortedException ResourceInUseException ' +
        'ResourceConflictException ResourceConflict',
    ),
    row('quota', 'LimitExceededException ServiceQuotaExceededException LimitExceeded'),
  ],
};

/** An answer without a code: those to HEAD have no body. */
const UNNAMED: Group = {
  source: 'RFC 9110, 15: an answer of AWS whose body names no code, as HeadBucket and HeadObject have none',
  rows: [
    row('throttled', '429'),
    row('denied', '401 403'),
    row('missing', '404'),
    row('unavailable', '408 500 502 503 504'),
    row('invalid', '400 405 411 412 413 415 416'),
    row('notAws', '301 302 307 308', '{host} sends the call elsewhere. Check the region of the resource.'),
  ],
};

const SQS: Group = {
  source: 'Amazon SQS API Reference',
  of: 'sqs',
  rows: [
    missing(
      'The queue',
      'QueueDoesNotExist AWS.SimpleQueueService.NonExistentQueue QueueDeletedRecently InvalidAddress AWS.SimpleQueueService.QueueDeletedRecently',
    ),
    row('denied', 'InvalidSecurity'),
    row('keyDenied', 'KmsAccessDenied KMS.AccessDeniedException'),
    row(
      'keyBroken',
      'KmsDisabled KmsInvalidKeyUsage KmsInvalidState KmsNotFound KmsOptInRequired KMS.DisabledException ' +
        'KMS.InvalidKeyUsageException KMS.InvalidStateException KMS.NotFoundException KMS.OptInRequired',
    ),
    row('throttled', 'KmsThrottled KMS.ThrottlingException'),
    row(
      'quota',
      'OverLimit',
      'The queue has as many messages in flight as SQS allows. Delete what was received, or raise the quota.',
    ),
    row('invalid', 'InvalidMessageContents InvalidAttributeName InvalidAttributeValue'),
    row('conflict', 'QueueNameExists PurgeQueueInProgress'),
    row('unsupported', 'UnsupportedOperation AWS.SimpleQueueService.UnsupportedOperation'),
    row(
      'ours',
      'BatchEntryIdsNotDistinct BatchRequestTooLong EmptyBatchRequest InvalidBatchEntryId InvalidIdFormat MessageNotInflight ' +
        'ReceiptHandleIsInvalid TooManyEntriesInBatchRequest AWS.SimpleQueueService.BatchEntryIdsNotDistinct ' +
        'AWS.SimpleQueueService.BatchRequestTooLong AWS.SimpleQueueService.EmptyBatchRequest ' +
        'AWS.SimpleQueueService.InvalidBatchEntryId AWS.SimpleQueueService.TooManyEntriesInBatchRequest ' +
        'AWS.SimpleQueueService.MessageNotInflight',
    ),
  ],
};

const SNS: Group = {
  source: 'Amazon SNS API Reference',
  of: 'sns',
  rows: [
    missing('The topic or subscription', 'NotFound NotFoundException'),
    row('denied', 'AuthorizationError AuthorizationErrorException InvalidSecurity InvalidSecurityException'),
    row('keyDenied', 'KMSAccessDenied KMSAccessDeniedException'),
    row(
      'keyBroken',
      'KMSDisabled KMSDisabledException KMSInvalidState KMSInvalidStateException KMSNotFound KMSNotFoundException ' +
        'KMSOptInRequired',
    ),
    row('throttled', 'KMSThrottling KMSThrottlingException'),
    row('unavailable', 'InternalErrorException'),
    row('invalid', 'InvalidParameter InvalidParameterException InvalidState InvalidStateException'),
    row(
      'unsupported',
      'EndpointDisabled EndpointDisabledException PlatformApplicationDisabled PlatformApplicationDisabledException',
      'The endpoint that the topic delivers to is switched off.',
    ),
    row(
      'quota',
      'TopicLimitExceeded TopicLimitExceededException SubscriptionLimitExceeded SubscriptionLimitExceededException ' +
        'FilterPolicyLimitExceeded FilterPolicyLimitExceededException ReplayLimitExceeded ReplayLimitExceededException',
    ),
    row(
      'ours',
      'BatchEntryIdsNotDistinct BatchEntryIdsNotDistinctException BatchRequestTooLong BatchRequestTooLongException ' +
        'EmptyBatchRequest EmptyBatchRequestException InvalidBatchEntryId InvalidBatchEntryIdException ' +
        'TooManyEntriesInBatchRequest TooManyEntriesInBatchRequestException',
    ),
  ],
};

const DYNAMODB: Group = {
  source: 'Amazon DynamoDB API Reference, "Error handling"',
  of: 'dynamodb',
  rows: [
    missing('The table', 'ResourceNotFoundException'),
    row('throttled', 'ProvisionedThroughputExceededException KMSThrottlingException'),
    row('keyDenied', 'KMSAccessDeniedException'),
    row('keyBroken', 'KMSDisabledException KMSInvalidStateException KMSNotFoundException KMSOptInRequired'),
    row(
      'conflict',
      'TransactionConflictException TransactionInProgressException TransactionCanceledException ReplicatedWriteConflictException',
    ),
    row(
      'quota',
      'ItemCollectionSizeLimitExceededException',
      'The items under one partition key fill the 10 GB that a table with a local index may hold there.',
    ),
    row('ours', 'ConditionalCheckFailedException IdempotentParameterMismatchException'),
    row(
      'notAws',
      'InvalidEndpointException',
      '{host} is not the endpoint of this account. Check AWS_ENDPOINT_URL.',
    ),
  ],
};

const EVENTS: Group = {
  source: 'Amazon EventBridge API Reference, PutEvents and "PutEventsResultEntry" among them',
  of: 'events',
  rows: [
    missing('The bus or rule', 'ResourceNotFoundException'),
    row(
      'denied',
      'NotAuthorizedForSource NotAuthorizedForSourceException NotAuthorizedForDetailType NotAuthorizedForDetailTypeException',
      "AWS reserves this source or detail-type (those that begin with 'aws.'), or the bus does not take it from the runner. Write another, or let the policy of the bus allow it.",
    ),
    row('denied', 'InvalidAccountIdException'),
    row('keyDenied', 'KMS.AccessDeniedException KMSAccessDeniedException'),
    row(
      'keyBroken',
      'KMS.DisabledException KMS.InvalidStateException KMS.NotFoundException KMSDisabledException KMSInvalidStateException ' +
        'KMSNotFoundException RedactionFailure',
    ),
    row('throttled', 'KMS.ThrottlingException KMSThrottlingException'),
    row('invalid', 'MalformedDetail InvalidEventPatternException InvalidStateException'),
    row('unsupported', 'OperationDisabledException ManagedRuleException IllegalStatusException'),
    row('quota', 'PolicyLengthExceededException'),
    row('conflict', 'ResourceAlreadyExistsException'),
  ],
};

const OTHERS: readonly Group[] = [
  {
    source: 'Amazon CloudWatch API Reference',
    of: 'cloudwatch',
    rows: [
      row('unavailable', 'InternalServiceFault'),
      row('invalid', 'InvalidFormat InvalidFormatFault'),
      row('ours', 'InvalidNextToken'),
      row('quota', 'LimitExceededFault'),
    ],
  },
  {
    source: 'Amazon CloudWatch Logs API Reference',
    of: 'logs',
    rows: [
      missing('The log group or stream', 'ResourceNotFoundException'),
      row('invalid', 'InvalidParameterException'),
      row(
        'unsupported',
        'InvalidOperationException',
        'The log group is of a class (Infrequent Access) whose lines cannot be searched. Watch a log group of the Standard class.',
      ),
      row('conflict', 'ResourceAlreadyExistsException'),
    ],
  },
  {
    source: 'AWS X-Ray API Reference',
    of: 'xray',
    rows: [row('invalid', 'InvalidRequestException'), row('quota', 'RuleLimitExceededException')],
  },
  {
    source: 'AWS Systems Manager API Reference',
    of: 'ssm',
    rows: [
      missing('The parameter', 'ParameterNotFound ParameterVersionNotFound'),
      row('keyDenied', 'InvalidKeyId', "The KMS key of the parameter cannot be used by the runner's role."),
    ],
  },
  {
    source: 'AWS Secrets Manager API Reference',
    of: 'secretsmanager',
    rows: [
      missing('The secret', 'ResourceNotFoundException'),
      row(
        'keyDenied',
        'DecryptionFailure',
        "The runner's role may not decrypt the secret, or its KMS key is disabled.",
      ),
      row('invalid', 'InvalidParameterException InvalidRequestException'),
    ],
  },
  {
    source: 'AWS CloudFormation and IAM API References',
    rows: [
      row('missing', 'NoSuchEntity NoSuchEntityException'),
      row('unavailable', 'ServiceFailure'),
      row('invalid', 'InvalidInput InvalidInputException PolicyEvaluation PolicyEvaluationException'),
    ],
  },
  {
    source: 'AWS Security Token Service API Reference',
    of: 'sts',
    rows: [
      row('denied', 'RegionDisabledException', 'STS is not switched on in this region. Switch it on in IAM.'),
      row('invalid', 'MalformedPolicyDocumentException PackedPolicyTooLargeException'),
      row('credentials', 'IDPRejectedClaim IDPCommunicationError InvalidIdentityToken'),
    ],
  },
];

/** The codes of AWS's services, except S3, Lambda, Kinesis and Step Functions. */
export const AWS_GROUPS: readonly Group[] = [COMMON, UNNAMED, SQS, SNS, DYNAMODB, EVENTS, ...OTHERS];
