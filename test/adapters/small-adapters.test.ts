import { describe, expect, it } from '@jest/globals';
import { classifyAwsError, sortOwnFault } from '../../runner/adapters/aws/errors.ts';
import { envReferences } from '../../runner/adapters/references/env.ts';
import { loopDelay } from '../../runner/adapters/runtime/loop-delay.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { systemRandom } from '../../runner/adapters/runtime/system-random.ts';
import { MOST_KEPT, memoryJournal } from '../../runner/adapters/taps/memory-journal.ts';
import { tapNameOf } from '../../runner/adapters/taps/tap-name.ts';
import { DefinitionError, ObserverError } from '../../runner/core/base/errors.ts';
import { leaseTableOf } from '../../runner/core/taps/lease-table.ts';

describe('the clock', () => {
  it('keeps ten thousand appointments in order, and none that was taken back', async () => {
    const clock = systemClock();
    const startMs = clock.nowMs();
    const fired: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const order = Array.from({ length: 10_000 }, (_, n) => (n * 7_919) % 10_000);
    const takenBack = order.map((n) => clock.at(startMs + 20 + n / 500, () => fired.push(n)));
    for (const [index, n] of order.entries()) if (n % 2 === 1) takenBack[index]?.();
    clock.at(startMs + 60, resolve);

    await promise;
    takenBack[0]?.();

    expect(fired).toEqual(Array.from({ length: 5_000 }, (_, n) => 2 * n));
    expect(clock.nowMs()).toBeGreaterThanOrEqual(startMs + 60);
  });
});

it('the clock follows the wall clock forward, as after a sleep, and never back', () => {
  const time = { wall: 1_000_000, monotonic: 0 };
  const clock = systemClock({ wallMs: () => time.wall, monotonicMs: () => time.monotonic });
  const pass = (wall: number, monotonic: number): number => {
    time.wall += wall;
    time.monotonic += monotonic;
    return clock.nowMs();
  };

  expect(pass(10, 10)).toBe(1_000_010);
  expect(pass(3_600_000, 5)).toBe(4_600_010);
  expect(pass(-3_600_000, 5)).toBe(4_600_015);
  expect(pass(500, 10)).toBe(4_600_025);
});

it('the delay of the event loop is at least as long as the loop was held up', async () => {
  const delay = loopDelay();
  await new Promise((resolve) => setTimeout(resolve, 60)); // its timer is set anew by then

  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  await new Promise((resolve) => setTimeout(resolve, 60));

  expect(delay.longestMs()).toBeGreaterThan(200);
  delay.end();
});

it('chance gives as many bytes as were asked for, and others each time', () => {
  const random = systemRandom();
  const drawn = Array.from({ length: 1_000 }, () => Buffer.from(random.bytes(12)).toString('hex'));

  expect(new Set(drawn).size).toBe(1_000);
  expect(drawn.every((one) => one.length === 24)).toBe(true);
});

