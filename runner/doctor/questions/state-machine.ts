import { stateMachineNameOf } from '../../core/aws/resources/state-machine.ts';
import type { Question } from '../question/question.ts';

/** Properties of a state machine. */
export interface MachineFacts {
  readonly name: string;
  readonly status: string;
  readonly type: string;
}

/** Checks that the state machine exists, and that its type has readable executions. */
export const stateMachine: Question<MachineFacts> = {
  called: ({ name }) => `state machine ${stateMachineNameOf(name)}`,
  missing: () => 'Check its ARN.',
  ask: async ({ name }, { clients, signal }) => {
    const { SFNClient, DescribeStateMachineCommand } = await import('@aws-sdk/client-sfn');
    const client = clients.clientOf(SFNClient, 'observe', name);
    const { status, type } = await client.send(new DescribeStateMachineCommand({ stateMachineArn: name }), {
      abortSignal: signal,
    });
    return { name: stateMachineNameOf(name), status: status ?? 'ACTIVE', type: type ?? 'STANDARD' };
  },
  judge: ({ name, status, type }, { step }) => {
    if (status !== 'ACTIVE') return [{ level: 'problem', what: `state machine ${name} is ${status}` }];
    if (type !== 'EXPRESS' || step === undefined || step.mode === 'act') return [];
    return [
      {
        level: 'problem',
        what: `state machine ${name} is an Express workflow`,
        why: 'Step Functions does not give the state of its executions, so this check ends in an error.',
        todo: 'Expect the event, item or log line that the workflow leaves behind.',
      },
    ];
  },
};
