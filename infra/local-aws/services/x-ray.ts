import { notHere } from '../protocol/refusal.ts';

/** X-Ray: segments put, and traces read back. */
export interface XRay {
  /** Answers a call of its REST protocol; undefined for any other path. */
  answer(path: string, body: string): string | undefined;
  /** Plays an account that has switched Transaction Search on. */
  searchTransactions(on: boolean): void;
}

interface Segment {
  readonly trace_id: string;
  readonly id: string;
  readonly start_time: number;
  readonly end_time?: number;
}

/** Starts it without traces. */
export function startXRay(): XRay {
  const traces = new Map<string, Map<string, string>>();
  let searched = false;
  return {
    answer: (path, body) => {
      switch (path) {
        case '/TraceSegments':
          for (const document of (JSON.parse(body) as { TraceSegmentDocuments: readonly string[] })
            .TraceSegmentDocuments) {
            const { trace_id, id } = JSON.parse(document) as Segment;
            traces.set(trace_id, (traces.get(trace_id) ?? new Map<string, string>()).set(id, document));
          }
          return '{"UnprocessedTraceSegments":[]}';
        case '/Traces':
          return JSON.stringify(
            batch((JSON.parse(body) as { TraceIds: readonly string[] }).TraceIds, traces),
          );
        case '/GetTraceSegmentDestination':
          return JSON.stringify({ Destination: searched ? 'CloudWatchLogs' : 'XRay', Status: 'ACTIVE' });
        case '/TraceSummaries':
          throw notHere('X-Ray', 'GetTraceSummaries');
        default:
          return undefined;
      }
    },
    searchTransactions: (on) => {
      searched = on;
    },
  };
}

function batch(ids: readonly string[], traces: ReadonlyMap<string, ReadonlyMap<string, string>>): object {
  const found = ids.flatMap((Id) => {
    const segments = traces.get(Id);
    if (segments === undefined) return [];
    return [{ Id, Segments: [...segments].map(([id, Document]) => ({ Id: id, Document })) }];
  });
  return { Traces: found, UnprocessedTraceIds: [] };
}
