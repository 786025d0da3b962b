import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  MOST_ENTRIES,
  type SourceReading,
  type TraceEntry,
  traceOf,
} from '../../../runner/core/trace/trace.ts';

const entry = (more: Partial<TraceEntry>): TraceEntry => ({
  atMs: 1,
  place: 'bus orders',
  kind: 'seen',
  what: 'a step',
  source: 'runs',
  ...more,
});
const reading = (entries: readonly TraceEntry[], more: Partial<SourceReading> = {}): SourceReading => ({
  source: 'runs',
  about: 'the runs',
  entries,
  ...more,
});

it('a trace has the entries of all sources in the order of time, and a thing that two of them have once', () => {
  const runs = reading([entry({ atMs: 5, id: 'e1' }), entry({ atMs: 1, kind: 'sent' }), entry({ atMs: 1 })]);
  const journal = reading(
    [entry({ atMs: 5, id: 'e1', what: 'OrderPlaced' }), entry({ atMs: 3, id: 'e1', place: 'topic a' })],
    { source: 'journal', about: 'the journal of bus orders', unread: 'Older entries are not kept.' },
  );

  const trace = traceOf('ord_1', [], [runs, journal]);

  expect(trace.entries.map(({ atMs, what }) => [atMs, what])).toEqual([
    [1, 'a step'],
    [1, 'a step'],
    [3, 'a step'],
    [5, 'a step'],
  ]);
  expect(trace).toMatchObject({ asked: 'ord_1', runs: [], omitted: 0 });
  expect(trace.sources).toEqual([
    { source: 'runs', about: 'the runs', entries: 3 },
    {
      source: 'journal',
      about: 'the journal of bus orders',
      entries: 2,
      unread: 'Older entries are not kept.',
    },
  ]);
});

it('a trace is bounded, and has the number of what was left out', () => {
  const lengths = fc.integer({ min: 0, max: MOST_ENTRIES + 50 });
  const property = fc.property(lengths, (length) => {
    const { entries, omitted } = traceOf('x', [], [reading(Array.from({ length }, () => entry({})))]);
    expect(entries.length).toBeLessThanOrEqual(MOST_ENTRIES);
    expect(entries.length + omitted).toBe(length);
  });
  fc.assert(property, { numRuns: 20 });
});
