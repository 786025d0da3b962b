import { expect, it } from '@jest/globals';
import { painter } from '../../../reporters/terminal/paint.ts';
import { formatTrace } from '../../../runner/cli/output/format-trace.ts';
import type { TraceEntry } from '../../../runner/core/trace/trace.ts';

const entry = (kind: TraceEntry['kind'], place: string, more: Partial<TraceEntry> = {}): TraceEntry => ({
  atMs: 0,
  place,
  kind,
  what: 'Stored',
  source: 'runs',
  ...more,
});

function linesOf(entries: readonly TraceEntry[], isColoured = false) {
  const trace = { asked: 'ord_1', runs: [], entries, omitted: 0, sources: [] };
  return formatTrace(trace, painter(isColoured)).split('\n').slice(1, -2);
}

it('a check that could not see has another word than one that saw nothing', () => {
  expect(
    linesOf([
      entry('sent', 'bus a'),
      entry('missing', 'table orders', { fault: 'failed' }),
      entry('unchecked', 'queue b', { endMs: 500, fault: 'error' }),
    ]),
  ).toEqual([
    '     0 ms  sent           bus a         Stored',
    '     0 ms  not seen       table orders  Stored',
    '     0 ms  could not see  queue b       Stored (0.5 s)',
  ]);
});

it('a fault of the check has another colour than one of the system', () => {
  const [failed, error] = linesOf(
    [entry('missing', 'a', { fault: 'failed' }), entry('unchecked', 'a', { fault: 'error' })],
    true,
  );
  const styleOf = (line = '') => line.slice(0, line.indexOf(' '));

  expect(styleOf(failed)).not.toBe(styleOf(error));
});
