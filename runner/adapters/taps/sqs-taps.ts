import type { SQSClient } from '@aws-sdk/client-sqs';
import { addressOf, feedNameOf } from '../../core/aws/feed.ts';
import { isQueueUrl, locationOf } from '../../core/aws/location.ts';
import { queueNameOf } from '../../core/aws/resources/queue.ts';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Project } from '../../core/model/project.ts';
import type { Taps } from '../../core/taps/ports.ts';
import type { AwsClients } from '../aws/clients.ts';
import { faultSortOf } from '../aws/errors.ts';
import { type QueueClients, sqsQueue } from './sqs-queue.ts';
import { inspectTap } from './tap-inspection.ts';
import { type TapKey, tapNameOf } from './tap-name.ts';
import { patternOf } from './tap-pattern.ts';

export interface SqsTapsOf {
  readonly clients: AwsClients;
  readonly project: Pick<Project, 'name' | 'correlation'>;
  /** For the command that a message suggests. */
  readonly environment: string;
  /** Name of a personal tap. */
  readonly as?: string;
}

/** Finds the queues of taps, and queues that canaries watch themselves. Each lies in the region that its address names. */
export function sqsTaps({ clients, project, environment, as }: SqsTapsOf): Taps {
  const command = `coalmine tap --env ${environment}${as === undefined ? '' : ` --as ${as}`}`;
  return {
    tapOn: async (definition) => {
      const { on } = definition;
      const key: TapKey = { project: project.name, on, ...omitUndefined({ as }) };
      const name = tapNameOf(key);
      const at = addressOf(on);
      const client = await sqsClient(clients, at);
      const queueUrl = await urlOf(client, name).catch((cause: unknown) => {
        if (faultSortOf(cause) !== 'missing') throw cause;
        throw new ObserverError(
          `The tap on ${feedNameOf(on)} is not there (${name}). Make it with '${command}'.`,
          { cause, permanent: true },
        );
      });
      const wanted = { pattern: patternOf(definition, project.correlation.field) };
      const remedy = `Make it again with '${command}'.`;
      const filler = 'bus' in on ? name : undefined;
      return {
        name,
        queue: sqsQueue(await queueClients(clients, at), queueUrl),
        inspect: async () => inspectTap({ clients, on, queueUrl, at, filler, wanted, remedy }),
        home: { region: await (await sqsClient(clients)).config.region(), ...accountIn(queueUrl) },
      };
    },
    queueAt: async (address) => {
      const client = await sqsClient(clients, address);
      const url = isQueueUrl(address)
        ? address
        : await urlOf(client, queueNameOf(address), locationOf(address).account);
      const arn = await watchableArn(client, url);
      return { name: queueNameOf(address), arn, queue: sqsQueue(await queueClients(clients, address), url) };
    },
  };
}

async function sqsClient(clients: AwsClients, address?: string): Promise<SQSClient> {
  const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
  return clients.clientOf(Client, 'observe', address);
}

async function queueClients(clients: AwsClients, address: string): Promise<QueueClients> {
  const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
  return {
    once: clients.clientOf(Client, 'act', address),
    client: clients.clientOf(Client, 'observe', address),
  };
}

async function urlOf(client: SQSClient, name: string, account?: string): Promise<string> {
  const { GetQueueUrlCommand } = await import('@aws-sdk/client-sqs');
  const owner = account === undefined ? {} : { QueueOwnerAWSAccountId: account };
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name, ...owner }));
  return QueueUrl as string;
}

/** Reads the queue's attributes, so that a missing or unwatchable queue is an error before any act. */
async function watchableArn(client: SQSClient, url: string): Promise<string> {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const AttributeNames = ['QueueArn' as const, 'RedrivePolicy' as const];
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames });
  const { Attributes: { QueueArn = url, RedrivePolicy = '' } = {} } = await client.send(command);
  const name = queueNameOf(url);
  if (RedrivePolicy === '' || !name.endsWith('.fifo')) return QueueArn;
  throw new DefinitionError(
    `The FIFO queue ${name} has a redrive policy, and a watch receives all that lies in it each second, so it would move ` +
      'its messages on. Watch the dead-letter queue that they are moved to.',
  );
}

/** The account of a tap's queue, which is its reader's. The URL holds it, whatever its host. */
function accountIn(queueUrl: string): { readonly account?: string } {
  const [, account] = /\/(\d{12})\/[^/]+$/.exec(queueUrl) ?? [];
  return account === undefined ? {} : { account };
}
