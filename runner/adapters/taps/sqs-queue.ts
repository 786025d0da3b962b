import type { BatchResultErrorEntry, Message, SQSClient } from '@aws-sdk/client-sqs';
import { answerDate } from '../../core/aws/answer-date.ts';
import { chunksOf } from '../../core/aws/chunks.ts';
import { queueNameOf } from '../../core/aws/resources/queue.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { entryFault } from '../../core/blame/faults.ts';
import { areIntact } from '../../core/taps/attributes-md5.ts';
import type { TapMessage, TapQueue } from '../../core/taps/ports.ts';
import { COUNTED_BY, type QueueCounts } from '../../core/taps/queue-counts.ts';

/** SQS gives ten at most (Amazon SQS API, ReceiveMessage), and takes ten in a batch. */
const BATCH = 10;

export interface QueueClients {
  /** Sends each request once: a second attempt could not know which messages the first, whose answer was lost, has hidden. */
  readonly once: SQSClient;
  readonly client: SQSClient;
}

/** A queue of SQS, as the tap reader reads it. */
export function sqsQueue({ once, client }: QueueClients, url: string): TapQueue {
  return {
    isFifo: queueNameOf(url).endsWith('.fifo'),
    receive: async ({ waitSeconds, hideSeconds, signal }) => {
      const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: hideSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: [
          'ApproximateReceiveCount',
          'SentTimestamp',
          'AWSTraceHeader',
          'DeadLetterQueueSourceArn',
          'MessageGroupId',
        ],
      });
      const answeredAtMs = answerDate(command);
      const { Messages = [] } = await once.send(command, { abortSignal: signal });
      return intact(Messages).map((message) => tapMessage(message, answeredAtMs()));
    },
    isRefusal: (thrown) => {
      const { $metadata: { httpStatusCode = 0 } = {} } = thrown as SdkFault;
      return httpStatusCode >= 400 && httpStatusCode < 500;
    },
    remove: async (messages) => {
      const { DeleteMessageBatchCommand } = await import('@aws-sdk/client-sqs');
      for (const batch of chunksOf(messages, BATCH)) {
        const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entriesOf(batch) });
        const { Failed: [refused] = [] } = await client.send(command);
        if (refused !== undefined) throw undeleted(refused, url);
      }
    },
    hide: async (messages, seconds) => {
      const { ChangeMessageVisibilityBatchCommand } = await import('@aws-sdk/client-sqs');
      const gone: TapMessage[] = [];
      for (const batch of chunksOf(messages, BATCH)) {
        const Entries = entriesOf(batch).map((entry) => ({ ...entry, VisibilityTimeout: seconds }));
        const { Failed = [] } = await client.send(
          new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }),
        );
        gone.push(...batch.filter((_, index) => Failed.some(({ Id }) => Id === String(index))));
      }
      return gone;
    },
    count: () => countsOf(client, url),
  };
}

function undeleted({ Code = 'no code', Message }: BatchResultErrorEntry, url: string): Error {
  const about = `Queue ${queueNameOf(url)} did not delete a message`;
  return entryFault({ code: Code, words: Message, service: 'sqs' }, about);
}

async function countsOf(client: SQSClient, QueueUrl: string): Promise<QueueCounts> {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: Object.values(COUNTED_BY) });
  const { Attributes = {} } = await client.send(command);
  const counts = Object.entries(COUNTED_BY).map(([name, attribute]) => [
    name,
    Number(Attributes[attribute] ?? 0),
  ]);
  return Object.fromEntries(counts) as Record<keyof QueueCounts, number>;
}

/**
 * Returns the messages if they are intact. The AWS SDK checks their bodies alone, and throws the same error.
 * @throws Error if the attributes of one were damaged on the way: SQS has delivered and hidden all of them.
 */
function intact(messages: readonly Message[]): readonly Message[] {
  const damaged = messages.filter(
    ({ MessageAttributes = {}, MD5OfMessageAttributes: md5 }) => !areIntact(MessageAttributes, md5),
  );
  if (damaged.length === 0) return messages;
  const ids = damaged.map(({ MessageId }) => MessageId).join(', ');
  throw new Error(`Invalid MD5 checksum on messages: ${ids}`);
}

/** The fields that an answer of SQS leaves on an error of its client; an error on the way has no status. */
interface SdkFault {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function tapMessage(
  { MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes = {}, Attributes = {} }: Message,
  answeredAtMs: number | undefined,
): TapMessage {
  const { AWSTraceHeader: traceHeader } = Attributes;
  return {
    messageId: MessageId,
    receipt: ReceiptHandle,
    body: Body,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue = [] }]) => [
        name,
        StringValue ?? Buffer.from(BinaryValue).toString('base64'),
      ]),
    ),
    ...omitUndefined({ traceHeader, answeredAtMs }),
    ...(Attributes.DeadLetterQueueSourceArn === undefined ? {} : { redriven: true }),
    sentAtMs: Number(Attributes.SentTimestamp ?? 0),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
    ...omitUndefined({ groupId: Attributes.MessageGroupId }),
  };
}

function entriesOf(batch: readonly TapMessage[]): { Id: string; ReceiptHandle: string }[] {
  return batch.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
}
