import { functionNameOf } from '../../core/aws/resources/function.ts';
import { formatSecond } from '../../core/base/format.ts';
import type { ChangeSource } from './source.ts';

/** The last change of a function's code or configuration. Lambda keeps no earlier one. */
export const lambdaFunction: ChangeSource = {
  action: 'lambda:GetFunctionConfiguration',
  read: async (address, { clients, fromMs, toMs, signal }) => {
    const { LambdaClient, GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
    const { LastModified = '' } = await clients
      .clientOf(LambdaClient, 'observe', address)
      .send(new GetFunctionConfigurationCommand({ FunctionName: address }), { abortSignal: signal });
    const atMs = Date.parse(LastModified.replace(/\+0000$/, 'Z'));
    if (Number.isNaN(atMs)) throw new Error(`Lambda gave no time of the last change of ${address}.`);
    const what = 'was updated: its code or its configuration';
    if (atMs > toMs)
      return {
        changes: [],
        unread: `It changed last at ${formatSecond(atMs)}, after the first failure, and Lambda keeps no earlier change.`,
      };
    const resource = `function ${functionNameOf(address)}`;
    return { changes: atMs < fromMs ? [] : [{ atMs, resource, what }] };
  },
};
