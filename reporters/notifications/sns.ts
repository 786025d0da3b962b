import type { NoticeGroup } from '../../runner/core/notice/notice.ts';
import type { Message } from '../message.ts';
import { sanitizeLine, truncate } from '../plain-text.ts';
import { joinsSeveral } from '../subject.ts';
import { amazonQMessage } from './shared/amazon-q-message.ts';
import { awsFault } from './shared/aws-response.ts';
import { dedupKey } from './shared/dedup-key.ts';
import type { AwsNotifier, NotifyContext } from './shared/notifier.ts';
import { aws } from './shared/reach.ts';
import { unclear } from './shared/refusal.ts';
import { textOf } from './shared/text.ts';
import { statusOf } from './shared/webhook-payload.ts';

/** Publishes to a topic: text for e-mail and, if the channel says `format: chat`, Amazon Q's form. */
export const sns: AwsNotifier<'format'> = {
  name: 'sns',
  summary: 'publishes to an SNS topic: e-mail, SMS, queues, and chats through Amazon Q Developer',
  address: "ARN of a topic in the environment's region",
  options: { format: { purpose: 'sets the format of the messages to a topic', words: ['text', 'chat'] } },
  reach: aws({ resource: 'topic', action: 'sns:Publish' }),
  receiver: ({ address }) => address,
  notify: async (context) => {
    const { channel, clientOf, signal, clock } = context;
    const { SNSClient, PublishCommand } = await import('@aws-sdk/client-sns');
    const command = new PublishCommand({
      TopicArn: channel.address,
      Subject: subjectOf(context.message),
      MessageAttributes: attributesOf(context),
      ...bodyOf(context),
      ...orderOf(context),
    });
    try {
      const { MessageId = '' } = await clientOf(SNSClient, channel.address).send(command, {
        abortSignal: signal,
      });
      if (MessageId === '') throw unclear('SNS', "gave no message's id");
      return { answer: `SNS took it as message ${MessageId}` };
    } catch (thrown) {
      const advice = "Check that the topic is there, and that the runner's role may do sns:Publish on it.";
      throw awsFault(thrown, { from: 'SNS', advice, signal, nowMs: clock.nowMs() });
    }
  },
};

const LONGEST_SUBJECT = 99; // SNS: fewer than 100 characters, ASCII, no control characters
const LONGEST_KEY = 128; // of a FIFO topic's group and deduplication id
const LONGEST_SMS = 160;
const LONGEST_VALUE = 256;
const MOST_NAMES = 100; // far below the size of a message
const NOTHING = '-'; // SNS rejects empty values

function subjectOf({ title }: Message): string {
  const ascii = title.replace(/[^\x20-\x7e]/g, '?').trim();
  // It must begin with a letter, a digit or a mark; every title begins with a word.
  return ascii.length > LONGEST_SUBJECT ? `${ascii.slice(0, LONGEST_SUBJECT - 3)}...` : ascii;
}

/** Attributes for the filters of subscribers. Of several canaries, `canary` is an array: a filter for one of them fits. */
function attributesOf({ notice }: NotifyContext) {
  const { about, severity, kind, stream, group } = notice;
  const values = {
    environment: about.environment,
    severity,
    status: statusOf(notice),
    kind,
    stream,
    test: String(notice.test === true),
  };
  const attributes = Object.entries(values).map(([name, value]) => [name, attributeOf(value)] as const);
  const canaries = joinsSeveral(group) ? arrayOf(group) : attributeOf(about.canary);
  return { canary: canaries, ...Object.fromEntries(attributes) };
}

function attributeOf(value: string) {
  return { DataType: 'String', StringValue: truncate(sanitizeLine(value), LONGEST_VALUE) || NOTHING };
}

function arrayOf({ members }: NoticeGroup) {
  const names = members
    .slice(0, MOST_NAMES)
    .map(({ canary }) => truncate(sanitizeLine(canary), LONGEST_VALUE));
  return { DataType: 'String.Array', StringValue: JSON.stringify(names) };
}

/** With a form for each protocol, e-mail and a chat can share one topic: Amazon Q subscribes by HTTPS. */
function bodyOf(context: NotifyContext<'format'>) {
  const text = textOf(context.message);
  if (context.channel.options.format !== 'chat') return { Message: text };
  const forms = {
    default: text,
    https: JSON.stringify(amazonQMessage(context)),
    sms: truncate(context.message.title, LONGEST_SMS),
  };
  return { Message: JSON.stringify(forms), MessageStructure: 'json' };
}

function orderOf({ channel, notice }: NotifyContext) {
  if (!channel.address.endsWith('.fifo')) return {};
  return {
    MessageGroupId: dedupKey(notice.incident, LONGEST_KEY),
    MessageDeduplicationId: dedupKey(notice.id, LONGEST_KEY),
  };
}
