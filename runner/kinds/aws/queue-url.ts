import type { SQSClient } from '@aws-sdk/client-sqs';
import { addressFault, ownFault, strangerFault } from '../../core/aws/address-faults.ts';
import { isQueueHost, isQueueUrl, locationOf } from '../../core/aws/location.ts';
import { queue, queueNameOf } from '../../core/aws/resources/queue.ts';
import { isNameOf } from '../../core/aws/resources/resource.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { InputFault, Permission } from '../kind.ts';

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
  if (!isQueueUrl(address)) return addressFault(queue, address);
  if (address.includes('${')) return strangerFault(queue, address);
  const hint = 'write https://sqs.<region>.amazonaws.com/<account>/<name>, or its name or ARN';
  const fault = (message: string): readonly InputFault[] => [{ key: 'queue', message, hint }];
  if (!isQueueHost(address)) return fault(`'${address}' is not the URL of a queue: its host is not of SQS`);
  const name = queueNameOf(address);
  if (!isNameOf(queue, name))
    return fault(`'${address}' is not the URL of a queue: it does not end in a name`);
  return ownFault(queue, name);
}
