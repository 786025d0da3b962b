import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { Found } from './log-lines.ts';

/** X-Ray takes five trace ids in a call (X-Ray API, BatchGetTraces). */
export const MOST_TRACES = 5;
const MOST_PAGES = 10;

/**
 * Reads the segment documents of traces, by ids in X-Ray's spelling. Rights: `xray:BatchGetTraces` and `xray:GetTraceSegmentDestination`.
 * @throws ObserverError if the account sends its traces elsewhere.
 */
export async function segmentsOf(
  { clientOf }: AwsClients,
  ids: readonly string[],
  abortSignal: AbortSignal,
): Promise<Found<string>> {
  const { BatchGetTracesCommand, GetTraceSegmentDestinationCommand, XRayClient } = await import(
    '@aws-sdk/client-xray'
  );
  const client = clientOf(XRayClient, 'observe');
  const { Destination } = await client.send(new GetTraceSegmentDestinationCommand({}), { abortSignal });
  if (Destination === 'CloudWatchLogs')
    throw new ObserverError(
      'This account sends its traces to CloudWatch Logs (Transaction Search). Add --log-group aws/spans.',
      { permanent: true },
    );
  const things: string[] = [];
  let isWhole = true;
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const command = new BatchGetTracesCommand({
      TraceIds: ids.slice(0, MOST_TRACES),
      ...omitUndefined({ NextToken: next }),
    });
    const { Traces = [], UnprocessedTraceIds = [], NextToken } = await client.send(command, { abortSignal });
    isWhole &&=
      UnprocessedTraceIds.length === 0 && !Traces.some(({ LimitExceeded }) => LimitExceeded === true);
    things.push(...Traces.flatMap(({ Segments = [] }) => Segments.map(({ Document = '' }) => Document)));
    next = NextToken;
    if (next === undefined) return { things, isWhole };
  }
  return { things, isWhole: false };
}
