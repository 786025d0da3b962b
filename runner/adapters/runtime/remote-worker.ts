import { DefinitionError } from '../../core/base/errors.ts';
import type { AwsClients } from '../aws/clients.ts';

/** The worker function of a deployed stack. */
export interface StackWorker {
  readonly role: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Reads the configuration of a stack's worker.
 * @param name name of the stack, with `/ID` of a CDK construct behind it if the stack has several.
 * @throws errors of the AWS clients, and DefinitionError if the stack has no worker, or several.
 */
export async function stackWorker(name: string, { clientOf }: AwsClients): Promise<StackWorker> {
  const { CloudFormationClient, paginateListStackResources } = await import('@aws-sdk/client-cloudformation');
  const { LambdaClient, GetFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
  const [StackName = '', ...path] = name.split('/');
  const client = clientOf(CloudFormationClient, 'observe');
  const functions = new Map<string, string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const { LogicalResourceId = '', PhysicalResourceId = '' } of StackResourceSummaries) {
      const construct = WORKER.exec(LogicalResourceId)?.[1];
      if (construct !== undefined) functions.set(construct, PhysicalResourceId);
    }
  const FunctionName = onlyOf(functions, StackName, path.join('').replaceAll(/[^A-Za-z0-9]/g, ''));
  const { Role = '', Environment } = await clientOf(LambdaClient, 'observe').send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  );
  return { role: Role, env: Environment?.Variables ?? {} };
}

/** CDK puts the path of a construct before a logical name, and a hash behind it. */
const WORKER = /^(\w*)WorkerFunction(?:[0-9A-F]{8})?$/;

function onlyOf(functions: ReadonlyMap<string, string>, stack: string, construct: string): string {
  const [name, ...more] = construct === '' ? functions.values() : [functions.get(construct)];
  const known = [...functions.keys()].map((id) => `${stack}/${id}`).join(' or ');
  if (name === undefined)
    throw new DefinitionError(
      functions.size === 0
        ? `The stack ${stack} has no runner of Coalmine.`
        : `The stack ${stack} has no runner ${construct}. Name ${known}.`,
    );
  if (more.length > 0) throw new DefinitionError(`The stack ${stack} has several runners. Name ${known}.`);
  return name;
}
