import type { AwsClients } from '../adapters/aws/clients.ts';

/** The identity of the present credentials. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly region: string;
}

/** @throws errors of STS's client. */
export async function callerOf(clients: AwsClients, abortSignal: AbortSignal): Promise<Caller> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = clients.clientOf(STSClient, 'observe');
  const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
  return { account: Account, arn: Arn, region: await client.config.region() };
}
