import { isJsonList, isJsonMap, type Json } from '../base/json.ts';
import type { TraceEntry } from './trace.ts';

/**
 * Segments of X-Ray, and the calls in them to something else (X-Ray developer guide, "Segment documents"). A document that is no JSON gives
 * no entry.
 */
export function entriesOfSegments(documents: readonly string[]): readonly TraceEntry[] {
  return documents.flatMap((document) => segmentsIn(parsed(document), ''));
}

function segmentsIn(segment: Json | undefined, inside: string): readonly TraceEntry[] {
  if (!isJsonMap(segment)) return [];
  const { name, start_time: startS, end_time: endS, fault, error, namespace, subsegments } = segment;
  const within = isJsonList(subsegments) ? subsegments : [];
  const service = String(name);
  const place = `service ${inside === '' ? service : inside}`;
  const inner = within.flatMap((one) => segmentsIn(one, inside === '' ? service : inside));
  // A piece of the service's own work is no event of the series.
  if (typeof startS !== 'number' || (inside !== '' && namespace === undefined)) return inner;
  return [
    {
      atMs: startS * 1_000,
      ...(typeof endS === 'number' ? { endMs: endS * 1_000 } : {}),
      place,
      kind: 'noted',
      what: inside === '' ? 'segment' : `calls ${service}`,
      source: 'x-ray',
      ...(fault === true || error === true ? { fault: 'failed' } : {}),
    },
    ...inner,
  ];
}

function parsed(document: string): Json | undefined {
  try {
    return JSON.parse(document) as Json;
  } catch {
    return undefined;
  }
}
