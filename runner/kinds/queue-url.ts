import type { SQSClient } from '@aws-sdk/client-sqs';
import { queueNameOf } from '../core/resource-name.ts';

/** The URL of a queue given by its name, its ARN or that URL; one look-up where it is not the URL. */
export async function queueUrlOf(
  address: string,
  client: SQSClient,
  abortSignal: AbortSignal,
): Promise<string> {
  if (/^https?:/.test(address)) return address;
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const [, , , , account] = address.split(':');
  const command = new GetQueueUrlCommand({
    QueueName: queueNameOf(address),
    ...(account === undefined ? {} : { QueueOwnerAWSAccountId: account }),
  });
  const { QueueUrl = address } = await client.send(command, { abortSignal });
  return QueueUrl;
}
