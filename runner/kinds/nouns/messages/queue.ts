import type { SQSClient } from '@aws-sdk/client-sqs';
import { queueNameOf } from '../../../core/aws/resources/queue.ts';
import { ObserverError } from '../../../core/base/errors.ts';
import { referencesIn } from '../../../core/expression/template.ts';
import { held, match } from '../../../core/matching/matcher.ts';
import { COUNTED_BY } from '../../../core/taps/queue-counts.ts';
import { findingQueue, queueFaults, queueUrlOf } from '../../aws/queue-url.ts';
import type { Noun } from '../../kind.ts';
import { closed, text } from '../../schema.ts';

const input = closed({ queue: text('Name, URL or ARN of the SQS queue; other processes may read it') });

/**
 * The time that an empty queue must stay empty to be known as empty, in milliseconds. The counts lag for a minute "at least" (Amazon SQS
 * API, GetQueueAttributes): half as much is added.
 */
const LEAST_EMPTY_MS = 90_000;

const { visible, inFlight, delayed } = COUNTED_BY;
const COUNTS = Object.entries({ visible, inFlight, delayed });
const EMPTY = Object.fromEntries(COUNTS.map(([name]) => [name, 0]));

/** Looks at the counts of a queue, and takes no message. */
export const queue = {
  name: 'queue',
  summary: 'how many messages an SQS queue holds; it takes none, so other processes may read the queue',
  input,
  view: {
    visible: { type: 'number', description: 'messages that a reader would get now' },
    inFlight: { type: 'number', description: 'messages that a reader has received and not yet deleted' },
    delayed: { type: 'number', description: 'messages that no reader gets before their delay is over' },
  },
  selects: 'address',
  consistency:
    'Counts of SQS are approximate, and lag by a minute or more. A queue that is empty by its counts must stay so for 90 seconds, and so must what a `never` rules out. The counts are of all messages, not of those of this run.',
  reads: 'all',
  pauseMs: { first: 500, longest: 2_000 },
  leastWindowMs: () => LEAST_EMPTY_MS,
  leastStay: ({ mode, has = {}, where = {} }) => {
    const isSettled = referencesIn([has, where]).length === 0;
    const holdsOfEmpty = [has, where].every((pattern) => held(match(pattern, EMPTY)));
    if (mode === 'expect' && isSettled && !holdsOfEmpty) return undefined;
    return { ms: LEAST_EMPTY_MS, why: 'SQS counts a message up to a minute after it came' };
  },
  permissions: (address) => [
    ...findingQueue(address.queue),
    { action: 'sqs:GetQueueAttributes', resource: address.queue },
  ],
  hop: (address) => `queue ${queueNameOf(address.queue)}`,
  example: `expect: queue
queue: orders-incoming
has:
  visible:
    $atLeast: 1
within: 2m
`,
  faults: (address) => queueFaults(address.queue),
  open: async (address, { clientOf, clock, signal }) => {
    const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
    const client = clientOf(Client, address.queue);
    const url = await queueUrlOf(address.queue, client, signal);
    return {
      poll: async () => {
        const data = await countsOf(client, url, signal);
        const evidence = { kind: 'queue', id: queueNameOf(url), takenAtMs: clock.nowMs(), data };
        return { selected: [evidence], nearby: [], present: true };
      },
      close: async () => {},
    };
  },
} satisfies Noun<typeof input>;

/** @throws ObserverError for an answer that lacks a count: a count that is missing is not zero. */
async function countsOf(
  client: SQSClient,
  QueueUrl: string,
  abortSignal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const AttributeNames = COUNTS.map(([, attribute]) => attribute);
  const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }), {
    abortSignal,
  });
  const missing = AttributeNames.filter((attribute) => Attributes[attribute] === undefined);
  if (missing.length > 0)
    throw new ObserverError(`SQS did not give ${missing.join(' and ')} of queue ${queueNameOf(QueueUrl)}.`);
  return Object.fromEntries(COUNTS.map(([name, attribute]) => [name, Number(Attributes[attribute])]));
}
