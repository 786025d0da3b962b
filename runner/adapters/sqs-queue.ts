import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import type { TapMessage, TapQueue } from '../core/ports.ts';

/** SQS gives ten at most (Amazon SQS API, ReceiveMessage), and takes ten in a batch. */
const BATCH = 10;

/** A queue of SQS, as the witness reads it. */
export function sqsQueue(client: SQSClient, url: string): TapQueue {
  return {
    receive: async ({ waitSeconds, hideSeconds, signal }) => {
      const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: hideSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      });
      const { Messages = [] } = await client.send(command, { abortSignal: signal });
      return Messages.map(tapMessage);
    },
    remove: async (messages) => {
      const { DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
      for (const batch of batches(messages)) {
        await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entriesOf(batch) }));
      }
    },
    release: async (messages) => {
      const { ChangeMessageVisibilityBatchCommand } = await import('@aws-sdk/client-sqs');
      for (const batch of batches(messages)) {
        const Entries = entriesOf(batch).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
        await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
      }
    },
  };
}

function tapMessage({
  MessageId = '',
  ReceiptHandle = '',
  Body = '',
  MessageAttributes = {},
  Attributes = {},
}: Message): TapMessage {
  return {
    messageId: MessageId,
    receipt: ReceiptHandle,
    body: Body,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
    ),
    sentAtMs: Number(Attributes.SentTimestamp ?? 0),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
  };
}

function batches(messages: readonly TapMessage[]): readonly (readonly TapMessage[])[] {
  return Array.from({ length: Math.ceil(messages.length / BATCH) }, (_, n) =>
    messages.slice(n * BATCH, (n + 1) * BATCH),
  );
}

function entriesOf(batch: readonly TapMessage[]): { Id: string; ReceiptHandle: string }[] {
  return batch.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
}
