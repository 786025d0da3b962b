import { existsSync } from 'node:fs';
import { classifyAwsError } from '../../adapters/aws/errors.ts';
import { CanaryError } from '../../core/base/errors.ts';
import { awsStackApi } from '../../deploy/cloudformation/aws-stack-api.ts';
import { stackNameOf } from '../../deploy/cloudformation/deploy-stack.ts';
import type { DeployedStackState } from '../../deploy/cloudformation/stack-api.ts';
import { refusalOf } from '../../deploy/cloudformation/stack-owner.ts';
import { type StateOf, stateFileOf } from '../../runs/open-store.ts';
import { UsageError } from '../../runs/usage-error.ts';
import { ownAwsOptions, settingsFrom } from '../../settings.ts';
import type { Io } from './io.ts';

/**
 * The table of the environment's own stack, for a command without `--state` and `--table`, and without a state file. Standard error says which, or
 * the reason why there is none.
 * @throws UsageError for a stack of that name that runs other canaries.
 */
export async function tableOfStack(of: StateOf, io: Io): Promise<{ readonly table?: string }> {
  if (of.state !== undefined || of.table !== undefined || existsSync(stateFileOf(of, io))) return {};
  const stack = stackNameOf(of);
  const found = await described(stack, of, io);
  if (found === undefined) return {};
  const refusal = refusalOf(stack, of, found, 'Name the state: --state FILE or --table NAME.');
  if (refusal !== undefined) throw new UsageError(refusal);
  const table = found.outputs['StateTable'] as string;
  io.stderr.write(`There is no state file here: reading the table ${table} of the stack ${stack}.\n`);
  return { table };
}

async function described(
  stack: string,
  { environment }: StateOf,
  { env, who, stderr }: Io,
): Promise<DeployedStackState | undefined> {
  const { awsClients } = await import('../../adapters/aws/clients.ts');
  const clients = awsClients(ownAwsOptions(settingsFrom(env, who).settings, environment));
  try {
    const found = await (await awsStackApi(clients)).describe(stack);
    if (found === undefined) stderr.write(`There is no stack ${stack} whose table could be read.\n`);
    return found;
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    stderr.write(`The stack ${stack} could not be looked for. ${fault.message}\n`);
    return undefined;
  } finally {
    clients.close();
  }
}
