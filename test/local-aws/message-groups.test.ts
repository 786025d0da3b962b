import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { localClients } from '../support/aws/local-clients.ts';

const local = localClients();

describe('a FIFO queue', () => {
  it('hands out as many of a group as it can, in their order, and locks the group meanwhile', async () => {
    const sqs = local.clientOf(SQSClient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q.fifo' }));
    for (const body of ['a1', 'b1', 'a2', 'b2', 'a3'])
      await sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: body,
          MessageGroupId: body.charAt(0),
          MessageDeduplicationId: body,
        }),
      );
    const receive = async (most: number): Promise<readonly Message[]> => {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: most });
      return (await sqs.send(command)).Messages ?? [];
    };
    const bodies = (messages: readonly Message[], group: string) =>
      messages.map(({ Body = '' }) => Body).filter((body) => body.startsWith(group));

    const first = await receive(4);
    const locked = await receive(10);
    for (const { ReceiptHandle } of first)
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    const again = await receive(10);

    expect(first).toHaveLength(4);
    expect(locked).toEqual([]);
    expect([bodies(again, 'a'), bodies(again, 'b')]).toEqual([
      ['a1', 'a2', 'a3'],
      ['b1', 'b2'],
    ]);
  });
});
