import { isJsonMap, type Json, type JsonMap, parseLooseJson } from './json.ts';
import type { TapMessage } from './ports.ts';

/** A tap's message, opened. */
export interface OpenedMessage {
  /** The native identity: EventBridge's event id, SNS's or SQS's MessageId. Redelivery keeps it. */
  readonly id: string;
  /** What `has` sees: the event, or `{body, attributes}`. */
  readonly data: Json;
  /** All of it as text, in which run ids are looked for. */
  readonly text: string;
}

/** Opens what came through a tap on a bus: the EventBridge event. */
export function openEvent(message: TapMessage): OpenedMessage {
  const event = parsed(message.body);
  const id = isJsonMap(event) && typeof event['id'] === 'string' ? event['id'] : message.messageId;
  return { id, data: event, text: message.body };
}

/** Opens what came through a tap on a topic, or was read from a queue: envelopes are taken off, JSON is parsed. */
export function openMessage(message: TapMessage): OpenedMessage {
  const body = parsed(message.body);
  const text = `${message.body}\n${JSON.stringify(message.attributes)}`;
  if (!isEnvelope(body))
    return { id: message.messageId, data: { body, attributes: message.attributes }, text };
  const attributes = { ...message.attributes, ...attributesOf(body['MessageAttributes']) };
  return { id: body['MessageId'], data: { body: parsed(body['Message']), attributes }, text };
}

/** SNS's envelope (Amazon SNS developer guide, "Parsing message formats"). */
function isEnvelope(body: Json): body is JsonMap & { readonly MessageId: string; readonly Message: string } {
  return (
    isJsonMap(body) &&
    body['Type'] === 'Notification' &&
    typeof body['MessageId'] === 'string' &&
    typeof body['Message'] === 'string'
  );
}

function attributesOf(attributes: Json | undefined): JsonMap {
  if (!isJsonMap(attributes)) return {};
  const entries = Object.entries(attributes).map(([name, attribute]) => [
    name,
    isJsonMap(attribute) ? (attribute['Value'] ?? null) : attribute,
  ]);
  return Object.fromEntries(entries) as JsonMap;
}

function parsed(text: string): Json {
  try {
    return parseLooseJson(text);
  } catch {
    return text; // a body that is not JSON is text, and stays so
  }
}
