import { type Numeric, scalarText } from '../../core/base/numbers.ts';
import { attributesOf, MOST_ATTRIBUTES, OWN_ATTRIBUTES } from '../../core/taps/propagation.ts';
import type { ActContext, FaultsOf, InputFault } from '../kind.ts';
import { ATTRIBUTE_NAME, GROUP_ID, limitFaults, type TextLimit } from './service-limits.ts';

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
  const faulty = Object.entries(given ?? {}).flatMap(([name, value]) => attributeFault(name, value));
  const own = correlate === false ? 0 : OWN_ATTRIBUTES.length;
  const count = Object.keys(given ?? {}).length;
  if (count + own <= MOST_ATTRIBUTES) return faulty;
  const message = `${count} attributes and ${own} of ours are more than the ${MOST_ATTRIBUTES} that are delivered`;
  const first = Object.keys(given ?? {})[MOST_ATTRIBUTES - own] ?? '';
  return [
    {
      key: 'attributes',
      within: [first],
      message,
      hint: `write at most ${MOST_ATTRIBUTES - own} under attributes, and the rest in the body`,
    },
  ];
}

function attributeFault(name: string, value: string | Numeric): readonly InputFault[] {
  const place = { key: 'attributes', within: [name] };
  if (value === '')
    return [
      {
        ...place,
        message: `'${name}' is empty, and an attribute is not`,
        hint: 'give it a value, or leave it out',
      },
    ];
  return limitFaults(name, ATTRIBUTE_NAME, place, { filled: true });
}

/** A FIFO topic or queue orders by group, and refuses a message without one. */
export function groupFaults(
  address: string,
  groupId: string | undefined,
  { filled }: Pick<FaultsOf, 'filled'>,
): readonly InputFault[] {
  if (groupId !== undefined) return limitFaults(groupId, GROUP_ID, { key: 'groupId' }, { filled });
  if (!address.endsWith('.fifo')) return [];
  return [
    { key: 'queue', message: `'${address}' is a FIFO queue, and needs a group`, hint: 'add groupId: canary' },
  ];
}

/** SQS and SNS refuse a message without a body (SQS API, SendMessage; SNS API, Publish). */
export function bodyFaults(
  body: unknown,
  limit: TextLimit,
  { filled }: Pick<FaultsOf, 'filled'>,
): readonly InputFault[] {
  if (body === undefined) return [];
  if (body !== '') return limitFaults(bodyText(body), limit, { key: 'body' }, { filled });
  const message = `the body is empty, and ${limit.service} takes no empty message`;
  return [{ key: 'body', message, hint: 'give it a text, or {} as its body' }];
}

/** Text as it is, anything else as JSON. */
export function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function attributeOf(value: string | Numeric): MessageAttribute {
  return { DataType: typeof value === 'string' ? 'String' : 'Number', StringValue: scalarText(value) };
}
