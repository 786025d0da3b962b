import type { Trace, TraceEntry } from '../../../runner/core/trace/trace.ts';
import { runIdOf } from '../run/builders.ts';

const AT_MS = 1_764_500_000_000;

function entry(afterMs: number, more: Pick<TraceEntry, 'place' | 'kind' | 'what'> & Partial<TraceEntry>) {
  return { atMs: AT_MS + afterMs, source: 'runs', ...more } as const;
}

/** A trace with an entry of each kind, a fault, and a source that could not be read. */
export const TRACE: Trace = {
  asked: 'ord_6eee218e',
  runs: [
    {
      runId: runIdOf(7),
      canary: 'order-reaches-warehouse',
      verdict: 'failed',
      way: 'sent to POST https://api/orders, seen at bus shop; not seen at topic shipments',
      continuity: 'the id was on 2 of 3 hops; last at bus shop, and not seen at topic shipments',
    },
  ],
  entries: [
    entry(0, { place: 'POST https://api/orders', kind: 'sent', what: 'Place', endMs: AT_MS + 400 }),
    entry(320, { place: 'bus shop', kind: 'seen', what: 'OrderPlaced from shop.orders', id: 'e1' }),
    entry(500, { place: 'log /aws/lambda/a', kind: 'noted', what: 'ERROR no table', fault: 'failed' }),
    entry(600, { place: 'log /aws/lambda/a', kind: 'noted', what: 'retried', source: 'logs' }),
    entry(7_280, { place: 'topic shipments', kind: 'missing', what: 'Notified', fault: 'failed' }),
    entry(400, {
      place: 'queue orders-dlq',
      kind: 'unchecked',
      what: 'Parked',
      endMs: AT_MS + 900,
      fault: 'error',
    }),
  ],
  omitted: 3,
  sources: [
    { source: 'runs', about: 'the history of runs', entries: 5 },
    {
      source: 'logs',
      about: 'log group /aws/lambda/a',
      entries: 0,
      unread: 'Access was denied.',
      right: 'logs:FilterLogEvents',
    },
    { source: 'journal', about: 'the journal of taps', entries: 0, unread: 'It is not kept.' },
  ],
};

/** A trace without entries, and with hostile text in every field. */
export function hostileTrace(): Trace {
  const hostile = '<script>alert(1)</script>"\'&\u202e'.repeat(9);
  return {
    asked: hostile,
    runs: [{ runId: runIdOf(8), canary: hostile, verdict: 'passed', way: hostile }],
    entries: [],
    omitted: 0,
    sources: [{ source: 'runs', about: hostile, entries: 0, unread: hostile, right: hostile }],
  };
}
