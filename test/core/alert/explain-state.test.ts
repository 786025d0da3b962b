import { describe, expect, it } from '@jest/globals';
import { newCanaryState } from '../../../runner/core/alert/outbox/apply-events.ts';
import { explainState } from '../../../runner/core/alert/outbox/explain-state.ts';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import { ABOUT, HOUR_MS, playEvents, policyOf, START_MS } from '../../support/alerts/alerts.ts';
import { MINUTE_MS, noticeOf, OutboxHarness } from '../../support/alerts/outbox-harness.ts';

const SIGHTED = 'It can be checked: 0 of 3 slots in a row gave no data.';
const IDLE = 'No notice waits to be delivered.';

function explain(
  script: string,
  given: Partial<AlertPolicy> = {},
  maintenanceUntilMs?: number,
): readonly string[] {
  const last = playEvents(script, given).at(-1);
  return explainState(
    { ...newCanaryState(ABOUT, 'a'), ...(last === undefined ? {} : { alert: last.state }) },
    {
      policy: policyOf(given),
      nowMs: last?.event?.nowMs ?? START_MS,
      ...(maintenanceUntilMs === undefined ? {} : { maintenanceUntilMs }),
    },
  );
}

describe('whyTold', () => {
  it.each<{ script: string; given?: Partial<AlertPolicy>; says: readonly string[] }>([
    { script: '', says: ['It is not failing: 0 of 2 failures in a row.', SIGHTED, IDLE] },
    { script: 'P F', says: ['It is not failing: 1 of 2 failures in a row.', SIGHTED, IDLE] },
    {
      script: 'F P F E E',
      given: { after: { failures: 3, of: 5 } },
      says: [
        'It is not failing: 2 of 3 failures among the newest 5 runs.',
        'It can be checked: 2 of 3 slots in a row gave no data.',
        IDLE,
      ],
    },
    {
      script: 'F F',
      says: [
        'It fails since 2026-11-25 00:05 UTC, and has never passed yet: orders@a#target1 (warning, opened at 2026-11-25 00:10 UTC, 2 slots against it).',
        'A notice of that was decided at 2026-11-25 00:10 UTC; no channel has accepted it yet.',
        'It ends with the next run that passes.',
        'The next reminder is due at 2026-11-25 01:10 UTC.',
        SIGHTED,
        IDLE,
      ],
    },
    {
      script: 'P F F P ack:2h',
      given: { recover: 2 },
      says: [
        'It fails since 2026-11-25 00:10 UTC, and last passed at 2026-11-25 00:05 UTC: orders@a#target1 (warning, opened at 2026-11-25 00:15 UTC, 2 slots against it).',
        'A notice of that was decided at 2026-11-25 00:15 UTC; no channel has accepted it yet.',
        'It ends after 2 passes in a row, of which there is 1.',
        'ann acknowledged it until 2026-11-25 02:20 UTC: no reminders.',
        SIGHTED,
        IDLE,
      ],
    },
    {
      script: 'P F F',
      given: { recover: 3 },
      says: [
        'It fails since 2026-11-25 00:10 UTC, and last passed at 2026-11-25 00:05 UTC: orders@a#target1 (warning, opened at 2026-11-25 00:15 UTC, 2 slots against it).',
        'A notice of that was decided at 2026-11-25 00:15 UTC; no channel has accepted it yet.',
        'It ends after 3 passes in a row, of which there are 0.',
        'The next reminder is due at 2026-11-25 01:15 UTC.',
        SIGHTED,
        IDLE,
      ],
    },
    {
      script: 'P critical F',
      given: { after: { failures: 1, of: 1 } },
      says: [
        'It fails since 2026-11-25 00:10 UTC, and last passed at 2026-11-25 00:05 UTC: orders@a#target1 (critical, opened at 2026-11-25 00:10 UTC, 1 slot against it).',
        'A notice of that was decided at 2026-11-25 00:10 UTC; no channel has accepted it yet.',
        'It ends with the next run that passes.',
        'The next reminder is due at 2026-11-25 01:10 UTC.',
        SIGHTED,
        IDLE,
      ],
    },
    {
      script: 'silence:1h P F F',
      says: [
        'ann muted it until 2026-11-25 01:00 UTC (why).',
        'It fails since 2026-11-25 00:10 UTC, and last passed at 2026-11-25 00:05 UTC: orders@a#target1 (warning, opened at 2026-11-25 00:15 UTC, 2 slots against it).',
        'That is not notified yet: it will be, with the first event that nothing mutes.',
        'It ends with the next run that passes.',
        SIGHTED,
        IDLE,
      ],
    },
    {
      script: 'wrong',
      says: [
        'It is not failing: 0 of 2 failures in a row.',
        'It cannot be checked since 2026-11-25 00:00 UTC: orders@a#observer1 (warning, opened at 2026-11-25 00:00 UTC, 0 slots against it).',
        'A notice of that was decided at 2026-11-25 00:00 UTC; no channel has accepted it yet.',
        'It ends after 2 slots with data in a row, of which there are 0.',
        'The next reminder is due at 2026-11-25 01:00 UTC.',
        IDLE,
      ],
    },
    {
      script: 'P E E E pause',
      says: ['ann paused it at 2026-11-25 00:20 UTC (why): its slots do not count.', IDLE],
    },
    {
      script: 'P delete',
      says: ['The canary was deleted: only the ends of its incidents are notified.', IDLE],
    },
    {
      script: 'P M*3 P',
      says: [
        'It is not failing: 0 of 2 failures in a row.',
        'It cannot be checked since 2026-11-25 00:20 UTC, and last passed at 2026-11-25 00:05 UTC: orders@a#observer1 (warning, opened at 2026-11-25 00:20 UTC, 3 slots against it).',
        'A notice of that was decided at 2026-11-25 00:20 UTC; no channel has accepted it yet.',
        'It ends after 2 slots with data in a row, of which there is 1.',
        'The next reminder is due at 2026-11-25 01:20 UTC.',
        IDLE,
      ],
    },
  ])('of $script', ({ script, given = {}, says }) => {
    expect(explain(script, given)).toEqual(says);
  });

  it('names the maintenance window that mutes it, and the end that waits for it', () => {
    expect(explain('P F F ( P F F', {}, START_MS + HOUR_MS)).toEqual([
      'A maintenance window mutes it until 2026-11-25 01:00 UTC.',
      'orders@a#target1 ended at 2026-11-25 00:20 UTC (resolved); that is not notified yet.',
      'It fails since 2026-11-25 00:25 UTC, and last passed at 2026-11-25 00:20 UTC: orders@a#target2 (warning, opened at 2026-11-25 00:30 UTC, 2 slots against it).',
      'That is not notified yet: it will be, with the first event that nothing mutes.',
      'It ends with the next run that passes.',
      SIGHTED,
      IDLE,
    ]);
  });

  it('says until when a flapping incident is held open', () => {
    expect(explain('P F F P F F P F F P P')).toEqual([
      'It fails since 2026-11-25 00:40 UTC, and last passed at 2026-11-25 00:35 UTC: orders@a#target3 (warning, opened at 2026-11-25 00:45 UTC, 2 slots against it, flapping).',
      'A notice of that was decided at 2026-11-25 00:45 UTC; no channel has accepted it yet.',
      'It ends with the next run that passes.',
      'It is flapping, so it is held open until 2026-11-25 01:45 UTC at least.',
      'The next reminder is due at 2026-11-25 01:45 UTC.',
      SIGHTED,
      IDLE,
    ]);
  });

  it('forgets a silence that is over', () => {
    expect(explain('silence:5m P F')[0]).toBe('It is not failing: 1 of 2 failures in a row.');
    expect(explain('silence:599s P F')[0]).toBe('It is not failing: 1 of 2 failures in a row.');
    expect(explain('silence:600s P F')[0]).toBe('ann muted it until 2026-11-25 00:10 UTC (why).');
  });

  it('lists each pending notice', () => {
    const harness = new OutboxHarness().decide(
      noticeOf('opened'),
      noticeOf('opened', { incident: 'orders@a#target2' }),
    );
    const untried = explainState(harness.state, { policy: policyOf(), nowMs: harness.nowMs + MINUTE_MS });
    harness.lease();
    const sending = explainState(harness.state, { policy: policyOf(), nowMs: harness.nowMs + MINUTE_MS - 1 });
    const overdue = explainState(harness.state, { policy: policyOf(), nowMs: harness.nowMs + MINUTE_MS });
    harness.later(MINUTE_MS).refuse('pager', { retryAfterMs: 2 * MINUTE_MS });
    const refused = explainState(harness.state, { policy: policyOf(), nowMs: harness.nowMs });
    harness.later(2 * MINUTE_MS).refuse('pager', { permanent: true });
    const standsIn = explainState(harness.state, { policy: policyOf(), nowMs: harness.nowMs });

    expect(untried.slice(2)).toEqual([
      'For pager: opened of orders@a#target1, not tried yet, next at 2026-11-25 00:01 UTC.',
      'For pager: opened of orders@a#target2, not tried yet, next at 2026-11-25 00:01 UTC.',
    ]);
    expect(sending[2]).toBe('For pager: opened of orders@a#target1, tried 1 time, being sent now.');
    expect(overdue[2]).toBe(
      'For pager: opened of orders@a#target1, tried 1 time, next at 2026-11-25 00:01 UTC.',
    );
    expect(refused[2]).toBe(
      'For pager: opened of orders@a#target1, tried 2 times, next at 2026-11-25 00:03 UTC; the last time: it answered 503.',
    );
    expect(standsIn.at(-2)).toBe(
      'For chat instead of pager: opened of orders@a#target1, not tried yet, next at 2026-11-25 00:03 UTC.',
    );
  });
});
