import { Type } from 'typebox';
import { arnAloneFault } from '../../../core/aws/address-faults.ts';
import { exampleArn } from '../../../core/aws/resources/resource.ts';
import { topic as snsTopic, topicNameOf } from '../../../core/aws/resources/topic.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { OWN_ATTRIBUTE_IDS } from '../../../core/taps/propagation.ts';
import { attributeFaults, bodyFaults, bodyText, messageAttributes } from '../../aws/message-attributes.ts';
import { receiptOf } from '../../aws/receipt.ts';
import { limitFaults, SNS_MESSAGE, SUBJECT } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { anyJson, closed, scalars, text } from '../../schema.ts';

const input = closed({
  topic: text('ARN of the SNS topic'),
  body: anyJson('The message; sent as JSON, text as it is'),
  attributes: Type.Optional(scalars('Message attributes; ours are added')),
  subject: Type.Optional(text('Subject, which e-mail subscribers see')),
});

export const publish = {
  name: 'publish',
  summary: 'publishes a message to an SNS topic',
  primaryInput: 'topic',
  input,
  view: { messageId: { description: "the message's id, given by SNS" } },
  blameOnTimeout: 'api',
  ownIds: () => OWN_ATTRIBUTE_IDS,
  permissions: ({ topic }) => [{ action: 'sns:Publish', resource: topic }],
  hop: ({ topic }) => `topic ${topicNameOf(topic)}`,
  example: `publish: arn:aws:sns:eu-west-1:123456789012:shipments
body:
  sku: CANARY-SKU-1
`,
  faults: ({ topic, body, attributes, subject }, { correlate, filled }) => [
    ...attributeFaults(attributes, correlate),
    ...arnAloneFault(snsTopic, topic, `SNS publishes by ARN: ${exampleArn(snsTopic)}`),
    ...limitFaults(subject, SUBJECT, { key: 'subject' }, { filled }),
    ...bodyFaults(body, SNS_MESSAGE, { filled }),
  ],
  act: async ({ topic, body, attributes, subject }, context) => {
    const { SNSClient, PublishCommand } = await import('@aws-sdk/client-sns');
    const fifo = topic.endsWith('.fifo')
      ? { MessageGroupId: context.runId, MessageDeduplicationId: `${context.runId}-${context.stepId}` }
      : {};
    const command = new PublishCommand({
      TopicArn: topic,
      Message: bodyText(body),
      MessageAttributes: messageAttributes(attributes, context),
      ...omitUndefined({ Subject: subject }),
      ...fifo,
    });
    const { MessageId } = await context
      .clientOf(SNSClient, topic)
      .send(command, { abortSignal: context.signal });
    const messageId = receiptOf(MessageId, `The message was published to topic ${topicNameOf(topic)}`);
    return { kind: 'publish', id: messageId, takenAtMs: context.clock.nowMs(), data: { messageId } };
  },
} satisfies Verb<typeof input>;
