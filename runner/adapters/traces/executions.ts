import type { HistoryEvent as AwsHistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { HistoryEvent, TracedExecution } from '../../core/trace/entries-of-execution.ts';
import { holdsSubject } from '../../core/trace/subject.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { Found, TraceQuery } from './log-lines.ts';

/** Executions that are described, the newest first. */
const MOST_DESCRIBED = 100;
/** The most events of a page (Step Functions API, GetExecutionHistory). */
const PAGE = 1_000;
/** Pages of one history that are read, of 25 that it can have (Step Functions quotas, 25,000 events). */
const MOST_PAGES = 5;

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
  let isWhole = true;
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
      if (atMs < query.fromMs) return { things, isWhole };
      if (described === MOST_DESCRIBED) return { things, isWhole: false };
      described += 1;
      const history = await historyOf(client, { executionArn, name }, query);
      if (history === undefined) continue;
      things.push({ name, history: history.things });
      isWhole &&= history.isWhole;
    }
    nextToken = next;
  } while (nextToken !== undefined);
  return { things, isWhole };
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
): Promise<Found<HistoryEvent> | undefined> {
  const { DescribeExecutionCommand, GetExecutionHistoryCommand } = await import('@aws-sdk/client-sfn');
  const asked = { abortSignal: signal };
  const { input = '' } = await client.send(new DescribeExecutionCommand({ executionArn }), asked);
  if (!holdsSubject(`${name}\n${input}`, subject)) return undefined;
  const things: HistoryEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const command = new GetExecutionHistoryCommand({
      executionArn,
      maxResults: PAGE,
      ...omitUndefined({ nextToken }),
    });
    const { events = [], nextToken: next } = await client.send(command, asked);
    things.push(...events.map(eventOf));
    nextToken = next;
    if (nextToken === undefined) return { things, isWhole: true };
  }
  return { things, isWhole: false };
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
