import { type Group, missing, row } from './row.ts';

const KINESIS: Group = {
  source: 'Amazon Kinesis Data Streams API Reference',
  of: 'kinesis',
  rows: [
    missing('The stream', 'ResourceNotFoundException'),
    row('keyDenied', 'KMSAccessDeniedException'),
    row('keyBroken', 'KMSDisabledException KMSInvalidStateException KMSNotFoundException KMSOptInRequired'),
    row(
      'throttled',
      'ProvisionedThroughputExceededException',
      'Kinesis throttled the runner. A shard gives all its readers together 5 reads and 2 MB a second, and takes 1 MB.',
    ),
    row('throttled', 'KMSThrottlingException LimitExceededException'),
    row('unavailable', 'InternalFailureException'),
    row('invalid', 'InvalidArgumentException'),
    row('conflict', 'ResourceInUseException'),
    row('ours', 'DryRunOperationException ExpiredIteratorException ExpiredNextTokenException'),
  ],
};

const STATES: Group = {
  source: 'AWS Step Functions API Reference',
  of: 'states',
  rows: [
    missing('The state machine', 'StateMachineDoesNotExist'),
    missing('The execution', 'ExecutionDoesNotExist'),
    missing('The task', 'TaskDoesNotExist'),
    row(
      'conflict',
      'TaskTimedOut',
      'The task does not wait any more: it timed out, was answered before, or its execution has ended.',
    ),
    row('keyDenied', 'KmsAccessDeniedException'),
    row('keyBroken', 'KmsInvalidStateException'),
    row('throttled', 'KmsThrottlingException'),
    row('invalid', 'InvalidArn InvalidExecutionInput InvalidName InvalidOutput'),
    row('unsupported', 'StateMachineTypeNotSupported'),
    row(
      'broken',
      'StateMachineDeleting',
      'The watched state machine is being deleted, so it starts no execution.',
    ),
    row(
      'quota',
      'ExecutionLimitExceeded',
      'As many executions run as the account allows. Stop some, or raise the quota.',
    ),
    row('conflict', 'ExecutionAlreadyExists'),
    row('ours', 'InvalidToken'),
  ],
};

/** The codes of Kinesis and Step Functions. */
export const STREAM_AND_WORKFLOW_GROUPS: readonly Group[] = [STATES, KINESIS];
