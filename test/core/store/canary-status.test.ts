import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { canaryStatus, uptimeOf } from '../../../runner/core/store/canary-status.ts';
import type { HistoryEntry } from '../../../runner/core/store/slots.ts';
import { runIdOf } from '../../support/run/builders.ts';

const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

/** An entry so many minutes ago: a verdict, or a slot without a run. */
function entry(
  minutes: number,
  outcome: Verdict | 'running' | 'lost' | 'missed' | 'omitted',
  more: Partial<HistoryEntry> = {},
): HistoryEntry {
  const atMs = NOW_MS - minutes * MINUTE_MS;
  const what = ['running', 'lost', 'missed'].includes(outcome) ? outcome : 'done';
  const run = {
    runId: runIdOf(minutes),
    verdict: outcome as Verdict,
    reason: '',
    startedAtMs: atMs + 5,
    durationMs: 1,
  };
  return { canary: 'a', atMs, what: what as 'done', count: 1, ...(what === 'done' ? { run } : {}), ...more };
}

async function statusOf(entries: readonly HistoryEntry[], isScheduled = true) {
  let read = 0;
  async function* history() {
    for (const one of entries) {
      read += 1;
      yield one;
    }
  }
  return { ...(await canaryStatus(history(), { nowMs: NOW_MS, isScheduled })), read };
}

describe('the status of a canary', () => {
  it('is unknown without history', async () => {
    expect(await statusOf([])).toEqual({
      isSinceAtLeast: false,
      day: { passed: 0, failed: 0, noData: 0 },
      read: 0,
    });
  });

  it('has the newest outcome, the begin of its kind in a row, and counts of the day', async () => {
    const status = await statusOf([
      entry(0, 'running'),
      entry(1, 'failed'),
      entry(2, 'failed'),
      entry(3, 'passed'),
      entry(4, 'degraded'),
      entry(5, 'error'),
      entry(6, 'missed', { count: 12 }),
      entry(24 * 60 - 1, 'passed'),
      entry(24 * 60, 'passed'),
      entry(24 * 60 + 1, 'passed'),
    ]);

    expect(status).toMatchObject({
      outcome: 'failed',
      sinceMs: NOW_MS - 2 * MINUTE_MS + 5,
      isSinceAtLeast: false,
      lastRun: { runId: runIdOf(1) },
      day: { passed: 3, failed: 2, noData: 13 },
      read: 9,
    });
    expect(uptimeOf(status)).toBe(0.6);
  });

  it('has no uptime without data', async () => {
    const status = await statusOf([entry(1, 'lost'), entry(2, 'error'), entry(3, 'passed')].slice(0, 2));

    expect(status).toMatchObject({
      outcome: 'lost',
      sinceMs: NOW_MS - 2 * MINUTE_MS + 5,
      lastRun: { verdict: 'error' },
    });
    expect(uptimeOf(status)).toBeUndefined();
  });

  it('reads on to the begin of an outcome that is older than the day', async () => {
    const daily = [1, 2, 3, 4].map((days) => entry(days * 24 * 60, days === 4 ? 'failed' : 'passed'));

    expect(await statusOf(daily)).toMatchObject({ sinceMs: NOW_MS - 3 * 24 * 60 * MINUTE_MS + 5, read: 4 });
  });

  it('ends its reading, and says that the outcome may have begun earlier', async () => {
    const often = Array.from({ length: 3_000 }, (_, n) => entry(n, 'passed'));

    const status = await statusOf(often);

    expect(status).toMatchObject({ isSinceAtLeast: true, read: 2_000 });
  });

  it('knows the begin of an outcome that another ended before it stopped reading', async () => {
    const often = Array.from({ length: 3_000 }, (_, n) => entry(n / 10, n === 0 ? 'failed' : 'passed'));

    expect(await statusOf(often)).toMatchObject({ outcome: 'failed', isSinceAtLeast: false, read: 2_000 });
  });

  it.each([
    { what: 'late', isScheduled: true, counts: false },
    { what: 'late', isScheduled: false, counts: false },
    { what: 'extra', isScheduled: true, counts: false },
    { what: 'extra', isScheduled: false, counts: true },
    { what: 'skipped', isScheduled: true, counts: false },
    { what: 'done', isScheduled: true, counts: true },
  ] as const)(
    'counts a run that is $what, scheduled $isScheduled: $counts',
    async ({ what, isScheduled, counts }) => {
      const status = await statusOf([entry(1, 'failed', { what })], isScheduled);

      expect(status.outcome).toBe(counts ? 'failed' : undefined);
    },
  );

  it('does not count a run without a verdict', async () => {
    const { run: _, ...bare } = entry(1, 'passed');

    expect((await statusOf([bare, entry(2, 'skipped'), entry(3, 'degraded')])).outcome).toBe('degraded');
  });
});
