import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { queueNameOf } from '../../../core/aws/resources/queue.ts';
import { topic as snsTopic, topicNameOf } from '../../../core/aws/resources/topic.ts';
import { valueAt } from '../../../core/expression/template.ts';
import type { FeedAddress } from '../../../core/taps/feeds.ts';
import { MOST_ATTRIBUTES } from '../../../core/taps/propagation.ts';
import { watchFeed } from '../../aws/feed-watch.ts';
import { findingQueue, queueFaults } from '../../aws/queue-url.ts';
import { EVERY_RESOURCE, type Noun, type Permission } from '../../kind.ts';
import { closed, text } from '../../schema.ts';

const input = closed({
  topic: Type.Optional(text('Name or ARN of the SNS topic; a tap in the project file must listen to it')),
  queue: Type.Optional(
    text('Name, URL or ARN of a queue that no other process reads: a dead-letter queue, or one for canaries'),
  ),
});

/** Watches a topic through its tap, or a queue without another reader. */
export const message = {
  name: 'message',
  summary: 'a message on an SNS topic (through its tap) or in an SQS queue that no other process reads',
  input,
  view: {
    body: { description: 'parsed if it is JSON, otherwise text; envelopes of SNS are taken off' },
    attributes: { type: 'map', description: 'message attributes by name, as text; binary ones in base64' },
  },
  selects: 'id',
  consistency:
    "A message that the tap or queue received: at least once, usually within a second; redelivery is counted once, by the message's id. It is dated by when it was sent. A tap that was not there or not read all the time is an error. So are messages of a watched queue that cannot be seen: delayed, held or deleted by another reader, or behind others of their message group.",
  reads: 'all',
  pauseMs: { first: 25, longest: 2_000 },
  permissions: ({ topic, queue }) =>
    queue === undefined
      ? inspecting(topic ?? '')
      : [
          ...findingQueue(queue),
          ...['GetQueueAttributes', 'ReceiveMessage', 'ChangeMessageVisibility'].map((name) => ({
            action: `sqs:${name}`,
            resource: queue,
          })),
        ],
  hop: ({ topic, queue }) =>
    topic === undefined ? `queue ${queueNameOf(queue ?? '')}` : `topic ${topicNameOf(topic)}`,
  quotes: ['body', 'attributes'],
  lacksId: (data) => {
    const attributes = Object.keys(valueAt(data, ['attributes']) ?? {}).length;
    if (attributes === 0)
      return 'it has no message attributes (raw delivery, an input transformer, or a sender that sets none)';
    if (attributes >= MOST_ATTRIBUTES) return `its ${attributes} message attributes leave no room for the id`;
    return 'its message attributes do not have the id';
  },
  example: `never: message
queue: orders-dlq
for: 10s
`,
  faults: ({ topic, queue }) =>
    (topic === undefined) === (queue === undefined)
      ? [
          {
            key: topic === undefined ? 'message' : 'queue',
            message: "a message is looked for in one place: 'topic' or 'queue'",
            hint: "write 'topic' or 'queue'",
          },
        ]
      : topic === undefined
        ? queueFaults(queue ?? '')
        : addressFault(snsTopic, topic),
  receivesFrom: ({ queue }) => queue,
  neverFromFirstAct: ({ queue }) => queue !== undefined,
  open: async ({ topic, queue = '' }, context) => {
    const address: FeedAddress = topic === undefined ? { queue } : { topic };
    return watchFeed({
      kind: 'message',
      context,
      called: 'message',
      feed: await context.feeds.open(address),
      valueStands: topic === undefined ? 'anywhere' : 'at ids',
      missedBy: () => undefined,
    });
  },
} satisfies Noun<typeof input>;

/** The actions that inspect a tap, in addition to reading it. SNS has no resource type for a subscription. */
function inspecting(topic: string): readonly Permission[] {
  return [
    { action: 'sns:ListSubscriptionsByTopic', resource: topic, ofTap: true },
    { action: 'sns:GetSubscriptionAttributes', resource: EVERY_RESOURCE, ofTap: true },
  ];
}
