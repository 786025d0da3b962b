import { queueNameOf } from '../../../core/aws/resources/queue.ts';
import { areIntact } from '../../../core/taps/attributes-md5.ts';
import { OWN_ATTRIBUTE_IDS } from '../../../core/taps/propagation.ts';
import { findingQueue, queueFaults, queueUrlOf } from '../../aws/queue-url.ts';
import { receiptOf } from '../../aws/receipt.ts';
import type { Verb } from '../../kind.ts';
import { closed, text } from '../../schema.ts';
import { MESSAGE_KEYS, messageEntry, messageFaults } from '../../writes/queue-entries.ts';

const input = closed({ queue: text('Name, URL or ARN of the SQS queue'), ...MESSAGE_KEYS });

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
  faults: ({ queue, ...message }, of) => [...queueFaults(queue), ...messageFaults(queue, message, of)],
  act: async ({ queue, ...message }, context) => {
    const { SQSClient, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = context.clientOf(SQSClient, queue);
    const command = new SendMessageCommand({
      QueueUrl: await queueUrlOf(queue, client, context.signal),
      ...messageEntry(queue, message, { name: context.stepId, context }),
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
