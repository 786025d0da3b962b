import { stateMachineNameOf } from '../../../core/aws/resources/state-machine.ts';
import type { Verb } from '../../kind.ts';
import { closed } from '../../schema.ts';
import { answerTask, taskFaults, toAnswer, WAITING_TASK } from '../../tasks/waiting-task.ts';

const input = closed({ ...WAITING_TASK });

/** Keeps a task that waits for a callback from its `HeartbeatSeconds`; it goes on waiting. */
export const sendTaskHeartbeat = {
  name: 'sendTaskHeartbeat',
  summary: 'shows a task of a Step Functions workflow that its callback is still to come',
  primaryInput: 'stateMachine',
  input,
  view: {},
  blameOnTimeout: 'api',
  permissions: (task) => toAnswer('sendTaskHeartbeat', task),
  hop: ({ stateMachine }) => `state machine ${stateMachineNameOf(stateMachine)}`,
  example: `sendTaskHeartbeat: arn:aws:states:eu-west-1:123456789012:stateMachine:approval
token: \${token}
`,
  faults: (task, of) => taskFaults(task, of),
  act: async ({ stateMachine, token }, context) => {
    const { SFNClient, SendTaskHeartbeatCommand } = await import('@aws-sdk/client-sfn');
    const client = context.clientOf(SFNClient, stateMachine);
    return answerTask('sendTaskHeartbeat', context, async () =>
      client.send(new SendTaskHeartbeatCommand({ taskToken: token }), { abortSignal: context.signal }),
    );
  },
} satisfies Verb<typeof input>;
