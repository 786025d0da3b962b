import type { DescribeExecutionCommandOutput, ExecutionListItem, SFNClient } from '@aws-sdk/client-sfn';
import { Type } from 'typebox';
import { arnAloneFault, stateMachineFault } from '../../../core/aws/address-faults.ts';
import {
  execution as executionResource,
  stateMachineNameOf,
} from '../../../core/aws/resources/state-machine.ts';
import { ObserverError } from '../../../core/base/errors.ts';
import { type JsonMap, jsonOrText } from '../../../core/base/json.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { runIdsIn, startOf } from '../../../core/base/run-id.ts';
import { holdsSpelledWord } from '../../../core/matching/whole-word.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import type { Noun, WatchContext } from '../../kind.ts';
import { beyondLimit, type ReadLimit } from '../../read-limit.ts';
import { closed, text } from '../../schema.ts';

const input = closed({
  stateMachine: Type.Optional(
    text('ARN of the state machine; the executions that carry the id in their name or input are taken'),
  ),
  arn: Type.Optional(text('ARN of the execution, saved from startExecution')),
});

/** Limit of executions since the step above that are searched for the run's id. */
const EXECUTIONS_READ: ReadLimit = { most: 100, unit: 'executions since the step above' };
/** A page may be short or empty and still be followed by others (Step Functions API, ListExecutions). */
const MOST_PAGES = 100;

const GOES_ON: ReadonlySet<string> = new Set(['RUNNING', 'PENDING_REDRIVE']);
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];

/** Reads executions of a Standard state machine. Step Functions reports their state a little late. */
export const execution = {
  name: 'execution',
  summary: 'an execution of a Step Functions state machine (Standard; Express does not give its state)',
  input,
  view: {
    arn: { type: 'text', description: 'its ARN, by which a later check finds it again' },
    status: {
      type: 'text',
      words: STATUSES,
      description: 'RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE',
    },
    input: { description: 'its input, parsed' },
    output: { description: 'its output, parsed; missing until it succeeded' },
    error: { type: 'text', description: 'the name of the error that ended it' },
    cause: { type: 'text', description: 'what the error says' },
    redriveCount: { type: 'number', description: 'how often it was redriven' },
  },
  selects: ({ arn }) => (arn === undefined ? 'id' : 'address'),
  consistency:
    'Step Functions shows states eventually, usually within a second. An execution of the run that was not over when that step began is among them. One that began less than a second before it may be, too. One that failed and can be redriven is not over before `within` ends.',
  reads: EXECUTIONS_READ,
  pauseMs: { first: 100, longest: 2_000 },
  permissions: ({ stateMachine, arn }) => [
    ...(stateMachine === undefined ? [] : [{ action: 'states:ListExecutions', resource: stateMachine }]),
    {
      action: 'states:DescribeExecution',
      ...(stateMachine === undefined
        ? { resource: arn ?? '' }
        : { resource: stateMachine, executions: true }),
    },
  ],
  hop: ({ stateMachine, arn }) => `state machine ${stateMachineNameOf(stateMachine ?? arn ?? '')}`,
  quotes: ['error', 'cause', 'output'],
  lacksId: () => 'neither its name nor its input has the id',
  example: `expect: execution
stateMachine: arn:aws:states:eu-west-1:123456789012:stateMachine:invoice-export
has:
  status: SUCCEEDED
within: 2m
`,
  faults: ({ stateMachine, arn }) => {
    if ((stateMachine === undefined) === (arn === undefined)) {
      return [
        {
          key: stateMachine === undefined ? 'execution' : 'arn',
          message: "an execution is found by one thing: 'stateMachine' or 'arn'",
          hint: "write 'arn' where startExecution gave it, otherwise 'stateMachine'",
        },
      ];
    }
    return stateMachine === undefined
      ? arnAloneFault(
          executionResource,
          arn ?? '',
          'save it from startExecution: execution: response.executionArn',
        )
      : stateMachineFault(stateMachine);
  },
  open: async ({ stateMachine, arn = '' }, context) => {
    const others = new Set<string>();
    return {
      poll: async ({ sinceMs, last }) => {
        const { SFNClient: Client } = await import('@aws-sdk/client-sfn');
        const asking = { client: context.clientOf(Client, stateMachine ?? arn), context };
        if (stateMachine === undefined) {
          const found = await describe(arn, asking);
          const selected = found === undefined ? [] : [evidenceOf(found, context)];
          return { selected, nearby: [], complete: true };
        }
        const { ours, earlier } = await oursOf(stateMachine, { ...asking, sinceMs, last, others });
        const nearby = ours.length > 0 ? [] : nearbyOf({ earlier, others: others.size }, context);
        // A run's id names one execution; a value of the system's own may come in several.
        const complete = context.correlate === true && ours.length > 0;
        const selected = ours.map((one) => evidenceOf(one, context));
        return { selected, nearby, complete, ...(earlier === 0 ? {} : { earlier }) };
      },
      close: async () => {},
    };
  },
} satisfies Noun<typeof input>;

