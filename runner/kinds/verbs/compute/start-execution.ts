import { Type } from 'typebox';
import { stateMachineFault } from '../../../core/aws/address-faults.ts';
import { stateMachineNameOf } from '../../../core/aws/resources/state-machine.ts';
import { xrayHeaderOf } from '../../../core/base/run-id.ts';
import { ownIdsBelow, withIds } from '../../../core/taps/propagation.ts';
import { receiptOf } from '../../aws/receipt.ts';
import { EXECUTION_INPUT, limitFaults } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { anyMap, closed, text } from '../../schema.ts';

const input = closed({
  stateMachine: text('ARN of the Step Functions state machine'),
  body: Type.Optional(anyMap("The execution's input; our ids are added to it")),
});

/** Starts one execution of a state machine. */
export const startExecution = {
  name: 'startExecution',
  summary: 'starts an execution of a Step Functions state machine',
  primaryInput: 'stateMachine',
  input,
  view: { executionArn: { description: 'ARN of the execution, for expect: execution' } },
  blameOnTimeout: 'api',
  ownIds: (correlation) => ownIdsBelow(['body'], correlation),
  permissions: ({ stateMachine }) => [{ action: 'states:StartExecution', resource: stateMachine }],
  hop: ({ stateMachine }) => `state machine ${stateMachineNameOf(stateMachine)}`,
  example: `startExecution: arn:aws:states:eu-west-1:123456789012:stateMachine:invoice-export
body:
  invoiceId: inv_1
save:
  execution: response.executionArn
`,
  faults: ({ stateMachine, body = {} }, { filled }) => [
    ...stateMachineFault(stateMachine),
    ...limitFaults(JSON.stringify(body), EXECUTION_INPUT, { key: 'body' }, { filled }),
  ],
  act: async ({ stateMachine, body = {} }, context) => {
    const { SFNClient, StartExecutionCommand } = await import('@aws-sdk/client-sfn');
    const carried = context.correlate ? withIds(body, context, context.correlation) : body;
    const command = new StartExecutionCommand({
      stateMachineArn: stateMachine,
      input: JSON.stringify(carried),
      ...(context.correlate
        ? {
            name: `${context.runId}-${context.stepId}`,
            traceHeader: xrayHeaderOf(context.runId, context.spanId),
          }
        : {}),
    });
    const started = await context
      .clientOf(SFNClient, stateMachine)
      .send(command, { abortSignal: context.signal });
    const about = `An execution of ${stateMachineNameOf(stateMachine)} was asked for`;
    const executionArn = receiptOf(started.executionArn, about);
    const data = { executionArn };
    return { kind: 'startExecution', id: executionArn, takenAtMs: context.clock.nowMs(), data };
  },
} satisfies Verb<typeof input>;
