import { topicNameOf } from '../aws/resources/topic.ts';
import { endOfGrain } from '../aws/service-clock.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { scalarText } from '../base/numbers.ts';
import { openText } from '../matching/open-text.ts';
import { instantOf } from '../matching/operators.ts';
import type { Unread } from '../model/run-result.ts';
import type { TapMessage } from './ports.ts';

/** A tap's message, opened. */
export interface OpenedMessage {
  /** The native identity: EventBridge's event id, SNS's or SQS's MessageId. Redelivery keeps it. */
  readonly id: string;
  /** Input of `has`: the event, or `{body, attributes}`. */
  readonly data: Json;
  /** The whole as text, which is searched for run ids. */
  readonly text: string;
  /** Epoch milliseconds by the clock of the accepting service: SNS's for published messages, else SQS's. */
  readonly sentAtMs: number;
  readonly unread?: readonly Unread[];
}

/** Opens a message of a tap on a bus: the EventBridge event. */
export function openEvent(message: TapMessage): OpenedMessage {
  const event = openText(message.body);
  const id = isJsonMap(event) && typeof event['id'] === 'string' ? event['id'] : message.messageId;
  return { id, data: event, text: textOf(message), sentAtMs: message.sentAtMs };
}

/** Opens messages of a tap on a topic, by name or ARN: only an envelope of that topic is removed. */
export function openingMessagesOf(topic: string): (message: TapMessage) => OpenedMessage {
  return (message) => open(message, (arn) => topicNameOf(arn) === topicNameOf(topic));
}

/** Opens a message of a watched queue, to which any topic may deliver. */
export function openMessage(message: TapMessage): OpenedMessage {
  return open(message, () => true);
}

function open(message: TapMessage, isExpected: (topicArn: string) => boolean): OpenedMessage {
  const envelope = envelopeIn(message.body, isExpected);
  const body = openText(envelope?.Message ?? message.body);
  const attributes = { ...message.attributes, ...attributesOf(envelope?.['MessageAttributes']) };
  const unread = unreadOf(body);
  return {
    id: envelope?.MessageId ?? message.messageId,
    data: { body, attributes },
    text: textOf(message),
    sentAtMs: Math.min(message.sentAtMs, latestOf(envelope) ?? message.sentAtMs),
    ...(unread === undefined ? {} : { unread: [unread] }),
  };
}

function textOf({ body, attributes, traceHeader = '' }: TapMessage): string {
  return `${body}\n${JSON.stringify(attributes)}\n${traceHeader}`;
}

type Envelope = JsonMap & Readonly<Record<'MessageId' | 'Message' | 'TopicArn' | 'Timestamp', string>>;

/** Fields of every envelope that SNS puts around a message for SQS (Amazon SNS developer guide, "Fanout to Amazon SQS queues"). */
const ALWAYS = ['MessageId', 'TopicArn', 'Message', 'Timestamp', 'UnsubscribeURL'] as const;
/** In addition: a standard topic signs, a FIFO topic numbers. */
const SIGNED = ['SignatureVersion', 'Signature', 'SigningCertURL'] as const;
const NUMBERED = ['SequenceNumber'] as const;

const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(?:\.fifo)?$/;

/** SNS's envelope; undefined for a look-alike: a system may have fields of these names. */
function envelopeIn(text: string, isExpected: (topicArn: string) => boolean): Envelope | undefined {
  if (!text.includes('"Notification"')) return undefined;
  const found = openText(text);
  if (!isJsonMap(found) || found['Type'] !== 'Notification') return undefined;
  const has = (names: readonly string[]): boolean => names.every((name) => typeof found[name] === 'string');
  if (!has(ALWAYS) || !(has(SIGNED) || has(NUMBERED))) return undefined;
  const envelope = found as Envelope;
  const isReal = TOPIC_ARN.test(envelope.TopicArn) && instantOf(envelope.Timestamp) !== undefined;
  return isReal && isExpected(envelope.TopicArn) ? envelope : undefined;
}

function latestOf(envelope: Envelope | undefined): number | undefined {
  const atMs = instantOf(envelope?.Timestamp ?? null);
  return atMs === undefined ? undefined : endOfGrain(atMs);
}

function attributesOf(attributes: Json | undefined): JsonMap {
  if (!isJsonMap(attributes)) return {};
  const entries = Object.entries(attributes).map(([name, attribute]) => [
    name,
    isJsonMap(attribute) ? (attribute['Value'] ?? null) : attribute,
  ]);
  return Object.fromEntries(entries) as JsonMap;
}

/** Classes of the extended client libraries for SQS and SNS, whose instances replace a body that lies in S3. */
const POINTERS: readonly Json[] = [
  'software.amazon.payloadoffloading.PayloadS3Pointer',
  'com.amazon.sqs.javamessaging.MessageS3Pointer',
];

/** Marks a body that lies in S3. No file names its bucket, so no least privilege can be granted to read it there. */
function unreadOf(body: Json): Unread | undefined {
  const [kind = null, pointer = null] = isJsonList(body) ? body : [];
  if (!POINTERS.includes(kind) || !isJsonMap(pointer)) return undefined;
  const at = `s3://${scalarText(pointer['s3BucketName'])}/${scalarText(pointer['s3Key'])}`;
  return { path: 'body', why: `its body lies in ${at}, which is not read`, absent: true };
}
