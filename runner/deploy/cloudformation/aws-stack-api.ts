import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import type { AwsClients } from '../../adapters/aws/clients.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type {
  ChangeSetRequest,
  ChangeSetState,
  DeployedStackState,
  ParameterValue,
  ResourceChange,
  StackApi,
  StackEvent,
} from './stack-api.ts';

/** CloudFormation by the AWS SDK. */
export async function awsStackApi(clients: AwsClients): Promise<StackApi> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const client = clients.clientOf(sdk.CloudFormationClient, 'observe');
  return {
    describe: async (StackName) => {
      const answer = await unlessNoStack(async () =>
        client.send(new sdk.DescribeStacksCommand({ StackName })),
      );
      const [stack] = answer?.Stacks ?? [];
      return stack === undefined ? undefined : stateOf(stack);
    },
    createChangeSet: async (request) =>
      void (await client.send(new sdk.CreateChangeSetCommand(changeSetInput(request)))),
    describeChangeSet: async (StackName, ChangeSetName) => readChangeSet(client, StackName, ChangeSetName),
    deleteChangeSet: async (StackName, ChangeSetName) =>
      void (await client.send(new sdk.DeleteChangeSetCommand({ StackName, ChangeSetName }))),
    executeChangeSet: async (StackName, ChangeSetName) =>
      void (await client.send(new sdk.ExecuteChangeSetCommand({ StackName, ChangeSetName }))),
    events: async (StackName, isKnown) => readEvents(client, StackName, isKnown),
  };
}

/** CloudFormation answers ValidationError both for a stack that does not exist and for a bad request. */
async function unlessNoStack<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (Error.isError(thrown) && thrown.message.endsWith(' does not exist')) return undefined;
    throw thrown;
  }
}

function stateOf({ StackStatus, Parameters = [], Outputs = [] }: Stack): DeployedStackState {
  return {
    status: StackStatus ?? '',
    parameters: Parameters.map(({ ParameterKey = '' }) => ParameterKey),
    outputs: Object.fromEntries(
      Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
  };
}

function changeSetInput({ stack, changeSet, type, template, parameters }: ChangeSetRequest) {
  return {
    StackName: stack,
    ChangeSetName: changeSet,
    ChangeSetType: type,
    ...('url' in template ? { TemplateURL: template.url } : { TemplateBody: template.body }),
    Parameters: parameters.map(parameterInput),
    // The stack has roles, none with a name of its own; the second is for the transform of AWS SAM.
    Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_AUTO_EXPAND' as const],
    Description: 'Made by coalmine deploy.',
  };
}

function parameterInput({ name, value }: ParameterValue) {
  return {
    ParameterKey: name,
    ...(value === undefined ? { UsePreviousValue: true } : { ParameterValue: value }),
  };
}

async function readChangeSet(
  client: CloudFormationClient,
  StackName: string,
  ChangeSetName: string,
): Promise<ChangeSetState> {
  const { DescribeChangeSetCommand } = await import('@aws-sdk/client-cloudformation');
  const changes: ResourceChange[] = [];
  let NextToken: string | undefined;
  for (;;) {
    const page = omitUndefined({ NextToken });
    const answer = await client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName, ...page }));
    for (const { ResourceChange: change } of answer.Changes ?? [])
      changes.push({
        action: change?.Action ?? 'Modify',
        name: change?.LogicalResourceId ?? '',
        type: change?.ResourceType ?? '',
        replaces: change?.Replacement === 'True',
      });
    NextToken = answer.NextToken;
    if (NextToken !== undefined) continue;
    return { status: statusOf(answer.Status), reason: answer.StatusReason ?? '', changes };
  }
}

function statusOf(status: string | undefined): ChangeSetState['status'] {
  if (status === 'CREATE_COMPLETE') return 'ready';
  return status === 'CREATE_PENDING' || status === 'CREATE_IN_PROGRESS' ? 'working' : 'failed';
}

async function readEvents(
  client: CloudFormationClient,
  StackName: string,
  isKnown: (id: string) => boolean,
): Promise<readonly StackEvent[]> {
  const { paginateDescribeStackEvents } = await import('@aws-sdk/client-cloudformation');
  const events: StackEvent[] = [];
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName })) {
    for (const event of StackEvents) {
      const { EventId: id = '', LogicalResourceId: name = '', ResourceType: type = '' } = event;
      if (isKnown(id)) return events;
      events.push({
        id,
        name,
        type,
        status: event.ResourceStatus ?? '',
        reason: event.ResourceStatusReason ?? '',
      });
    }
  }
  return events;
}
