import type { SQSClient } from '@aws-sdk/client-sqs';
import { DefinitionError, ObserverError } from '../core/errors.ts';
import type { Taps } from '../core/ports.ts';
import { queueNameOf } from '../core/resource-name.ts';
import type { AwsClients } from './aws-clients.ts';
import { faultSortOf } from './aws-faults.ts';
import { type QueueClients, sqsQueue } from './sqs-queue.ts';
import { type TapKey, tapNameOf } from './tap-name.ts';

/** Where taps are looked for. */
export interface SqsTapsOf {
  readonly clients: AwsClients;
  readonly project: string;
  /** For the command that a message suggests. */
  readonly environment: string;
  /** A tap of somebody's own. */
  readonly as?: string;
}

/** Finds the queues of taps, and queues that canaries watch themselves. */
export function sqsTaps({ clients, project, environment, as }: SqsTapsOf): Taps {
  return {
    tapOn: async (on) => {
      const key: TapKey = { project, on, ...(as === undefined ? {} : { as }) };
      const name = tapNameOf(key);
      const client = await sqsClient(clients);
      const [url] = await Promise.all([
        urlOf(client, name),
        'bus' in on ? refuseDisabled(clients, name, on.bus) : undefined,
      ]).catch((cause: unknown) => {
        if (faultSortOf(cause) !== 'missing') throw cause;
        const command = `coalmine tap --env ${environment}${as === undefined ? '' : ` --as ${as}`}`;
        const where = 'bus' in on ? `bus ${on.bus}` : `topic ${on.topic}`;
        throw new ObserverError(`The tap on ${where} is not there (${name}). Make it with '${command}'.`, {
          cause,
          lasting: true,
        });
      });
      return { name, queue: sqsQueue(await queueClients(clients), url) };
    },
    queueAt: async (address) => {
      const client = await sqsClient(clients);
      const url = /^https?:/.test(address)
        ? address
        : await urlOf(client, queueNameOf(address), address.split(':')[4]);
      await refuseUnwatchable(client, url);
      return { name: queueNameOf(address), queue: sqsQueue(await queueClients(clients), url) };
    },
  };
}

async function sqsClient(clients: AwsClients): Promise<SQSClient> {
  const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
  return clients.clientOf(Client, 'look');
}

async function queueClients(clients: AwsClients): Promise<QueueClients> {
  const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
  return { once: clients.clientOf(Client, 'act'), client: clients.clientOf(Client, 'look') };
}

async function urlOf(client: SQSClient, name: string, account?: string): Promise<string> {
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const owner = account === undefined ? {} : { QueueOwnerAWSAccountId: account };
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name, ...owner }));
  return QueueUrl as string;
}

/** Asks the queue, so that one that is not there, or cannot be watched, is an error before anything is acted. */
async function refuseUnwatchable(client: SQSClient, url: string): Promise<void> {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['RedrivePolicy'] });
  const { Attributes: { RedrivePolicy = '' } = {} } = await client.send(command);
  const name = queueNameOf(url);
  if (RedrivePolicy === '' || !name.endsWith('.fifo')) return;
  throw new DefinitionError(
    `The FIFO queue ${name} has a redrive policy, and a watch receives all that lies in it each second, so it would move ` +
      'its messages on. Watch the dead-letter queue that they are moved to.',
  );
}

async function refuseDisabled(clients: AwsClients, name: string, bus: string): Promise<void> {
  const { DescribeRuleCommand, EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
  const client = clients.clientOf(EventBridgeClient, 'look');
  const { State } = await client.send(new DescribeRuleCommand({ Name: name, EventBusName: bus }));
  if (State === 'ENABLED') return;
  throw new ObserverError(
    `The tap on bus ${bus} is switched off (rule ${name} is ${State}). Enable the rule.`,
    { lasting: true },
  );
}
