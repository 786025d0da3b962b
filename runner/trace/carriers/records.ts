import { decoded, parsed } from '../ids/parsed.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A record of an event, as AWS gives it. */
export type EventRecord = Fields;

/** The records of an event: of a queue, a topic, a stream, a bucket, a delivery stream, a pipe. Undefined if the event is no batch. */
export function recordsOf(event: unknown): readonly EventRecord[] | undefined {
  if (Array.isArray(event)) return event as EventRecord[];
  const { Records, records } = (event ?? {}) as Fields;
  return [Records, records].find(Array.isArray) as readonly EventRecord[] | undefined;
}

/**
 * The application's own part of a record or an event, out of all envelopes. That is an event's detail, a message's text,
 * a record's data, a request's body. JSON objects are parsed; other text stays text. Records of tables and buckets stay whole.
 */
export function payloadOf(record: unknown): unknown {
  const whole = parsed(record);
  if (typeof whole !== 'object' || whole === null) return whole;
  const { body, Sns, kinesis, data, detail, Message, Type, isBase64Encoded } = whole as Fields;
  if ('detail-type' in whole) return detail;
  if (Sns !== undefined) return payloadOf((Sns as Fields)['Message']);
  if (Type === 'Notification' && Message !== undefined) return payloadOf(Message);
  if (kinesis !== undefined) return payloadOf(decoded((kinesis as Fields)['data']));
  if ('recordId' in whole) return payloadOf(decoded(data));
  if (body !== undefined && ('messageId' in whole || 'requestContext' in whole))
    return payloadOf(isBase64Encoded === true ? decoded(body) : body);
  return whole;
}

/** The name of a record in an answer that lists failures; undefined for sources that take no such answer. */
export function failureIdOf(record: EventRecord): string | undefined {
  const { messageId, eventSource, kinesis, dynamodb } = record;
  if (eventSource === 'aws:kinesis') return String((kinesis as Fields)['sequenceNumber']);
  if (eventSource === 'aws:dynamodb') return String((dynamodb as Fields)['SequenceNumber']);
  return messageId === undefined ? undefined : String(messageId);
}

/** True if a record waits for the one before it: of a stream's shard, of a FIFO queue. A failure ends the batch there. */
export function isOrdered({ eventSource, eventSourceARN }: EventRecord): boolean {
  return /^aws:(?:kinesis|dynamodb)$/.test(String(eventSource)) || String(eventSourceARN).endsWith('.fifo');
}
