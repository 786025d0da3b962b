import { awsClients } from '../../adapters/aws/clients.ts';
import { type StackWorker, stackWorker } from '../../adapters/runtime/remote-worker.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Environment } from '../../core/model/project.ts';
import type { Stack } from '../../doctor/question/question.ts';
import { deployedSettings } from '../../lambda/deployed-settings.ts';
import { ownAwsOptions, type Settings } from '../../settings.ts';

/** A deployed stack, as its worker sees itself. */
export interface DeployedStack extends Stack, StackWorker {
  /** URL of its inbox function, if it has one. */
  readonly inboxUrl?: string;
}

/**
 * Reads a stack's worker, in the caller's account: its role, its variables, its taps.
 * @throws errors of the AWS clients, and an Error if its settings are faulty.
 */
export async function deployedStack(
  name: string,
  settings: Settings,
  environment: Environment,
): Promise<DeployedStack> {
  const clients = awsClients(ownAwsOptions(settings, environment));
  try {
    const worker = await stackWorker(name, clients);
    const { taps, inboxUrl } = deployedSettings(worker.env, []);
    return { name, clients, ...worker, taps, ...omitUndefined({ inboxUrl }) };
  } catch (thrown) {
    clients.close();
    throw thrown;
  }
}
