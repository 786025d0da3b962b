import { Type } from 'typebox';
import { stateMachineNameOf } from '../../../core/aws/resources/state-machine.ts';
import { EXECUTION_INPUT, limitFaults } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { anyJson, closed } from '../../schema.ts';
import { answerTask, taskFaults, toAnswer, WAITING_TASK } from '../../tasks/waiting-task.ts';

const input = closed({
  ...WAITING_TASK,
  body: Type.Optional(anyJson("The task's output; {} when left out")),
});

/** Ends a task that waits for a callback, with an output. */
export const sendTaskSuccess = {
  name: 'sendTaskSuccess',
  summary: 'ends a task of a Step Functions workflow that waits for a callback, with its output',
  primaryInput: 'stateMachine',
  input,
  view: {},
  blameOnTimeout: 'api',
  permissions: (task) => toAnswer('sendTaskSuccess', task),
  hop: ({ stateMachine }) => `state machine ${stateMachineNameOf(stateMachine)}`,
  example: `sendTaskSuccess: arn:aws:states:eu-west-1:123456789012:stateMachine:approval
token: \${token}
body:
  approved: true
`,
  faults: ({ body = {}, ...task }, of) => [
    ...taskFaults(task, of),
    ...limitFaults(JSON.stringify(body), EXECUTION_INPUT, { key: 'body' }, of),
  ],
  act: async ({ stateMachine, token, body = {} }, context) => {
    const { SFNClient, SendTaskSuccessCommand } = await import('@aws-sdk/client-sfn');
    const command = new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(body) });
    const client = context.clientOf(SFNClient, stateMachine);
    return answerTask('sendTaskSuccess', context, async () =>
      client.send(command, { abortSignal: context.signal }),
    );
  },
} satisfies Verb<typeof input>;
