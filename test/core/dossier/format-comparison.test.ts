import { describe, expect, it } from '@jest/globals';
import type { Comparison } from '../../../runner/core/compare/comparison.ts';
import {
  comparisonHeading,
  comparisonLines,
  passName,
} from '../../../runner/core/dossier/format-comparison.ts';
import { runIdOf } from '../../support/run/builders.ts';

const NONE: Comparison = {
  pass: { runId: runIdOf(7), startedAtMs: Date.UTC(2026, 10, 30, 13, 50, 32), isLater: false },
  definition: 'same',
  fields: [],
  times: [],
  hops: [],
  unread: [],
  omitted: 0,
};
const STEP = { stepId: '1', step: 'The order is stored', hop: 'table orders' };

describe('a comparison in words', () => {
  it('names the pass', () => {
    expect(comparisonHeading(NONE)).toBe(
      'compared with the pass of 2026-11-30 13:50:32 UTC (run 000000000000)',
    );
  });

  it('names a pass that came after the run', () => {
    expect(comparisonHeading({ ...NONE, pass: { ...NONE.pass, isLater: true } })).toBe(
      'compared with the next pass, of 2026-11-30 13:50:32 UTC (run 000000000000)',
    );
    expect([true, false].map((isLater) => passName({ pass: { ...NONE.pass, isLater } }))).toEqual([
      'next pass',
      'last pass',
    ]);
  });

  it('has one line for each difference: hops, fields, times', () => {
    const lines = comparisonLines({
      ...NONE,
      definition: 'changed',
      hops: [
        { ...STEP, is: 'missing', beforeMs: 57 },
        { ...STEP, is: 'unchecked', hop: '' },
        { ...STEP, is: 'new', hop: 'queue dead\u202e' },
      ],
      fields: [
        { ...STEP, path: 'qty', operator: 'equals', before: 2, now: '2' },
        { ...STEP, path: '', operator: 'count', before: 1 },
        { ...STEP, path: '', now: 'an error' },
      ],
      times: [
        { ...STEP, beforeMs: 100, nowMs: 900, longestMs: 100, passes: 1 },
        { ...STEP, beforeMs: 100, nowMs: 900, longestMs: 400, passes: 9 },
      ],
      unread: ['The API answers'],
      omitted: 2,
    });

    expect(lines).toEqual([
      'the canary or its environment changed in between',
      'missing: table orders; it took 57 ms then',
      'not checked: The order is stored',
      'new: queue dead\ufffd',
      'table orders: qty was 2, now "2"',
      'table orders: count was 1, now missing',
      'table orders: the content was missing, now "an error"',
      'table orders: took 0.9 s, then 100 ms',
      'table orders: took 0.9 s, then 100 ms, at most 400 ms in 9 passes',
      'and 2 more differences',
      'not compared in full, since a part was too large to keep or too much differs: The API answers',
    ]);
  });

  it('reports that nothing differs, and one difference that is left out', () => {
    expect(comparisonLines(NONE)).toEqual(['nothing differs but ids, times and generated values']);
    expect(comparisonLines({ ...NONE, omitted: 1 })).toEqual(['and 1 more difference']);
  });
});
