import type { SQSClient } from '@aws-sdk/client-sqs';
import { Type } from 'typebox';
import { queueNameOf } from '../../../core/aws/resources/queue.ts';
import { areIntact } from '../../../core/taps/attributes-md5.ts';
import { OWN_ATTRIBUTE_IDS } from '../../../core/taps/propagation.ts';
import { bodyText } from '../../aws/message-attributes.ts';
import { findingQueue, queueFaults, queueUrlOf } from '../../aws/queue-url.ts';
import { receiptOf } from '../../aws/receipt.ts';
import { SQS_BATCH_BYTES } from '../../aws/service-limits.ts';
import type { ActContext, InputFault, Verb } from '../../kind.ts';
import { closed, text } from '../../schema.ts';
import { batchFaults, entriesText, inEntry, MOST_ENTRIES, refusedFault } from '../../writes/batch.ts';
import { MESSAGE_KEYS, type MessageToSend, messageEntry, messageFaults } from '../../writes/queue-entries.ts';

const input = closed({
  queue: text('Name, URL or ARN of the SQS queue'),
  messages: Type.Array(closed(MESSAGE_KEYS), {
    minItems: 1,
    maxItems: MOST_ENTRIES,
    description: `1 to ${MOST_ENTRIES} messages, each with body, and attributes and groupId if it has any`,
  }),
});

/** Sends several messages in one call. A queue may take some of them and refuse others; one of FIFO keeps their order. */
export const sendMessages = {
  name: 'sendMessages',
  summary: `sends up to ${MOST_ENTRIES} messages to an SQS queue in one call`,
  primaryInput: 'queue',
  input,
  view: { messageIds: { type: 'list', description: "the messages' ids, given by SQS, in their order" } },
  blameOnTimeout: 'api',
  fills: ({ queue }) => queue,
  messageIds: (answer) => (answer as { readonly messageIds: readonly string[] }).messageIds,
  ownIds: () => OWN_ATTRIBUTE_IDS.map(({ path, ...own }) => ({ path: ['messages', '*', ...path], ...own })),
  permissions: ({ queue }) => [{ action: 'sqs:SendMessage', resource: queue }, ...findingQueue(queue)],
  hop: ({ queue, messages }) => `queue ${queueNameOf(queue)} · ${entriesText(messages, 'message')}`,
  example: `sendMessages: orders-incoming
messages:
  - body:
      sku: CANARY-SKU-1
  - body:
      sku: CANARY-SKU-2
    attributes:
      priority: high
`,
  faults: ({ queue, messages }, of) => [
    ...queueFaults(queue),
    ...messages.flatMap((message, index) =>
      messageFaults(queue, message, of).map((fault) => inMessage(index, fault)),
    ),
    ...batchFaults(
      'messages',
      messages.reduce((sum, message) => sum + bytesOf(message), 0),
      {
        most: SQS_BATCH_BYTES,
        service: 'SQS',
      },
    ),
  ],
  act: async ({ queue, messages }, context) => {
    const { SQSClient } = await import('@aws-sdk/client-sqs');
    const messageIds = await sendAll(context.clientOf(SQSClient, queue), { queue, messages }, context);
    const id = `${context.runId}-${context.stepId}`;
    return { kind: 'sendMessages', id, takenAtMs: context.clock.nowMs(), data: { messageIds } };
  },
} satisfies Verb<typeof input>;

/** A group that is missing is a fault of the message, which lacks it. */
function inMessage(index: number, fault: InputFault): InputFault {
  return fault.key === 'queue'
    ? { ...fault, key: 'messages', within: [index] }
    : inEntry('messages', index, fault);
}

function bytesOf({ body, attributes = {} }: MessageToSend): number {
  const parts = [bodyText(body), ...Object.entries(attributes).flat().map(String)];
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

async function sendAll(
  client: SQSClient,
  { queue, messages }: { readonly queue: string; readonly messages: readonly MessageToSend[] },
  context: ActContext,
): Promise<readonly string[]> {
  const { SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
  const Entries = messages.map((message, index) => ({
    Id: String(index + 1),
    ...messageEntry(queue, message, { name: `${context.stepId}-${index + 1}`, context }),
  }));
  const QueueUrl = await queueUrlOf(queue, client, context.signal);
  const { Successful = [], Failed = [] } = await client.send(
    new SendMessageBatchCommand({ QueueUrl, Entries }),
    { abortSignal: context.signal },
  );
  const receiver = `Queue ${queueNameOf(queue)}`;
  const refused = Failed.map(({ Id, Code: code = 'no code', Message: words }) => ({
    number: Number(Id),
    code,
    words,
    service: 'sqs',
  }));
  const fault = refusedFault(
    refused.toSorted((a, b) => a.number - b.number),
    {
      receiver,
      thing: 'message',
      size: messages.length,
    },
  );
  if (fault !== undefined) throw fault;
  return Entries.map(({ Id, MessageAttributes }) => {
    const sent = Successful.find((one) => one.Id === Id);
    // The AWS SDK checks the bodies alone, and throws this error.
    if (!areIntact(MessageAttributes, sent?.MD5OfMessageAttributes)) throw new Error('InvalidChecksumError');
    return receiptOf(sent?.MessageId, `Message ${Id} was sent to queue ${queueNameOf(queue)}`);
  });
}
