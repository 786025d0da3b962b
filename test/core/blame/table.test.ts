import { describe, expect, it } from '@jest/globals';
import { errors } from 'undici';
import { isMissing } from '../../../runner/core/base/errors.ts';
import { entriesFault, entryFault, formatRow } from '../../../runner/core/blame/faults.ts';
import type { Row } from '../../../runner/core/blame/row.ts';
import { meaningOf, SORTS } from '../../../runner/core/blame/sorts.ts';
import { BLAME_TABLE, rowOf } from '../../../runner/core/blame/table.ts';
import { type Documented, documentedErrors } from '../../support/aws/documented-errors.ts';

const ROWS = BLAME_TABLE.flatMap(({ of, rows }) => rows.map((row) => ({ of, ...row })));

function withoutRow(documented: readonly Documented[]): readonly string[] {
  return documented
    .filter(({ service, code }) => rowOf(code, service) === undefined)
    .map(({ service, call, code }) => `${service} ${call} ${code}`);
}

describe('the table of blame', () => {
  it('has a row for every error that the AWS SDK documents for the calls Coalmine makes', () => {
    const documented = documentedErrors();

    expect(documented.length).toBeGreaterThan(200);
    expect(withoutRow(documented)).toEqual([]);
    expect(
      withoutRow([...documented, { service: 'sqs', call: 'Planted', code: 'PlantedException' }]),
    ).toEqual(['sqs Planted PlantedException']);
  });

  it('has a row for every error of undici', () => {
    const codes = Object.values(errors).map((Kind) => {
      const made = new (Kind as new (...of: unknown[]) => Error & { readonly code?: string })(
        'made',
        undefined,
        {
          headers: {},
        },
      );
      return typeof made.code === 'string' ? made.code : made.name;
    });

    expect(codes).toContain('UND_ERR_SOCKET');
    expect(codes.filter((code) => rowOf(code) === undefined)).toEqual([]);
  });

  it('names no code twice for one service', () => {
    const named = ROWS.flatMap(({ of = 'any', codes }) => codes.map((code) => `${of} ${code}`));

    expect(named.filter((one, index) => named.indexOf(one) !== index)).toEqual([]);
  });

  it('has words that end as a sentence for every sort that is not said of a host, and no row that repeats them', () => {
    for (const [sort, meaning] of Object.entries(SORTS)) {
      const { hosted, message } = meaningOf(sort as keyof typeof SORTS);
      expect([sort, message.endsWith('.')]).toEqual([sort, hosted !== true]);
      expect(ROWS.filter((row) => row.sort === sort && row.message === meaning.message)).toEqual([]);
    }
  });

  it.each([
    { service: 'lambda', code: 'InvalidZipFileException', blame: 'target' },
    { service: 'lambda', code: 'KMSDisabledException', blame: 'target' },
    { service: 'lambda', code: 'KMSAccessDeniedException', blame: 'target' },
    { service: 'lambda', code: 'EFSMountFailureException', blame: 'target' },
    { service: 'lambda', code: 'ReservedFunctionConcurrentInvocationLimitExceeded', blame: 'target' },
    { service: 'lambda', code: 'ConcurrentInvocationLimitExceeded', blame: 'target' },
    { service: 'lambda', code: 'FunctionInvocationRateLimitExceeded', blame: 'target' },
    { service: 'lambda', code: 'CallerRateLimitExceeded', blame: 'observer' },
    { service: 'lambda', code: 'EC2ThrottledException', blame: 'observer' },
    { service: 'lambda', code: 'RequestTooLargeException', blame: 'definition' },
    { service: 's3', code: 'SlowDown', blame: 'observer' },
    { service: 's3', code: 'InvalidObjectState', blame: 'definition' },
    { service: 'sns', code: 'KMSThrottlingException', blame: 'observer' },
    { service: 'sqs', code: 'KmsAccessDenied', blame: 'observer' },
    { service: 'sqs', code: 'KmsDisabled', blame: 'target' },
    { service: 'states', code: 'KmsAccessDeniedException', blame: 'observer' },
    { service: 'dynamodb', code: 'ProvisionedThroughputExceededException', blame: 'observer' },
    { service: 'dynamodb', code: 'TransactionConflictException', blame: 'observer' },
    { service: undefined, code: 'EMFILE', blame: 'runner' },
    { service: undefined, code: 'EADDRNOTAVAIL', blame: 'runner' },
    { service: undefined, code: 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', blame: 'observer' },
  ])('blames the $blame for $code', ({ service, code, blame }) => {
    expect(meaningOf(rowOf(code, service)?.sort ?? 'unknown').blame).toBe(blame);
  });

  it('takes a code whose service is unknown for that of the service that has it', () => {
    expect(rowOf('InvalidZipFileException')?.sort).toBe('broken');
    expect(rowOf('InvalidZipFileException', 'sqs')).toBeUndefined();
  });
});

describe('an entry that AWS did not take', () => {
  it.each([
    { code: 'ThrottlingException', blame: 'observer' },
    { code: 'InternalFailure', blame: 'observer' },
    { code: 'ServiceUnavailable', blame: 'observer' },
    { code: 'LimitExceededException', blame: 'observer' },
    { code: 'AccessDeniedException', blame: 'observer' },
    { code: 'KMS.AccessDeniedException', blame: 'observer' },
    { code: 'NotAuthorizedForSource', blame: 'observer' },
    { code: 'ResourceNotFoundException', blame: 'observer' },
    { code: 'MalformedDetail', blame: 'definition' },
    { code: 'KMS.DisabledException', blame: 'target' },
    { code: 'NobodyKnowsException', blame: 'runner' },
  ])('blames the $blame for $code, by the same table as what is thrown', ({ code, blame }) => {
    const fault = entryFault(
      { code, words: 'because', service: 'events' },
      'Bus orders did not take the event',
    );

    expect(fault.blame).toBe(blame);
    expect(fault.message).toMatch(/^Bus orders did not take the event: .+ AWS says: .+: because$/);
    expect(fault.message).toContain(code);
  });

  it.each([
    { service: 'events', thing: 'The bus or rule' },
    { service: undefined, thing: 'There is no such resource' },
  ])(
    'takes an entry whose argument does not exist for one that names nothing: $service',
    ({ service, thing }) => {
      const words = 'Event bus orders does not exist.';
      const fault = entryFault(
        { code: 'InvalidArgument', words, service },
        'Bus orders did not take the event',
      );

      expect(fault).toMatchObject({ blame: 'observer', permanent: true });
      expect(isMissing(fault)).toBe(true);
      expect(fault.message).toContain(`Bus orders did not take the event: ${thing}`);
      expect(fault.message).toContain(
        'Check its name, its region and the account. AWS says: InvalidArgument: Event',
      );
    },
  );

  it.each<{ taken: number; retryable: boolean }>([
    { taken: 0, retryable: true },
    { taken: 1, retryable: false },
  ])('lets a batch be sent again only if none of it was taken: $taken', ({ taken, retryable }) => {
    const refused = { code: 'InternalFailure', words: 'because', service: 'events' };
    const other = { code: 'ThrottlingException', service: 'events' };
    const fault = entriesFault([refused, refused, other], 'It', { taken });

    expect(fault).toMatchObject({ blame: 'observer', permanent: false, retryable });
    expect(fault.message).toMatch(/ AWS says: InternalFailure: because; ThrottlingException$/);
  });

  it('takes no other entry for one that names nothing, whatever its words', () => {
    const denied = { code: 'KMS.NotFoundException', words: 'The key does not exist.', service: 'events' };
    const invalid = { code: 'InvalidArgument', words: 'Detail is malformed.', service: 'events' };

    expect(entryFault(denied, 'It').blame).toBe('target');
    expect(entryFault(invalid, 'It').blame).toBe('definition');
  });

  it.each([
    ['sqs', 'QueueDoesNotExist', 'The queue'],
    ['sqs', 'AWS.SimpleQueueService.NonExistentQueue', 'The queue'],
    ['sns', 'NotFoundException', 'The topic or subscription'],
    ['events', 'ResourceNotFoundException', 'The bus or rule'],
    ['states', 'StateMachineDoesNotExist', 'The state machine'],
    ['states', 'ExecutionDoesNotExist', 'The execution'],
    ['lambda', 'ResourceNotFoundException', 'The function'],
    ['dynamodb', 'ResourceNotFoundException', 'The table'],
    ['logs', 'ResourceNotFoundException', 'The log group or stream'],
    ['s3', 'NoSuchBucket', 'The bucket'],
    ['s3', 'NoSuchKey', 'The object'],
    ['ssm', 'ParameterNotFound', 'The parameter'],
    ['secretsmanager', 'ResourceNotFoundException', 'The secret'],
  ])('names the thing that %s does not find by %s', (service, code, thing) => {
    const row = rowOf(code, service);

    expect(row?.sort).toBe('missing');
    expect(formatRow(row as Row, { code })).toBe(
      `${thing} does not exist. Check its name, its region and the account.`,
    );
  });

  it('has words without a gap for every row of the table', () => {
    for (const { codes, sort } of ROWS) {
      const row = { codes, sort };
      expect(formatRow(row, { code: 'X' })).not.toMatch(/[{}]|undefined/);
    }
    expect(formatRow({ codes: [], sort: 'denied' }, { code: 'X', action: 'sqs:SendMessage' })).toContain(
      'may not do sqs:SendMessage here',
    );
  });

  it('says the code alone if AWS gave no words', () => {
    expect(entryFault({ code: 'InternalFailure' }, 'It').message).toBe(
      'It: AWS could not do it. AWS says: InternalFailure',
    );
  });
});
