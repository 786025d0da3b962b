import { topicNameOf } from '../aws/resource-name.ts';
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
  /** What `has` sees: the event, or `{body, attributes}`. */
  readonly data: Json;
  /** All of it as text, in which run ids are looked for. */
  readonly text: string;
  /** Epoch milliseconds by the clock of the service that took it: SNS's for what was published, else SQS's. */
  readonly sentAtMs: number;
  /** The parts of it that could not be read as fields. */
  readonly unread?: readonly Unread[];
}

/** Opens what came through a tap on a bus: the EventBridge event. */
export function openEvent(message: TapMessage): OpenedMessage {
  const event = openText(message.body);
  const id = isJsonMap(event) && typeof event['id'] === 'string' ? event['id'] : message.messageId;
  return { id, data: event, text: textOf(message), sentAtMs: message.sentAtMs };
}

/** Opens what came through a tap on a topic, by name or ARN: only an envelope of that topic is taken off. */
export function openingMessagesOf(topic: string): (message: TapMessage) => OpenedMessage {
  return (message) => open(message, (arn) => topicNameOf(arn) === topicNameOf(topic));
}

/** Opens what was read from a queue, to which any topic may deliver. */
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
/** Beside these: a standard topic signs, a FIFO topic numbers. */
const SIGNED = ['SignatureVersion', 'Signature', 'SigningCertURL'] as const;
const NUMBERED = ['SequenceNumber'] as const;

const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(?:\.fifo)?$/;

/** SNS's envelope, or undefined for what only resembles one: a system may have fields of these names. */
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

/** Classes of the extended client libraries for SQS and SNS, whose instances stand in place of a body that lies in S3. */
const POINTERS: readonly Json[] = [
  'software.amazon.payloadoffloading.PayloadS3Pointer',
  'com.amazon.sqs.javamessaging.MessageS3Pointer',
];

/** The mark of a body that lies in S3. No file names its bucket, so no least right to read there can be given. */
function unreadOf(body: Json): Unread | undefined {
  const [kind = null, pointer = null] = isJsonList(body) ? body : [];
  if (!POINTERS.includes(kind) || !isJsonMap(pointer)) return undefined;
  const at = `s3://${scalarText(pointer['s3BucketName'])}/${scalarText(pointer['s3Key'])}`;
  return { path: 'body', why: `its body lies in ${at}, which is not read`, absent: true };
}
