import type { SQSClient } from '@aws-sdk/client-sqs';
import { isQueueHost, isQueueUrl, locationOf } from '../../core/aws/location.ts';
import { queue, queueNameOf } from '../../core/aws/resources/queue.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { InputFault, Permission } from '../kind.ts';
import { arnFault } from './arn-faults.ts';

/** Permissions to find a queue: none if its URL is given. */
export function findingQueue(address: string): readonly Permission[] {
  return isQueueUrl(address) ? [] : [{ action: 'sqs:GetQueueUrl', resource: address }];
}

/** The URL of a queue given by its name, its ARN or that URL; one call unless it is the URL. */
export async function queueUrlOf(
  address: string,
  client: SQSClient,
  abortSignal: AbortSignal,
): Promise<string> {
  if (isQueueUrl(address)) return address;
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const { account } = locationOf(address);
  const command = new GetQueueUrlCommand({
    QueueName: queueNameOf(address),
    ...omitUndefined({ QueueOwnerAWSAccountId: account }),
  });
  const { QueueUrl = address } = await client.send(command, { abortSignal });
  return QueueUrl;
}

/** The fault of the name, URL or ARN of a queue that shows without a call to SQS. */
export function queueFaults(address: string): readonly InputFault[] {
  if (!isQueueUrl(address)) return arnFault(queue, address);
  if (address.includes('${') || isQueueHost(address)) return [];
  return [
    {
      key: 'queue',
      message: `'${address}' is not the URL of a queue: its host is not of SQS`,
      hint: 'write https://sqs.<region>.amazonaws.com/<account>/<name>, or its name or ARN',
    },
  ];
}
