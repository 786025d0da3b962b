import { expect, it } from '@jest/globals';
import { startStepFunctions } from '../../infra/local-aws/workflows/step-functions.ts';
import { leftOpen, openResources } from '../support/jest/open-resources.ts';

const CLOSED_WITHIN_MS = 60_000;

it('a workflow that waits for a callback ends when the local AWS is closed', async () => {
  const asked = Promise.withResolvers<void>();
  const machines = startStepFunctions('us-east-1', '000000000000', {
    functions: {} as never,
    sendMessage: async () => asked.resolve(),
  });
  const Resource = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
  const Ask = { Type: 'Task', Resource, Parameters: { QueueUrl: 'any', MessageBody: 'x' }, End: true };
  const definition = JSON.stringify({ StartAt: 'Ask', States: { Ask } });
  const before = openResources();
  const { stateMachineArn } = (await machines.call('CreateStateMachine', { name: 'asks', definition })) as {
    readonly stateMachineArn: string;
  };
  const execution = (await machines.call('StartExecution', { stateMachineArn, input: '{}' })) as {
    readonly executionArn: string;
  };
  await asked.promise;

  expect(await leftOpen(before, 0)).toEqual(['1 Timeout']);
  machines.close();
  expect(await leftOpen(before, CLOSED_WITHIN_MS)).toEqual([]);
  expect(await machines.call('DescribeExecution', { executionArn: execution.executionArn })).toMatchObject({
    status: 'FAILED',
  });
});
