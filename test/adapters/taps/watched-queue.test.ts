import { randomBytes } from 'node:crypto';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { sqsTaps } from '../../../runner/adapters/taps/sqs-taps.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { localClients } from '../../support/aws/local-clients.ts';
import { watchQueue } from '../../support/aws/watch-queue.ts';

const local = localClients();

async function makeQueue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl = '' } = await local
    .clientOf(SQSClient)
    .send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

describe('a watched queue', () => {
  it('shows its own dead letter to one process after the other, and is left as it was', async () => {
    const { url: endpoint, region } = local.aws;
    const reported = await Promise.all(
      ['dlq', 'dlq.fifo'].map(async (name) => {
        const url = await makeQueue(name);
        const seen: (number | string)[] = [];
        for (let turn = 0; turn < 2; turn += 1) {
          const runId = randomBytes(16).toString('hex');
          seen.push(await watchQueue({ endpoint, region, url, runId, sends: true }));
        }
        const asked = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 });
        const { Messages = [] } = await local.clientOf(SQSClient).send(asked);
        return { name, seen, left: Messages.length };
      }),
    );

    expect(reported).toEqual([
      { name: 'dlq', seen: [1, 1], left: 2 },
      { name: 'dlq.fifo', seen: [1, 1], left: 2 },
    ]);
  });
});

describe('a queue that cannot be watched', () => {
  it('is a FIFO queue with a redrive policy, since a watch would move its messages on', async () => {
    await makeQueue('next.fifo');
    const deadLetterTargetArn = `arn:aws:sqs:${local.aws.region}:${local.aws.account}:next.fifo`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
    await makeQueue('first.fifo', { RedrivePolicy });
    const taps = sqsTaps({ clients: local.clients, project: NO_PROJECT, environment: 'local' });

    await expect(taps.queueAt('first.fifo')).rejects.toThrow(
      'The FIFO queue first.fifo has a redrive policy, and a watch receives all that lies in it each second',
    );
    await expect(taps.queueAt('next.fifo')).resolves.toMatchObject({ name: 'next.fifo' });
  });
});
