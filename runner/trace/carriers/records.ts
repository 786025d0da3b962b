import { decoded, parsed } from '../ids/parsed.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A record of an event, as AWS gives it. */
export type EventRecord = Fields;

/** The records of an event: of a queue, a topic, a stream, a bucket, a delivery stream, a pipe. Undefined if the event is no batch. */
export function recordsOf(event: unknown): readonly EventRecord[] | undefined {
  if (Array.isArray(event)) return event as EventRecord[];
  const { Records, records } = fieldsOf(event);
  return [Records, records].find(Array.isArray) as readonly EventRecord[] | undefined;
}

/**
 * The application's own part of a record or an event, out of all envelopes. That is an event's detail, a message's text,
 * a record's data, a request's body. JSON objects are parsed; other text stays text. Records of tables and buckets stay whole. An envelope is
 * known by fields that only AWS writes, so that an application's own object is never taken for one.
 */
export function payloadOf(record: unknown): unknown {
  const whole = parsed(record);
  const fields = fieldsOf(whole);
  const inner = INNER.find(({ fits }) => fits(fields));
  return inner === undefined ? whole : payloadOf(inner.of(fields));
}

interface Envelope {
  readonly fits: (fields: Fields) => boolean;
  readonly of: (fields: Fields) => unknown;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const has = (fields: Fields, ...names: readonly string[]): boolean =>
  names.every((name) => isText(fields[name]));
const bodyOf = ({ body, isBase64Encoded }: Fields): unknown =>
  isBase64Encoded === true ? decoded(body) : body;

const INNER: readonly Envelope[] = [
  // EventBridge
  {
    fits: (fields) => has(fields, 'detail-type', 'source') && 'detail' in fields,
    of: ({ detail }) => detail,
  },
  // SQS, by a mapping or a pipe
  { fits: (fields) => has(fields, 'messageId', 'receiptHandle', 'body'), of: bodyOf },
  // SNS to a function, and to a queue, a delivery stream or a URL
  {
    fits: ({ EventSource, Sns }) => EventSource === 'aws:sns' && isText(fieldsOf(Sns)['Message']),
    of: ({ Sns }) => fieldsOf(Sns)['Message'],
  },
  { fits: (fields) => has(fields, 'Type', 'TopicArn', 'MessageId', 'Message'), of: ({ Message }) => Message },
  // Kinesis, by a mapping and by a pipe
  {
    fits: ({ eventSource, kinesis }) => eventSource === 'aws:kinesis' && isText(fieldsOf(kinesis)['data']),
    of: ({ kinesis }) => decoded(fieldsOf(kinesis)['data']),
  },
  {
    fits: (fields) => fields['eventSource'] === 'aws:kinesis' && has(fields, 'sequenceNumber', 'data'),
    of: ({ data }) => decoded(data),
  },
  // Firehose
  {
    fits: (fields) => has(fields, 'recordId', 'data') && 'approximateArrivalTimestamp' in fields,
    of: ({ data }) => decoded(data),
  },
  // A request; without a body it stays whole.
  {
    fits: ({ requestContext, body }) => typeof requestContext === 'object' && isText(body),
    of: bodyOf,
  },
];

/** The name of a record in an answer that lists failures; undefined for sources that take no such answer. */
export function failureIdOf(record: EventRecord): string | undefined {
  const { messageId, eventSource, kinesis, dynamodb, sequenceNumber } = fieldsOf(record);
  const name =
    eventSource === 'aws:kinesis'
      ? (fieldsOf(kinesis)['sequenceNumber'] ?? sequenceNumber)
      : eventSource === 'aws:dynamodb'
        ? fieldsOf(dynamodb)['SequenceNumber']
        : messageId;
  return isText(name) ? name : undefined;
}

/** True if a record waits for the one before it: of a stream's shard, of a FIFO queue. A failure ends the batch there. */
export function isOrdered(record: EventRecord): boolean {
  const { eventSource, eventSourceARN } = fieldsOf(record);
  return /^aws:(?:kinesis|dynamodb)$/.test(String(eventSource)) || String(eventSourceARN).endsWith('.fifo');
}

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