describe('faults of AWS', () => {
  const sdk = (name: string, more: object = {}): Error =>
    Object.assign(new Error('words'), { name, ...more });

  const $response = (headers: Record<string, string> = {}) => ({ headers });
  const answered = (name: string, status: number, headers?: Record<string, string>): Error =>
    sdk(name, { $metadata: { httpStatusCode: status }, $response: $response(headers) });

  it.each([
    { thrown: sdk('AccessDeniedException'), says: 'may not do this', permanent: true },
    { thrown: sdk('ExpiredTokenException'), says: 'credentials are not accepted', permanent: true },
    { thrown: sdk('CredentialsProviderError'), says: 'no AWS credentials', permanent: true },
    {
      thrown: sdk('CredentialsProviderError', { profile: 'shop' }),
      says: "The AWS profile 'shop' (AWS_PROFILE) gives no credentials",
      permanent: true,
    },
    { thrown: new Error('Region is missing'), says: 'There is no AWS region', permanent: true },
    { thrown: sdk('ThrottlingException'), says: 'throttled', permanent: false },
    { thrown: sdk('ResourceNotFoundException'), says: 'no such resource', permanent: true },
    { thrown: sdk('Error', { code: 'ECONNREFUSED' }), says: 'could not be reached', permanent: false },
    {
      thrown: sdk('TimeoutError', { code: 'ECONNRESET', host: 'sqs.example' }),
      says: 'sqs.example closed the connection',
      permanent: false,
    },
    {
      thrown: sdk('Error', {
        code: 'ECONNREFUSED',
        proxies: 'Requests go through the proxy that HTTPS_PROXY names',
      }),
      says: 'and AWS_ENDPOINT_URL. Requests go through the proxy that HTTPS_PROXY names. The AWS SDK says',
      permanent: false,
    },
    { thrown: sdk('X', { $metadata: {} }), says: 'gave no answer', permanent: false },
    {
      thrown: answered('Unknown', 503, { 'x-amzn-requestid': '1' }),
      says: 'AWS could not do it',
      permanent: false,
    },
    {
      thrown: answered('Unknown', 403, { 'x-amz-request-id': '1' }),
      says: 'may not do this',
      permanent: true,
    },
    { thrown: answered('Unknown', 403), says: 'answered, but is not AWS', permanent: false },
    { thrown: answered('SyntaxError', 200), says: 'answered, but is not AWS', permanent: false },
    {
      thrown: sdk('RequestTimeTooSkewed', { clockOffsetMs: 720_000 }),
      says: "The runner's clock is 12 min ahead of that of AWS",
      permanent: true,
    },
    {
      thrown: sdk('InvalidSignatureException', { clockOffsetMs: -720_000 }),
      says: "The runner's clock is 12 min behind that of AWS",
      permanent: true,
    },
    {
      thrown: sdk('RequestExpired'),
      says: "The runner's clock is not that of AWS, or the call waited too long",
      permanent: true,
    },
    { thrown: sdk('InvalidSignatureException'), says: 'does not accept the signature', permanent: true },
    {
      thrown: new Error('InvalidChecksumError'),
      says: 'sent, but the receipt does not match',
      permanent: true,
    },
    { thrown: new Error('Checksum mismatch: expected "a"'), says: 'damaged on the way', permanent: false },
  ])('$thrown.name: $says', ({ thrown, says, permanent }) => {
    const fault = classifyAwsError(thrown) as ObserverError;

    expect(fault).toBeInstanceOf(ObserverError);
    expect(fault).toMatchObject({ blame: 'observer', permanent, cause: thrown });
    expect(fault.message).toContain(says);
  });

  it.each([
    { thrown: sdk('ValidationException', { $metadata: { httpStatusCode: 400 } }), blame: 'definition' },
    { thrown: sdk('InvalidZipFileException', { iamAction: 'lambda:InvokeFunction' }), blame: 'target' },
    {
      thrown: sdk('TooManyRequestsException', {
        iamAction: 'lambda:InvokeFunction',
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      }),
      blame: 'target',
    },
    {
      thrown: sdk('TooManyRequestsException', {
        iamAction: 'lambda:InvokeFunction',
        Reason: 'CallerRateLimitExceeded',
      }),
      blame: 'observer',
    },
    { thrown: sdk('Error', { code: 'EMFILE' }), blame: 'runner' },
    { thrown: sdk('NeverHeardOfException', { $metadata: { httpStatusCode: 400 } }), blame: 'runner' },
    { thrown: sdk('NeverHeardOfException', { $metadata: { httpStatusCode: 500 } }), blame: 'runner' },
    { thrown: sdk('NeverHeardOfException', { iamAction: 'sqs:SendMessage' }), blame: 'runner' },
  ])('blames the $blame for $thrown.name', ({ thrown, blame }) => {
    const fault = classifyAwsError(thrown) as ObserverError;

    expect(fault).toMatchObject({ blame, cause: thrown });
    expect(fault.message).toContain(thrown.name === 'Error' ? 'EMFILE' : thrown.name);
  });

  it.each([
    { thrown: sdk('ThrottlingException', { $metadata: { httpStatusCode: 400 } }), who: 'AWS' },
    { thrown: sdk('CredentialsProviderError'), who: 'The AWS SDK' },
    { thrown: sdk('Error', { code: 'ECONNREFUSED', iamAction: 'sqs:SendMessage' }), who: 'The AWS SDK' },
  ])('quotes $who, who said $thrown.name', ({ thrown, who }) => {
    expect((classifyAwsError(thrown) as Error).message).toMatch(new RegExp(`[.] ${who} says: `));
  });

  it('never blames the system for what is our own', () => {
    const broken = sdk('KmsDisabled', { iamAction: 'sqs:SendMessage' });

    expect(classifyAwsError(broken)).toMatchObject({ blame: 'target' });
    expect(sortOwnFault(broken)).toMatchObject({ blame: 'observer' });
  });

  it.each([
    new DefinitionError('ours'),
    new TypeError('a bug'),
    new SyntaxError('a bug'),
    'text',
    sdk('AbortError'),
  ])('leaves %s as it is', (thrown) => {
    expect(classifyAwsError(thrown)).toBe(thrown);
  });
});