interface ExecutionContext {
  readonly client: SFNClient;
  readonly context: WatchContext;
}

type ExecutionDescription = DescribeExecutionCommandOutput;

/** An execution that was started a moment ago may not be known yet. */
async function describe(
  executionArn: string,
  { client, context }: ExecutionContext,
): Promise<ExecutionDescription | undefined> {
  const { DescribeExecutionCommand } = await import('@aws-sdk/client-sfn');
  try {
    const command = new DescribeExecutionCommand({ executionArn });
    return await client.send(command, { abortSignal: context.signal });
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ExecutionDoesNotExist') return undefined;
    throw thrown;
  }
}

interface Listing extends ExecutionContext {
  readonly sinceMs: number;
  readonly last: boolean;
  /** Executions that are known not to be ours: their input does not change. */
  readonly others: Set<string>;
}

interface Found {
  readonly ours: readonly ExecutionDescription[];
  /** Number of those of the run that were over before. */
  readonly earlier: number;
}

/** Those that began since then, or were not over, and carry the run's id in their name or input. */
async function oursOf(stateMachineArn: string, listing: Listing): Promise<Found> {
  const { context, others, last } = listing;
  const ours: ExecutionDescription[] = [];
  const { counted, over } = await listedSince(stateMachineArn, listing);
  let earlier = over;
  for (const { executionArn = '', startDate } of counted) {
    if (others.has(executionArn)) continue;
    const described = await describe(executionArn, listing);
    if (described === undefined && last) throw unreadable(executionArn);
    if (described === undefined) continue; // listed without a state yet: the next poll reads it again
    if (!isOurs(described, context)) others.add(executionArn);
    else if (countsSince({ ...described, startDate }, listing)) ours.push(described);
    else earlier += 1; // the list, which is late, showed it as running
  }
  return { ours, earlier };
}

/**
 * The executions that count, and the number of those that were over before and have the run's id in their name. None of the run is
 * older than the run. Step Functions lists the newest first.
 */
async function listedSince(
  stateMachineArn: string,
  listing: Listing,
): Promise<{ readonly counted: readonly ExecutionListItem[]; readonly over: number }> {
  const { ListExecutionsCommand } = await import('@aws-sdk/client-sfn');
  const { client, context, sinceMs } = listing;
  const fromMs = context.correlate === false ? sinceMs : Math.min(sinceMs, startOf(context.runId));
  const counted: ExecutionListItem[] = [];
  let over = 0;
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const command = new ListExecutionsCommand({
      stateMachineArn,
      maxResults: EXECUTIONS_READ.most,
      ...omitUndefined({ nextToken }),
    });
    const answer = await client.send(command, { abortSignal: context.signal });
    const { executions = [] } = answer;
    const young = executions.filter((one) => beganSince(one, fromMs));
    const now = young.filter((one) => countsSince(one, listing));
    counted.push(...now);
    over += young.filter((one) => !now.includes(one) && isOurs(one, context)).length;
    if (counted.length > EXECUTIONS_READ.most) throw tooMany(stateMachineArn);
    nextToken = answer.nextToken;
    if (nextToken === undefined || young.length < executions.length) return { counted, over };
  }
  throw new ObserverError(
    `Step Functions listed ${MOST_PAGES} pages of executions of ${stateMachineNameOf(stateMachineArn)} without an end. ` +
      "Find the execution by 'arn', or expect an event that it sends.",
  );
}

