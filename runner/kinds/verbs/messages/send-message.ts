import { Type } from 'typebox';
import { queueNameOf } from '../../../core/aws/resources/queue.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { xrayHeaderOf } from '../../../core/base/run-id.ts';
import { areIntact } from '../../../core/taps/attributes-md5.ts';
import { OWN_ATTRIBUTE_IDS } from '../../../core/taps/propagation.ts';
import {
  attributeFaults,
  bodyFaults,
  bodyText,
  groupFaults,
  messageAttributes,
} from '../../aws/message-attributes.ts';
import { findingQueue, queueFaults, queueUrlOf } from '../../aws/queue-url.ts';
import { receiptOf } from '../../aws/receipt.ts';
import { SQS_MESSAGE } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { anyJson, closed, scalars, text } from '../../schema.ts';

const input = closed({
  queue: text('Name, URL or ARN of the SQS queue'),
  body: anyJson('The message; sent as JSON, text as it is'),
  attributes: Type.Optional(scalars('Message attributes; ours are added')),
  groupId: Type.Optional(text('Message group, for a FIFO queue')),
});

export const sendMessage = {
  name: 'sendMessage',
  summary: 'sends a message to an SQS queue',
  primaryInput: 'queue',
  input,
  view: { messageId: { description: "the message's id, given by SQS" } },
  blameOnTimeout: 'api',
  fills: ({ queue }) => queue,
  ownIds: () => OWN_ATTRIBUTE_IDS,
  permissions: ({ queue }) => [{ action: 'sqs:SendMessage', resource: queue }, ...findingQueue(queue)],
  hop: ({ queue }) => `queue ${queueNameOf(queue)}`,
  example: `sendMessage: orders-incoming
body:
  sku: CANARY-SKU-1
`,
  faults: ({ queue, body, attributes, groupId }, { correlate, filled }) => [
    ...queueFaults(queue),
    ...bodyFaults(body, SQS_MESSAGE, { filled }),
    ...attributeFaults(attributes, correlate),
    ...groupFaults(queue, groupId, { filled }),
  ],
  act: async ({ queue, body, attributes, groupId }, context) => {
    const { SQSClient, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = context.clientOf(SQSClient, queue);
    const trace = {
      AWSTraceHeader: { DataType: 'String', StringValue: xrayHeaderOf(context.runId, context.spanId) },
    };
    const command = new SendMessageCommand({
      QueueUrl: await queueUrlOf(queue, client, context.signal),
      MessageBody: bodyText(body),
      MessageAttributes: messageAttributes(attributes, context),
      ...(context.correlate ? { MessageSystemAttributes: trace } : {}),
      ...omitUndefined({ MessageGroupId: groupId }),
      ...(queue.endsWith('.fifo') ? { MessageDeduplicationId: `${context.runId}-${context.stepId}` } : {}),
    });
    const { MessageId, MD5OfMessageAttributes: md5 } = await client.send(command, {
      abortSignal: context.signal,
    });
    // The AWS SDK checks the body alone, and throws this error.
    if (!areIntact(command.input.MessageAttributes ?? {}, md5)) throw new Error('InvalidChecksumError');
    const messageId = receiptOf(MessageId, `The message was sent to queue ${queueNameOf(queue)}`);
    return { kind: 'sendMessage', id: messageId, takenAtMs: context.clock.nowMs(), data: { messageId } };
  },
} satisfies Verb<typeof input>;
