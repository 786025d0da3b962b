import { describe, expect, it } from '@jest/globals';
import { correlationIdOf, type RunId, runIdsIn, xrayIdOf } from '../../../runner/core/base/run-id.ts';
import { openEvent, openingMessagesOf, openMessage } from '../../../runner/core/taps/envelope.ts';
import { dating, journalEntry } from '../../../runner/core/taps/journal-record.ts';
import type { TapMessage } from '../../../runner/core/taps/ports.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;
const SHIPS = 'arn:aws:sns:eu-west-1:123456789012:ships';

const message = (body: unknown, more: Partial<TapMessage> = {}): TapMessage => ({
  messageId: 'm1',
  receipt: 'r',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: {},
  sentAtMs: Date.parse('2026-01-31T12:00:02.500Z'),
  receiveCount: 1,
  ...more,
});

const NOTIFICATION = {
  Type: 'Notification',
  MessageId: 's1',
  TopicArn: SHIPS,
  Message: '{"a":1}',
  Timestamp: '2026-01-31T12:00:01.250Z',
  UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
};
const ENVELOPE = { ...NOTIFICATION, SignatureVersion: '1', Signature: 'x', SigningCertURL: 'https://x' };
const OF_FIFO = { ...NOTIFICATION, TopicArn: `${SHIPS}.fifo`, SequenceNumber: '10000000000000003000' };

describe('a message of a bus', () => {
  it('opens to an event with its own id', () => {
    expect(openEvent(message({ id: 'e1', detail: {} }))).toMatchObject({ id: 'e1', data: { id: 'e1' } });
    expect(openEvent(message('not JSON'))).toMatchObject({ id: 'm1', data: 'not JSON' });
    expect(openEvent(message({ detail: 1 }))).toMatchObject({ id: 'm1' });
  });

  it('is dated by the queue and not by its `time`, which has seconds only and is set by its sender', () => {
    const sentAtMs = 1_700_000_000_123;

    expect(openEvent(message({ id: 'e1', time: '2020-01-01T00:00:00Z' }, { sentAtMs }))).toMatchObject({
      sentAtMs,
    });
  });
});

describe('the date of an envelope', () => {
  it.each([
    { says: '2026-01-31T12:00:01.250Z', sent: '2026-01-31T12:00:01.250Z' },
    { says: '2026-01-31T12:00:01.000Z', sent: '2026-01-31T12:00:01.999Z' },
    { says: '2026-01-31T12:00:01Z', sent: '2026-01-31T12:00:01.999Z' },
    { says: '2026-01-31T12:00:02.000Z', sent: '2026-01-31T12:00:02.500Z' },
    { says: '2026-01-31T12:00:09.000Z', sent: '2026-01-31T12:00:02.500Z' },
  ])('of $says is $sent at the latest: no later than the queue had it', ({ says, sent }) => {
    expect(openMessage(message({ ...ENVELOPE, Timestamp: says })).sentAtMs).toBe(Date.parse(sent));
  });
});

describe('a message becomes an entry of the journal', () => {
  const of = { feed: 'queue q', ids: ['body.orderId'], receivedAtMs: 1_000, open: dating(openMessage) };

  it('under its own values, with what could not be read and that it was redriven', () => {
    const pointer = ['com.amazon.sqs.javamessaging.MessageS3Pointer', { s3BucketName: 'b', s3Key: 'k' }];

    expect(journalEntry(message({ orderId: 7 }), of)).toMatchObject({ keys: ['7'], happenedAtMs: 1_000 });
    expect(journalEntry(message(pointer, { redriven: true }), of)).toMatchObject({
      keys: [],
      redriven: true,
      unread: [{ path: 'body' }],
    });
  });
});

