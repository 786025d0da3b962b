import type { AwsClients } from '../aws/clients.ts';

/** The worker function of a deployed stack. */
export interface StackWorker {
  /** The role that it has. */
  readonly role: string;
  /** The variables of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Looks at a stack's worker. */
export async function stackWorker(StackName: string, { clientOf }: AwsClients): Promise<StackWorker> {
  const { CloudFormationClient, DescribeStackResourceCommand } = await import(
    '@aws-sdk/client-cloudformation'
  );
  const { LambdaClient, GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
  const asked = new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'WorkerFunction' });
  const { StackResourceDetail } = await clientOf(CloudFormationClient, 'look').send(asked);
  const FunctionName = StackResourceDetail?.PhysicalResourceId;
  const { Role = '', Environment } = await clientOf(LambdaClient, 'look').send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  );
  return { role: Role, env: Environment?.Variables ?? {} };
}
