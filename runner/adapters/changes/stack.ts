import type { ChangeSource } from './source.ts';

/**
 * Changes of a CloudFormation stack and of the resources in it, by the newest page of its events (100 events). A resource that is only
 * checked or cleaned up has not changed.
 */
export const stack: ChangeSource = {
  action: 'cloudformation:DescribeStackEvents',
  read: async (name, { clients, fromMs, signal }) => {
    const { CloudFormationClient, DescribeStackEventsCommand } = await import(
      '@aws-sdk/client-cloudformation'
    );
    const { StackEvents = [] } = await clients
      .clientOf(CloudFormationClient, 'observe', name)
      .send(new DescribeStackEventsCommand({ StackName: name }), { abortSignal: signal });
    return StackEvents.flatMap((event) => {
      const { Timestamp, ResourceStatus = '', LogicalResourceId = '', ResourceType = '' } = event;
      const atMs = Timestamp?.getTime() ?? 0;
      if (
        atMs < fromMs ||
        !/^(?:CREATE|UPDATE|DELETE|IMPORT|UPDATE_ROLLBACK|ROLLBACK)_(?:COMPLETE|FAILED)$/.test(ResourceStatus)
      )
        return [];
      const isStack = event.PhysicalResourceId === event.StackId;
      const resource = isStack ? `stack ${name}` : `${LogicalResourceId} (${ResourceType}) of stack ${name}`;
      return [{ atMs, resource, what: `reached ${ResourceStatus}` }];
    });
  },
};
