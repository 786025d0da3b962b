import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { formatSecond } from '../../core/base/format.ts';
import type { DatedChange } from '../../core/model/change.ts';
import type { ChangeSource } from './source.ts';

/** Pages of 100 events each: ten deployments of a stack of fifty resources. */
const MOST_PAGES = 10;

/** Ends of changes. A resource that is only checked or cleaned up has not changed. */
const CHANGED = /^(?:CREATE|UPDATE|DELETE|IMPORT|(?:(?:UPDATE|IMPORT)_)?ROLLBACK)_(?:COMPLETE|FAILED)$/;

/** Changes of a CloudFormation stack and of the resources in it, by its events. CloudFormation lists the newest first. */
export const stack: ChangeSource = {
  action: 'cloudformation:DescribeStackEvents',
  read: async (name, { clients, fromMs, toMs, signal }) => {
    const { CloudFormationClient, DescribeStackEventsCommand } = await import(
      '@aws-sdk/client-cloudformation'
    );
    const client = clients.clientOf(CloudFormationClient, 'observe', name);
    const changes: DatedChange[] = [];
    let NextToken: string | undefined;
    let oldestMs = toMs;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await client.send(new DescribeStackEventsCommand({ StackName: name, NextToken }), {
        abortSignal: signal,
      });
      const events = (answer.StackEvents ?? []).flatMap((event) =>
        event.Timestamp === undefined ? [] : [{ ...event, atMs: event.Timestamp.getTime() }],
      );
      changes.push(...events.filter(({ atMs }) => atMs >= fromMs).flatMap((event) => changeIn(event, name)));
      oldestMs = Math.min(oldestMs, ...events.map(({ atMs }) => atMs));
      ({ NextToken } = answer);
      if (NextToken === undefined || oldestMs < fromMs) return { changes };
    }
    const unread = `It has more than ${MOST_PAGES * 100} events since then, and those before ${formatSecond(oldestMs)} were not read.`;
    return { changes, unread };
  },
};

function changeIn(event: StackEvent & { readonly atMs: number }, name: string): readonly DatedChange[] {
  const { atMs, ResourceStatus = '', LogicalResourceId = '', ResourceType = '' } = event;
  if (!CHANGED.test(ResourceStatus)) return [];
  const isStack = event.PhysicalResourceId === event.StackId;
  const resource = isStack ? `stack ${name}` : `${LogicalResourceId} (${ResourceType}) of stack ${name}`;
  return [{ atMs, resource, what: `reached ${ResourceStatus}` }];
}