describe('a message of a topic or queue', () => {
  it('opens to body and attributes', () => {
    expect(openMessage(message({ a: 1 }, { attributes: { k: 'v' } }))).toEqual({
      id: 'm1',
      data: { body: { a: 1 }, attributes: { k: 'v' } },
      text: '{"a":1}\n{"k":"v"}\n',
      sentAtMs: Date.parse('2026-01-31T12:00:02.500Z'),
    });
  });

  it.each([
    ['a standard topic', ENVELOPE],
    ['a FIFO topic', OF_FIFO],
  ])('is taken out of the envelope of %s, and dated by SNS', (_, envelope) => {
    const MessageAttributes = { x: { Type: 'String', Value: 'y' }, odd: 3, empty: {} };

    expect(openMessage(message({ ...envelope, MessageAttributes }))).toMatchObject({
      id: 's1',
      data: { body: { a: 1 }, attributes: { x: 'y', odd: 3, empty: null } },
      sentAtMs: Date.parse('2026-01-31T12:00:01.250Z'),
    });
    expect(openMessage(message(envelope))).toMatchObject({ id: 's1', data: { attributes: {} } });
  });

  it.each([
    ['is no map', ['Notification']],
    ['has another type', { ...ENVELOPE, Type: 'Other', subject: 'Notification' }],
    [
      'has but some of its fields',
      { Type: 'Notification', Message: 'x', MessageId: 'm', TopicArn: SHIPS, orderId: 'o2' },
    ],
    ['has no signature and no number', NOTIFICATION],
    ['has a number where SNS has text', { ...ENVELOPE, MessageId: 1 }],
    ['comes from no topic', { ...ENVELOPE, TopicArn: 'ships' }],
    ['comes from another service', { ...ENVELOPE, TopicArn: 'arn:aws:sqs:eu-west-1:123456789012:ships' }],
    ['is dated by no time', { ...ENVELOPE, Timestamp: 'yesterday' }],
  ])('is its own body where that resembles an envelope and %s', (_, body) => {
    expect(openMessage(message(body))).toMatchObject({ id: 'm1', data: { body } });
  });

  it('is taken out of the envelope of the tap’s own topic, and of no other', () => {
    const other = { ...ENVELOPE, TopicArn: `${SHIPS}-other` };

    for (const topic of ['ships', SHIPS]) {
      expect(openingMessagesOf(topic)(message(ENVELOPE))).toMatchObject({
        id: 's1',
        data: { body: { a: 1 } },
      });
      expect(openingMessagesOf(topic)(message(other))).toMatchObject({ id: 'm1', data: { body: other } });
    }
  });

  it.each([
    ['an attribute', message('x', { attributes: { correlationId: correlationIdOf(RUN) } })],
    [
      'the trace header alone',
      message('x', { traceHeader: `Root=${xrayIdOf(RUN)};Parent=0123456789abcdef;Sampled=1` }),
    ],
  ])('shows the run’s id that stands in %s', (_, carrying) => {
    expect(runIdsIn(openMessage(carrying).text)).toEqual([RUN]);
    expect(runIdsIn(openEvent(carrying).text)).toEqual([RUN]);
  });

  it.each([
    [
      '["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"b","s3Key":"k/1"}]',
      { path: 'body', why: 'its body lies in s3://b/k/1, which is not read', absent: true },
    ],
    [
      '["com.amazon.sqs.javamessaging.MessageS3Pointer",{"s3BucketName":"b","s3Key":12345678901234567890}]',
      { path: 'body', why: 'its body lies in s3://b/12345678901234567890, which is not read', absent: true },
    ],
    [
      '["com.amazon.sqs.javamessaging.MessageS3Pointer",{"s3BucketName":"b","s3Key":"k"}]',
      { path: 'body', why: 'its body lies in s3://b/k, which is not read', absent: true },
    ],
  ])('says of the body %s what could not be read of it, enveloped or not', (body, unread) => {
    expect(openMessage(message(body)).unread).toEqual([unread]);
    expect(openMessage(message({ ...ENVELOPE, Message: body })).unread).toEqual([unread]);
  });

  it.each([
    '{"a":1}',
    JSON.stringify('{"a":1}'),
    '{"a":NaN}',
    '[1,2]',
    '["of another class",{}]',
    '<order/>',
    'Done!',
    '7',
    '',
  ])('was read all where its body is %j', (body) => {
    expect(openMessage(message(body))).not.toHaveProperty('unread');
  });

  it('was read all where a list only begins as a pointer does', () => {
    const body = ['software.amazon.payloadoffloading.PayloadS3Pointer', 'k'];

    expect(openMessage(message(body))).not.toHaveProperty('unread');
  });
});
