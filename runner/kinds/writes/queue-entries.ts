import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { Type } from 'typebox';
import type { Json } from '../../core/base/json.ts';
import type { Numeric } from '../../core/base/numbers.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { xrayHeaderOf } from '../../core/base/run-id.ts';
import {
  attributeFaults,
  bodyFaults,
  bodyText,
  groupFaults,
  messageAttributes,
} from '../aws/message-attributes.ts';
import { SQS_MESSAGE } from '../aws/service-limits.ts';
import type { ActContext, FaultsOf, InputFault } from '../kind.ts';
import { anyJson, scalars, text } from '../schema.ts';

/** A message, as a step sends it to a queue. */
export interface MessageToSend {
  readonly body: Json;
  readonly attributes?: Readonly<Record<string, string | Numeric>>;
  readonly groupId?: string;
}

/** The keys of a message to a queue in a step. */
export const MESSAGE_KEYS = {
  body: anyJson('The message; sent as JSON, text as it is'),
  attributes: Type.Optional(scalars('Message attributes; ours are added')),
  groupId: Type.Optional(text('Message group, for a FIFO queue')),
} as const;

/** The faults of a message that show without SQS. */
export function messageFaults(
  queue: string,
  { body, attributes, groupId }: MessageToSend,
  { correlate, filled }: FaultsOf,
): readonly InputFault[] {
  return [
    ...bodyFaults(body, SQS_MESSAGE, { filled }),
    ...attributeFaults(attributes, correlate),
    ...groupFaults(queue, groupId, { filled }),
  ];
}

/** A message as SQS takes it, with the run's ids. `name` is its part of the deduplication id of a FIFO queue. */
export function messageEntry(
  queue: string,
  { body, attributes, groupId }: MessageToSend,
  { name, context }: { readonly name: string; readonly context: ActContext },
) {
  const { runId, spanId, correlate } = context;
  const trace = { AWSTraceHeader: { DataType: 'String', StringValue: xrayHeaderOf(runId, spanId) } };
  return {
    MessageBody: bodyText(body),
    MessageAttributes: messageAttributes(attributes, context),
    ...(correlate ? { MessageSystemAttributes: trace } : {}),
    ...omitUndefined({ MessageGroupId: groupId }),
    ...(queue.endsWith('.fifo') ? { MessageDeduplicationId: `${runId}-${name}` } : {}),
  } satisfies Omit<SendMessageCommandInput, 'QueueUrl'>;
}
