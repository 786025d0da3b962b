import { describe, expect, it } from '@jest/globals';
import { cellOf, effectTimes, GRAINS, type RunCell, stripOf } from '../../../runner/core/fleet/cells.ts';
import type { SlotOutcome } from '../../../runner/core/store/canary-status.ts';
import { runIdOf } from '../../support/run/builders.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12, 30);
const MINUTE_MS = 60_000;

function cell(minutesAgo: number, outcome: SlotOutcome, more: Partial<RunCell> = {}): RunCell {
  return { atMs: NOW_MS - minutesAgo * MINUTE_MS, outcome, count: 1, ...more };
}

describe('a cell', () => {
  const run = { runId: runIdOf(1), verdict: 'passed', reason: '', startedAtMs: 5, durationMs: 9 } as const;
  const entry = { canary: 'a', atMs: 5, what: 'done', count: 1, run } as const;

  it('has the slowest hop of its run', () => {
    const hops = [
      { name: 'post', ms: 20 },
      { name: 'event', ms: 300 },
    ];
    expect(cellOf({ ...entry, run: { ...run, hops } }, true)).toEqual({
      atMs: 5,
      outcome: 'passed',
      count: 1,
      runId: runIdOf(1),
      slowestMs: 300,
    });
  });

  it('has no time of a run without hops', () => {
    expect(cellOf(entry, true)).toEqual({ atMs: 5, outcome: 'passed', count: 1, runId: runIdOf(1) });
  });

  it('stands for slots without a run', () => {
    expect(cellOf({ canary: 'a', atMs: 5, what: 'missed', count: 12 }, true)).toEqual({
      atMs: 5,
      outcome: 'missed',
      count: 12,
    });
  });

  it.each(['running', 'skipped', 'late', 'extra'] as const)('is none for an entry that is %s', (what) => {
    expect(cellOf({ ...entry, what }, true)).toBeUndefined();
  });
});

describe('a strip', () => {
  it('of runs has the newest sixty, oldest first', () => {
    const cells = Array.from({ length: 70 }, (_, minutes) =>
      cell(minutes, minutes === 0 ? 'failed' : 'passed', minutes === 0 ? { runId: runIdOf(1) } : {}),
    );
    const strip = stripOf(cells, 'run', NOW_MS);

    expect(strip).toHaveLength(60);
    expect(strip[0]).toEqual({ atMs: NOW_MS - 59 * MINUTE_MS, outcome: 'passed' });
    expect(strip.at(-1)).toEqual({ atMs: NOW_MS, outcome: 'failed', runId: runIdOf(1) });
  });

  it('of hours has the worst outcome of each, and gaps', () => {
    const strip = stripOf(
      [
        cell(0, 'passed'),
        cell(1, 'failed', { runId: runIdOf(2) }),
        cell(2, 'failed', { runId: runIdOf(3) }),
        cell(29, 'error'),
        cell(31, 'degraded'),
        cell(32, 'passed'),
        cell(60 * 100, 'failed'),
      ],
      'hour',
      NOW_MS,
    );

    expect(strip).toHaveLength(GRAINS.hour.cells);
    expect(strip.slice(-3)).toEqual([
      { atMs: Date.UTC(2026, 10, 30, 10) },
      { atMs: Date.UTC(2026, 10, 30, 11), outcome: 'degraded' },
      { atMs: Date.UTC(2026, 10, 30, 12), outcome: 'failed', runId: runIdOf(2) },
    ]);
    expect(strip.filter(({ outcome }) => outcome !== undefined)).toHaveLength(2);
  });

  it('of days begins each by UTC', () => {
    const strip = stripOf([cell(0, 'missed'), cell(13 * 60, 'lost')], 'day', NOW_MS);

    expect(strip).toHaveLength(30);
    expect(strip.slice(-2)).toEqual([
      { atMs: Date.UTC(2026, 10, 29), outcome: 'lost' },
      { atMs: Date.UTC(2026, 10, 30), outcome: 'missed' },
    ]);
  });
});

describe('the times to effect', () => {
  it('are those of passes among the newest sixty', () => {
    const cells = [
      cell(0, 'failed', { slowestMs: 9_000 }),
      cell(1, 'passed'),
      ...Array.from({ length: 58 }, (_, index) =>
        cell(2 + index, index === 0 ? 'degraded' : 'passed', { slowestMs: 100 * (58 - index) }),
      ),
      cell(61, 'passed', { slowestMs: 99_000 }),
    ];
    expect(effectTimes(cells)).toEqual({ p50Ms: 2_900, p95Ms: 5_600 });
  });

  it('are absent without a pass', () => {
    expect(effectTimes([cell(0, 'failed', { slowestMs: 1 })])).toBeUndefined();
  });
});
