import type { HistoryEvent as AwsHistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { HistoryEvent, TracedExecution } from '../../core/trace/entries-of-execution.ts';
import { holdsSubject } from '../../core/trace/subject.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { Found, TraceQuery } from './log-lines.ts';

/** Executions that are described, the newest first. */
const MOST_DESCRIBED = 100;
/** Events of one history: a page (Step Functions API, GetExecutionHistory). */
const MOST_EVENTS = 1_000;

/**
 * Finds the executions of a Standard state machine that began in a stretch of time and hold the subject, and reads their histories. Rights:
 * `states:ListExecutions`, `states:DescribeExecution`, `states:GetExecutionHistory`.
 */
export async function executionsWith(
  { clientOf }: AwsClients,
  stateMachineArn: string,
  query: TraceQuery,
): Promise<Found<TracedExecution>> {
  const { SFNClient: Client, ListExecutionsCommand } = await import('@aws-sdk/client-sfn');
  const client = clientOf(Client, 'observe', stateMachineArn);
  const asked = { abortSignal: query.signal };
  const things: TracedExecution[] = [];
  let described = 0;
  let nextToken: string | undefined;
  do {
    const command = new ListExecutionsCommand({
      stateMachineArn,
      maxResults: MOST_DESCRIBED,
      ...omitUndefined({ nextToken }),
    });
    const { executions = [], nextToken: next } = await client.send(command, asked);
    for (const { executionArn = '', name = '', startDate } of executions) {
      const atMs = startDate?.getTime() ?? 0;
      if (atMs > query.toMs) continue;
      if (atMs < query.fromMs) return { things, isWhole: true };
      if (described === MOST_DESCRIBED) return { things, isWhole: false };
      described += 1;
      const history = await historyOf(client, { executionArn, name }, query);
      if (history !== undefined) things.push({ name, history });
    }
    nextToken = next;
  } while (nextToken !== undefined);
  return { things, isWhole: true };
}

interface Listed {
  readonly executionArn: string;
  readonly name: string;
}

/** Undefined for an execution that does not hold the subject. */
async function historyOf(
  client: SFNClient,
  { executionArn, name }: Listed,
  { subject, signal }: TraceQuery,
): Promise<readonly HistoryEvent[] | undefined> {
  const { DescribeExecutionCommand, GetExecutionHistoryCommand } = await import('@aws-sdk/client-sfn');
  const asked = { abortSignal: signal };
  const { input = '' } = await client.send(new DescribeExecutionCommand({ executionArn }), asked);
  if (!holdsSubject(`${name}\n${input}`, subject)) return undefined;
  const command = new GetExecutionHistoryCommand({ executionArn, maxResults: MOST_EVENTS });
  const { events = [] } = await client.send(command, asked);
  return events.map(eventOf);
}

function eventOf(event: AwsHistoryEvent): HistoryEvent {
  const { timestamp, type = '', stateEnteredEventDetails: entered } = event;
  const failure =
    event.executionFailedEventDetails ??
    event.taskFailedEventDetails ??
    event.lambdaFunctionFailedEventDetails ??
    event.activityFailedEventDetails ??
    event.executionAbortedEventDetails ??
    event.executionTimedOutEventDetails;
  return {
    atMs: timestamp?.getTime() ?? 0,
    type,
    ...omitUndefined({ state: entered?.name, error: failure?.error, cause: failure?.cause }),
  };
}
