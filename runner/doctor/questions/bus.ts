import type { Question } from '../question/question.ts';

/** Checks that the event bus exists. EventBridge accepts events for a missing one without an error in some cases. */
export const bus: Question<undefined> = {
  called: ({ name }) => `bus ${name}`,
  missing: () => "Check its name, and the environment's region and account.",
  ask: async ({ name }, { clients, signal }) => {
    const { EventBridgeClient, DescribeEventBusCommand } = await import('@aws-sdk/client-eventbridge');
    const client = clients.clientOf(EventBridgeClient, 'observe', name);
    await client.send(new DescribeEventBusCommand({ Name: name }), { abortSignal: signal });
    return undefined;
  },
  judge: () => [],
};
