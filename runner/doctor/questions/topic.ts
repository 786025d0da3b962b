import type { Question } from '../question/question.ts';

export interface TopicFacts {
  readonly name: string;
  readonly isFifo: boolean;
}

/** Checks that the topic exists. */
export const topic: Question<TopicFacts> = {
  called: ({ name }) => `topic ${name}`,
  missing: () => 'Check its ARN.',
  ask: async ({ name }, { clients, signal }) => {
    const { SNSClient, GetTopicAttributesCommand } = await import('@aws-sdk/client-sns');
    const client = clients.clientOf(SNSClient, 'observe', name);
    const { Attributes = {} } = await client.send(new GetTopicAttributesCommand({ TopicArn: name }), {
      abortSignal: signal,
    });
    return { name, isFifo: Attributes['FifoTopic'] === 'true' };
  },
  judge: ({ name, isFifo }, { step, by }) =>
    isFifo && step === undefined
      ? [
          {
            level: 'doubt',
            what: `topic ${name} is a FIFO topic`,
            why: `A FIFO topic does not deliver to e-mail, HTTPS or chats, so ${by} may not be delivered.`,
            todo: 'Use a standard topic for notices.',
          },
        ]
      : [],
};
