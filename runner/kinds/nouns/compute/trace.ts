import type { XRayClient } from '@aws-sdk/client-xray';
import { durationText } from '../../../core/base/duration.ts';
import { ObserverError } from '../../../core/base/errors.ts';
import type { JsonMap } from '../../../core/base/json.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { xrayIdOf } from '../../../core/base/run-id.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import { EVERY_RESOURCE, type Noun } from '../../kind.ts';
import { closed } from '../../schema.ts';

const input = closed({});

/** Reads the run's trace from X-Ray. It fills up over 10 to 60 seconds, so give it time. */
export const trace = {
  name: 'trace',
  summary:
    "the run's X-Ray trace; it is complete 10 to 60 seconds late, and unreadable under Transaction Search",
  input,
  view: {
    services: {
      type: 'list',
      description: 'names of the services in it and of what they call, tables of DynamoDB too, each once',
    },
    faults: { type: 'number', description: 'how many segments had a fault (5xx)' },
    errors: { type: 'number', description: 'how many segments had an error (4xx)' },
    duration: { description: 'from its first segment to its last', duration: true },
  },
  selects: 'address',
  consistency:
    'X-Ray has the trace 10 to 60 seconds later, and not at once in full: say which services must be there. While a segment is in progress, faults, errors and duration are open. An `expect` waits for its end, and a `never` is an error without it. With Transaction Search a trace cannot be read, which is an error.',
  reads: 'all',
  pauseMs: { first: 2_000, longest: 5_000 },
  permissions: () => [
    { action: 'xray:BatchGetTraces', resource: EVERY_RESOURCE },
    { action: 'xray:GetTraceSegmentDestination', resource: EVERY_RESOURCE },
  ],
  hop: () => 'X-Ray trace',
  quotes: ['services'],
  example: `expect: trace
has:
  services:
    $includes: [orders-api, orders-worker]
  faults: 0
within: 60s
`,
  open: async (_, context) => {
    const { XRayClient: Client } = await import('@aws-sdk/client-xray');
    const client = context.clientOf(Client);
    await refuseTransactionSearch(client, context.signal);
    const id = xrayIdOf(context.runId);
    return {
      poll: async () => {
        const segments = await segmentsOf(id, client, context.signal);
        if (segments.length === 0) return { selected: [], nearby: [NO_SEGMENT], nothing: NO_SEGMENT };
        const evidence = { kind: 'trace', id, takenAtMs: context.clock.nowMs(), ...viewOf(segments) };
        return { selected: [evidence], nearby: [] };
      },
      close: async () => {},
    };
  },
} satisfies Noun<typeof input>;

const NO_SEGMENT = 'X-Ray has no segment of this run';

/** With Transaction Search the spans go to CloudWatch Logs, and BatchGetTraces finds none (X-Ray API, BatchGetTraces). */
async function refuseTransactionSearch(client: XRayClient, abortSignal: AbortSignal): Promise<void> {
  const { GetTraceSegmentDestinationCommand } = await import('@aws-sdk/client-xray');
  const { Destination } = await client.send(new GetTraceSegmentDestinationCommand({}), { abortSignal });
  if (Destination !== 'CloudWatchLogs') return;
  throw new ObserverError(
    "This account sends its traces to CloudWatch Logs (Transaction Search), where 'expect: trace' cannot see them. " +
      'Expect a log line of the log group aws/spans instead, or switch Transaction Search off.',
    { permanent: true },
  );
}

/**
 * Every segment of a trace; all pages.
 * @throws ObserverError if X-Ray did not read the trace, or does not show all of it.
 */
async function segmentsOf(
  id: string,
  client: XRayClient,
  abortSignal: AbortSignal,
): Promise<readonly Segment[]> {
  const { BatchGetTracesCommand } = await import('@aws-sdk/client-xray');
  const documents: string[] = [];
  let next: string | undefined;
  do {
    const command = new BatchGetTracesCommand({
      TraceIds: [id],
      ...omitUndefined({ NextToken: next }),
    });
    const { Traces = [], UnprocessedTraceIds = [], NextToken } = await client.send(command, { abortSignal });
    if (UnprocessedTraceIds.length > 0)
      throw new ObserverError('X-Ray did not read the trace (UnprocessedTraceIds). Run it again.');
    if (Traces.some(({ LimitExceeded }) => LimitExceeded === true)) throw tooLarge();
    documents.push(...Traces.flatMap(({ Segments = [] }) => Segments.map(({ Document = '' }) => Document)));
    next = NextToken;
  } while (next !== undefined);
  return documents.map(parsed);
}

function tooLarge(): ObserverError {
  return new ObserverError(
    'The trace is larger than X-Ray keeps, so segments are missing from it (LimitExceeded). Trace less of each run, or expect a log line instead.',
    { permanent: true },
  );
}

function parsed(document: string): Segment {
  try {
    return JSON.parse(document) as Segment;
  } catch (cause) {
    throw new ObserverError('A segment of the trace is not JSON, so it cannot be read.', { cause });
  }
}

interface Segment {
  readonly name?: string;
  /** A segment, or a part of one, is sent when it begins, too, and replaced when it ends. */
  readonly in_progress?: boolean;
  readonly fault?: boolean;
  readonly error?: boolean;
  readonly start_time?: number;
  readonly end_time?: number;
  readonly subsegments?: readonly Segment[];
  /** `aws` or `remote` on a call to something else; missing on a piece of the service's own work. */
  readonly namespace?: string;
  readonly aws?: { readonly table_name?: string };
}

/** The outcome of an open segment is unknown; a fault in it is already known. */
function viewOf(segments: readonly Segment[]): Pick<Evidence, 'data' | 'unread'> {
  const data = dataOf(segments);
  const open = segments.find((segment) => withInner(segment).some(({ in_progress }) => in_progress === true));
  if (open === undefined) return { data };
  const why = `the segment of ${open.name ?? 'a service'} is still in progress`;
  const paths = ['duration', ...['faults', 'errors'].filter((name) => data[name] === 0)];
  return { data, unread: paths.map((path) => ({ path, why, absent: true })) };
}

function dataOf(segments: readonly Segment[]): JsonMap {
  const all = segments.flatMap(withInner);
  const starts = all.flatMap(({ start_time }) => start_time ?? []);
  const ends = all.flatMap(({ end_time }) => end_time ?? []);
  const seconds = ends.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
  return {
    services: [...new Set([...segments.flatMap(({ name }) => name ?? []), ...all.flatMap(calledBy)])],
    faults: all.filter(({ fault }) => fault === true).length,
    errors: all.filter(({ error }) => error === true).length,
    duration: durationText(seconds * 1_000),
  };
}

/** Targets of a segment: by its name, and for DynamoDB by the table (X-Ray developer guide, "Segment documents"). */
function calledBy({ name, namespace, aws }: Segment): readonly string[] {
  return [...(namespace === undefined ? [] : [name ?? []].flat()), ...[aws?.table_name ?? []].flat()];
}

function withInner(segment: Segment): readonly Segment[] {
  return [segment, ...(segment.subsegments ?? []).flatMap(withInner)];
}
