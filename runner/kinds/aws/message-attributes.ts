import { type Numeric, scalarText } from '../../core/base/numbers.ts';
import { attributesOf, MOST_ATTRIBUTES, OWN_ATTRIBUTES } from '../../core/taps/propagation.ts';
import type { ActContext, InputFault } from '../kind.ts';

/** Message attributes as SNS and SQS take them. */
export interface MessageAttribute {
  readonly DataType: 'String' | 'Number';
  readonly StringValue: string;
}

type FileAttributes = Readonly<Record<string, string | Numeric>> | undefined;

/** The file's attributes and ours. */
export function messageAttributes(
  given: FileAttributes,
  context: ActContext,
): Record<string, MessageAttribute> {
  const all = { ...given, ...(context.correlate ? attributesOf(context) : {}) };
  const entries = Object.entries(all).map(([name, value]) => [name, attributeOf(value)] as const);
  return Object.fromEntries(entries);
}

/** More attributes than are delivered, ours included. */
export function attributeFaults(given: FileAttributes, correlate: boolean | string): readonly InputFault[] {
  const own = correlate === false ? 0 : OWN_ATTRIBUTES.length;
  const count = Object.keys(given ?? {}).length;
  if (count + own <= MOST_ATTRIBUTES) return [];
  const message = `${count} attributes and ${own} of ours are more than ${MOST_ATTRIBUTES}`;
  return [
    {
      key: 'attributes',
      message,
      hint: `leave out ${count + own - MOST_ATTRIBUTES}, or move them into the body`,
    },
  ];
}

/** A FIFO topic or queue orders by group, and refuses a message without one. */
export function groupFaults(address: string, groupId: string | undefined): readonly InputFault[] {
  const isFifo = address.endsWith('.fifo');
  if (isFifo && groupId === undefined) {
    return [{ key: 'groupId', message: 'a FIFO queue needs a group', hint: "add 'groupId'" }];
  }
  return [];
}

/** SQS and SNS refuse a message without a body (SQS API, SendMessage; SNS API, Publish). */
export function bodyFaults(body: unknown): readonly InputFault[] {
  if (body !== '') return [];
  return [{ key: 'body', message: 'a message cannot be empty', hint: 'give it a text, or {} as its body' }];
}

/** Text as it is, anything else as JSON. */
export function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function attributeOf(value: string | Numeric): MessageAttribute {
  return { DataType: typeof value === 'string' ? 'String' : 'Number', StringValue: scalarText(value) };
}