describe('the journal', () => {
  it('forgets what is older than any run', async () => {
    const journal = memoryJournal();
    const entry = (id: string, receivedAtMs: number) => ({
      feed: 'f',
      id,
      keys: ['k', id],
      receivedAtMs,
      happenedAtMs: receivedAtMs,
      data: null,
    });
    await journal.append([entry('old', 0), entry('new', 30 * 60_000)]);

    expect((await journal.read({ feed: 'f', sinceMs: 0 })).map(({ id }) => id)).toEqual(['new']);
    expect((await journal.read({ feed: 'f', key: 'k', sinceMs: 0 })).map(({ id }) => id)).toEqual(['new']);
    expect(await journal.read({ feed: 'f', key: 'old', sinceMs: 0 })).toEqual([]);
    expect(await journal.read({ feed: 'other', sinceMs: 0 })).toEqual([]);
    expect(journal.droppedUntilMs?.('f')).toBeUndefined();
  });

  it('says until when it dropped entries that a run may still ask for', async () => {
    const journal = memoryJournal();
    const entries = Array.from({ length: MOST_KEPT + 2 }, (_, n) => ({
      feed: 'f',
      id: `${n}`,
      keys: [],
      receivedAtMs: n,
      happenedAtMs: n,
      data: null,
    }));
    await journal.append(entries.slice(0, MOST_KEPT));
    expect(journal.droppedUntilMs?.('f')).toBeUndefined();
    await journal.append(entries.slice(MOST_KEPT));

    expect(journal.droppedUntilMs?.('f')).toBe(1);
    expect(journal.droppedUntilMs?.('other')).toBeUndefined();
    expect((await journal.read({ feed: 'f', sinceMs: 0 }))[0]?.id).toBe('2');
  });
});

describe('names in an account', () => {
  it('are the same by name and by ARN, legal, short, and one’s own where asked', () => {
    expect(tapNameOf({ project: 'shop', on: { bus: 'arn:aws:events:r:1:event-bus/orders' } })).toBe(
      'coalmine-shop-bus-orders',
    );
    expect(tapNameOf({ project: 'shop', on: { topic: 'arn:aws:sns:r:1:ships.fifo' }, as: 'anna' })).toBe(
      'coalmine-shop-topic-ships-fifo-anna',
    );
    const long = tapNameOf({ project: 'shop', on: { bus: 'x'.repeat(200) } });
    expect(long).toHaveLength(64);
    expect(long).not.toBe(tapNameOf({ project: 'shop', on: { bus: 'x'.repeat(201) } }));
    expect(leaseTableOf('my shop')).toBe('coalmine-my-shop-leases');
  });
});

describe('environment variables', () => {
  const { read } = envReferences({ A: 'a', EMPTY: '' }, { secrets: ['A'] });

  it('are read only if the project lists them, where it has a list', async () => {
    const listed = envReferences({ A: 'a', B: 'b', C: 'c' }, { env: ['B'], secrets: ['A'] });

    await expect(listed.read({ scheme: 'env', name: 'A' })).resolves.toMatchObject({ value: 'a' });
    await expect(listed.read({ scheme: 'env', name: 'B' })).resolves.toMatchObject({ value: 'b' });
    await expect(listed.read({ scheme: 'env', name: 'C' })).rejects.toThrow(
      '${env:C} may not be read: the project file does not list it: add C to env: in coalmine.config.yaml, or to secrets: if it is one.',
    );
  });

  it('are read, and known as secrets where the project says so', async () => {
    await expect(read({ scheme: 'env', name: 'A' })).resolves.toEqual({ value: 'a', secret: true });
  });

  it.each([
    { scheme: 'env', name: 'GONE', says: 'The environment variable GONE is not set' },
    { scheme: 'env', name: 'EMPTY', says: 'The environment variable EMPTY is not set' },
  ] as const)('refuse $scheme:$name', async ({ scheme, name, says }) => {
    await expect(read({ scheme, name })).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringContaining(says),
    });
  });
});
