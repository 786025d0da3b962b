import { didYouMean } from '../../core/base/did-you-mean.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import { stackAndOutput } from '../../core/expression/reference-faults.ts';
import type { Source } from './source.ts';

/** `${cf:stack.Output}`: an output of a CloudFormation stack. A stack is described once for all its outputs. */
export const cf: Source = {
  holderOf: (name) => stackAndOutput(name).stack,
  read: async (holder, { clients, signal }) => {
    const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
    const { Stacks } = await clients
      .clientOf(CloudFormationClient, 'observe', holder)
      .send(new DescribeStacksCommand({ StackName: holder }), { abortSignal: signal });
    const outputs = new Map(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
    return (name) => {
      const { output } = stackAndOutput(name);
      const value = outputs.get(output);
      if (value === undefined) throw noOutput(holder, output, [...outputs.keys()]);
      return { value, secret: false };
    };
  },
  // CloudFormation has no name of its own for a stack that is not there
  absent: ['ValidationError'],
  formatAbsent: (holder) => `There is no stack ${holder}. Check its name, the region and the account.`,
  permissions: (name) => [
    { action: 'cloudformation:DescribeStacks', resource: `the stack ${stackAndOutput(name).stack}` },
  ],
};

function noOutput(holder: string, output: string, outputs: readonly string[]): Error {
  const meant = didYouMean(output, outputs);
  const hint = meant === undefined ? `It has ${outputs.join(', ') || 'none'}.` : `Did you mean '${meant}'?`;
  return new DefinitionError(`The stack ${holder} has no output '${output}'. ${hint}`);
}