function unreadable(executionArn: string): ObserverError {
  return new ObserverError(
    `Step Functions lists the execution ${executionArn} and does not describe it, so it may be ours. Run the canary again.`,
  );
}

function tooMany(stateMachineArn: string): ObserverError {
  const remedy = "Find it by 'arn', or expect an event that it sends.";
  return beyondLimit(EXECUTIONS_READ, `state machine ${stateMachineNameOf(stateMachineArn)}`, remedy);
}

type Dated = Pick<ExecutionListItem, 'startDate' | 'stopDate' | 'status'>;

/** True for one that began since then or, as far as it may be the run's, ended since then or goes on. */
function countsSince(one: Dated, { sinceMs, context }: Pick<Listing, 'sinceMs' | 'context'>): boolean {
  if (context.correlate === false || beganSince(one, sinceMs)) return beganSince(one, sinceMs);
  if (GOES_ON.has(one.status ?? '')) return true;
  const endedAtMs = one.stopDate?.getTime() ?? 0;
  return endedAtMs % 1_000 === 0 ? secondOf(endedAtMs) >= secondOf(sinceMs) : endedAtMs >= sinceMs;
}

function beganSince({ startDate }: Dated, sinceMs: number): boolean {
  return secondOf(startDate?.getTime() ?? 0) >= secondOf(sinceMs);
}

/** Step Functions' clock is not ours, and some AWSs cut it to the second. */
function secondOf(atMs: number): number {
  return Math.floor(atMs / 1_000);
}

function nearbyOf(
  { earlier, others }: { readonly earlier: number; readonly others: number },
  context: WatchContext,
): readonly string[] {
  const executions = (count: number): string => `${count} ${count === 1 ? 'execution' : 'executions'}`;
  return [
    ...(earlier === 0
      ? []
      : [
          `${executions(earlier)} with ${idIn(context)} ${earlier === 1 ? 'was' : 'were'} over before the step above began, and not counted`,
        ]),
    ...(others === 0 ? [] : [`${executions(others)} without ${idIn(context)} began in the same time`]),
  ];
}

function idIn({ correlate }: WatchContext): string {
  return typeof correlate === 'string' ? `'${correlate}'` : "the run's id";
}

function isOurs(
  { name = '', input: given = '' }: Pick<ExecutionDescription, 'name' | 'input'>,
  { correlate, runId }: WatchContext,
): boolean {
  if (correlate === false) return true;
  if (typeof correlate === 'string')
    return holdsSpelledWord(name, correlate) || holdsSpelledWord(given, correlate);
  return runIdsIn(`${name.slice(0, 32)} ${given}`).includes(runId);
}

function evidenceOf(found: ExecutionDescription, { clock }: WatchContext): Evidence {
  const { executionArn = '', status = 'RUNNING', input: given, output, error, cause, redriveCount } = found;
  const data: JsonMap = {
    arn: executionArn,
    status,
    ...(given === undefined ? {} : { input: jsonOrText(given) }),
    ...(output === undefined ? {} : { output: jsonOrText(output) }),
    ...omitUndefined({ error, cause, redriveCount }),
  };
  const final = isOver(found);
  return { kind: 'execution', id: executionArn, takenAtMs: clock.nowMs(), data, ...(final ? { final } : {}) };
}

/** An execution that can be redriven may still succeed, under the same ARN (Step Functions API, DescribeExecution). */
function isOver({ status = 'RUNNING', redriveStatus = 'NOT_REDRIVABLE' }: ExecutionDescription): boolean {
  if (GOES_ON.has(status)) return false;
  return status === 'SUCCEEDED' || redriveStatus === 'NOT_REDRIVABLE';
}
