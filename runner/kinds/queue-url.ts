import type { SQSClient } from '@aws-sdk/client-sqs';
import { queueNameOf } from '../core/resource-name.ts';
import type { Permission } from './kind.ts';

/** What it takes to find a queue: nothing, where its URL is given. */
export function findingQueue(address: string): readonly Permission[] {
  return isUrl(address) ? [] : [{ action: 'sqs:GetQueueUrl', resource: address }];
}

/** The URL of a queue given by its name, its ARN or that URL; one look-up where it is not the URL. */
export async function queueUrlOf(
  address: string,
  client: SQSClient,
  abortSignal: AbortSignal,
): Promise<string> {
  if (isUrl(address)) return address;
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const [, , , , account] = address.split(':');
  const command = new GetQueueUrlCommand({
    QueueName: queueNameOf(address),
    ...(account === undefined ? {} : { QueueOwnerAWSAccountId: account }),
  });
  const { QueueUrl = address } = await client.send(command, { abortSignal });
  return QueueUrl;
}

function isUrl(address: string): boolean {
  return /^https?:/.test(address);
}
