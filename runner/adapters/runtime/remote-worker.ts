import type { AwsClients } from '../aws/clients.ts';

/** The worker function of a deployed stack. */
export interface StackWorker {
  readonly role: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Reads the configuration of a stack's worker. */
export async function stackWorker(StackName: string, { clientOf }: AwsClients): Promise<StackWorker> {
  const { CloudFormationClient, DescribeStackResourceCommand } = await import(
    '@aws-sdk/client-cloudformation'
  );
  const { LambdaClient, GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
  const asked = new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'WorkerFunction' });
  const { StackResourceDetail } = await clientOf(CloudFormationClient, 'observe').send(asked);
  const FunctionName = StackResourceDetail?.PhysicalResourceId;
  const { Role = '', Environment } = await clientOf(LambdaClient, 'observe').send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  );
  return { role: Role, env: Environment?.Variables ?? {} };
}
