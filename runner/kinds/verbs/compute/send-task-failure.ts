import { Type } from 'typebox';
import { stateMachineNameOf } from '../../../core/aws/resources/state-machine.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { limitFaults, TASK_CAUSE, TASK_ERROR } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { closed, text } from '../../schema.ts';
import { answerTask, taskFaults, toAnswer, WAITING_TASK } from '../../tasks/waiting-task.ts';

const input = closed({
  ...WAITING_TASK,
  error: Type.Optional(text('Name of the error, as Catch and Retry of the state compare it')),
  cause: Type.Optional(text('A sentence about the error')),
});

/** Ends a task that waits for a callback, with an error. */
export const sendTaskFailure = {
  name: 'sendTaskFailure',
  summary: 'ends a task of a Step Functions workflow that waits for a callback, with an error',
  primaryInput: 'stateMachine',
  input,
  view: {},
  blameOnTimeout: 'api',
  permissions: (task) => toAnswer('sendTaskFailure', task),
  hop: ({ stateMachine }) => `state machine ${stateMachineNameOf(stateMachine)}`,
  example: `sendTaskFailure: arn:aws:states:eu-west-1:123456789012:stateMachine:approval
token: \${token}
error: Refused
cause: The canary refuses every order of CANARY-SKU-2.
`,
  faults: ({ error, cause, ...task }, of) => [
    ...taskFaults(task, of),
    ...limitFaults(error, TASK_ERROR, { key: 'error' }, of),
    ...limitFaults(cause, TASK_CAUSE, { key: 'cause' }, of),
  ],
  act: async ({ stateMachine, token, error, cause }, context) => {
    const { SFNClient, SendTaskFailureCommand } = await import('@aws-sdk/client-sfn');
    const command = new SendTaskFailureCommand({ taskToken: token, ...omitUndefined({ error, cause }) });
    const client = context.clientOf(SFNClient, stateMachine);
    return answerTask('sendTaskFailure', context, async () =>
      client.send(command, { abortSignal: context.signal }),
    );
  },
} satisfies Verb<typeof input>;
