import { describe, expect, it } from '@jest/globals';
import { watchLines } from '../../runner/cli/output/watch-lines.ts';
import { lastResort } from '../../runner/cli/setup/with-fleet.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Notice } from '../../runner/core/notice/notice.ts';
import type { IncidentChange } from '../../runner/core/report/reporter.ts';
import { noticeOf } from '../support/alerts/notices.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';

const NOW_MS = Date.parse('2026-11-25T12:01:05Z');

/** The lines that a watch prints, a minute after each other. */
function printing() {
  const lines: string[] = [];
  let nowMs = NOW_MS - 60_000;
  const nextMinute = (): number => (nowMs += 60_000);
  const { onRunEnd, onIncident, onDelivered } = watchLines((line) => lines.push(line), {
    nowMs: () => nowMs,
  });
  return {
    lines,
    ran: (run: RunResult) => void (nextMinute(), onRunEnd?.(run)),
    changed: (change: IncidentChange) => void (nextMinute(), onIncident?.(change)),
    delivered: (notice: Notice) => void (nextMinute(), onDelivered?.({ channel: 'pager', notice })),
  };
}

const run = (verdict: 'passed' | 'degraded' | 'failed' | 'error', n: number, reason = ''): RunResult =>
  resultOf({
    canary: 'orders',
    runId: runIdOf(n),
    verdict,
    durationMs: 1_000,
    steps: [stepResultOf({ name: 'It comes', verdict, reason })],
  });

const change: IncidentChange = {
  change: 'opened',
  incident: 'orders@1#target1',
  stream: 'target',
  severity: 'critical',
  sinceMs: NOW_MS,
  neverPassed: false,
  about: { ...noticeOf().about, canary: 'orders' },
  isNoticed: true,
};

describe('a watch', () => {
  it('prints a good run in one line, with as much of its id as show needs', () => {
    const { lines, ran } = printing();
    ran(run('passed', 1));
    ran(run('degraded', 2, 'only on try 2'));

    expect(lines).toEqual([
      `2026-11-25T12:01:05Z ✓ orders passed after 1 s   run ${runIdOf(1).slice(0, 12)}`,
      `2026-11-25T12:02:05Z ! orders degraded after 1 s   run ${runIdOf(2).slice(0, 12)}`,
    ]);
  });

  it('prints a report in full when it differs from the one before, and else in one line', () => {
    const { lines, ran } = printing();
    ran(run('failed', 1, 'order 4711 of 12:00 did not come'));
    ran(run('failed', 2, 'order 4712 of 12:01 did not come'));
    ran(run('failed', 3, 'order 4713 of 12:02 came twice'));
    ran(run('error', 4, 'nothing could be seen'));
    ran(run('error', 5, 'nothing could be seen'));
    ran(run('passed', 6));
    ran(run('error', 7, 'nothing could be seen'));

    expect(lines.map((line) => line.includes('\n'))).toEqual([true, false, true, true, false, false, true]);
    expect(lines[1]).toBe(
      `2026-11-25T12:02:05Z ✗ orders failed after 1 s, as at 12:01:05Z   run ${runIdOf(2).slice(0, 12)}`,
    );
    expect(lines[4]).toMatch(/ \? orders error after 1 s, as at 12:04:05Z {3}run/);
  });

  it('says when an incident opens and closes, and where no channel is notified', () => {
    const { lines, changed } = printing();
    changed(change);
    changed({ ...change, change: 'closed' });
    changed({ ...change, stream: 'observer', isNoticed: false });

    expect(lines.map((line) => line.slice('2026-11-25T12:01:05Z '.length))).toEqual([
      'incident opened (critical): orders is failing since 2026-11-25T12:01:05Z',
      'incident closed: orders works again; it began 2026-11-25T12:01:05Z',
      "incident opened (critical): orders cannot be checked since 2026-11-25T12:01:05Z; no channel is notified now, see 'coalmine explain orders --alert'",
    ]);
  });

  it('says which channel was notified of what', () => {
    const { lines, delivered } = printing();
    const { closedAtMs: _, ...open } = noticeOf();
    for (const kind of ['opened', 'upgraded', 'reminder', 'statusUpdate', 'closed', 'combined'] as const)
      delivered({ ...open, kind });
    delivered({ ...open, kind: 'statusUpdate', closedAtMs: NOW_MS });
    delivered({ ...open, incidents: 12 });

    expect(lines.map((line) => line.slice('2026-11-25T12:01:05Z pager was notified: '.length))).toEqual([
      'order-flow is failing',
      'order-flow is failing (critical now)',
      'order-flow is still failing',
      'order-flow is still failing (state)',
      'order-flow works again',
      'order-flow failed, and works again',
      'order-flow works again (state)',
      '12 incidents',
    ]);
  });
});

describe('the last resort', () => {
  it.each([
    ['order-flow', "order-flow. Look at 'coalmine explain order-flow --alert'."],
    ['@runner/team', "Coalmine itself (channel team). Look at 'coalmine status'."],
    ['@runner-cleanup', "Coalmine itself (cleanup). Look at 'coalmine status'."],
    ['@runner-state', "Coalmine itself (state). Look at 'coalmine status'."],
  ])('prints a notice about %s with a command that exists', async (canary, end) => {
    const lines: string[] = [];
    const { about } = noticeOf();
    const reporter = lastResort({ stderr: { write: (text) => void lines.push(text) } });

    await reporter.onUndelivered?.([noticeOf({ about: { ...about, canary } })]);

    expect(lines).toEqual([`No channel is left for the notice 'opened' of ${end}\n`]);
  });
});
