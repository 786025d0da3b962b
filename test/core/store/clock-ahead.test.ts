import { describe, expect, it } from '@jest/globals';
import type { CanaryState, PendingNotice } from '../../../runner/core/alert/alert-state.ts';
import { newAlertState } from '../../../runner/core/alert/reduce.ts';
import {
  explainWatermark,
  resetAlerts,
  resetCleanup,
  resetEntry,
} from '../../../runner/core/store/clock-ahead.ts';
import { DamagedRecordError, damagedSlot, unlessDamaged } from '../../../runner/core/store/damaged.ts';
import { decideAdvance } from '../../../runner/core/store/slot-transitions.ts';
import { entryOf } from '../../adapters/cleanup-contract.ts';
import { ABOUT } from '../../support/alerts/alerts.ts';

const NOW = 1_700_000_000_000;
const DAY = 86_400_000;

describe('the alerts of a clock that was ahead', () => {
  const row = (untilMs: number): PendingNotice =>
    ({
      id: 'n',
      createdAtMs: NOW + 9 * DAY,
      attempts: 1,
      nextAttemptAtMs: NOW + 9 * DAY,
      lease: { owner: 'x', fence: 1, untilMs },
    }) as PendingNotice;
  const state: CanaryState = {
    canary: 'a',
    version: 3,
    writer: 'w',
    alert: {
      ...newAlertState('x', ABOUT),
      silence: { reason: 'r', by: 'b', atMs: NOW + 9 * DAY, untilMs: NOW + 10 * DAY },
    },
    outbox: [row(NOW + 9 * DAY), row(NOW + 1_000)],
  };

  it('are muted for a day at most, and their notices are due now', () => {
    const write = resetAlerts(state, NOW)?.write;

    expect(write).toMatchObject({
      version: 4,
      alert: { silence: { atMs: NOW, untilMs: NOW + DAY } },
      outbox: [
        { createdAtMs: NOW, nextAttemptAtMs: NOW },
        { nextAttemptAtMs: NOW, lease: { untilMs: NOW + 1_000 } },
      ],
    });
    expect(write?.outbox[0]).not.toHaveProperty('lease');
  });

  it('are left as they are by a clock that is right', () => {
    expect(resetAlerts(state, NOW + 9 * DAY)).toBeUndefined();
  });
});

describe('a cleanup', () => {
  it('of the past stays as it is', () => {
    expect(resetCleanup(entryOf({ startedAtMs: NOW }), NOW)).toBeUndefined();
  });
});

describe('a watermark', () => {
  it('that is no moment gives way to any', () => {
    const found = { toMs: Number.POSITIVE_INFINITY, schedule: 'every 5' };

    expect(decideAdvance(found, { toMs: NOW })).toEqual({ toMs: NOW, schedule: 'every 5' });
  });

  it('keeps its offset against one of an older moment', () => {
    const found = { toMs: NOW, schedule: '0 9 * * * Europe/Berlin @60' };

    expect(decideAdvance(found, { toMs: NOW - 1, schedule: '0 9 * * * Europe/Berlin @120' })).toBeUndefined();
    expect(decideAdvance(found, { toMs: NOW - 1, schedule: 'every 5' })).toEqual({
      toMs: NOW,
      schedule: 'every 5',
    });
  });
});

describe('an answer of the store', () => {
  it('is undefined for a damaged record, and fails for any other reason', async () => {
    expect(await unlessDamaged(Promise.reject(new DamagedRecordError('x')))).toBeUndefined();
    await expect(unlessDamaged(Promise.reject(new Error('away')))).rejects.toThrow('away');
  });
});

describe('an entry of the history', () => {
  it('of the past stays as it is', () => {
    expect(resetEntry({ canary: 'a', atMs: NOW, what: 'done', count: 1 }, NOW)).toBeUndefined();
  });
});

describe('a slot whose record is damaged', () => {
  it.each([
    { running: true, applied: true, state: 'running', isApplied: false },
    { running: false, applied: true, state: 'lost', isApplied: true },
    { running: false, applied: false, state: 'lost', isApplied: false },
  ])('is $state, and applied: $isApplied, if running: $running and applied: $applied', (one) => {
    const { running, applied, state, isApplied } = one;

    expect(
      damagedSlot({ canary: 'a', slotAtMs: NOW + 0.5 }, { running, applied, leaseUntilMs: NOW }),
    ).toMatchObject({ slotAtMs: NOW, state, applied: isApplied, count: 1 });
  });
});

describe('a watermark in the future', () => {
  it('is explained by a clock that was ahead, unless it is no moment: that one is damaged', () => {
    expect(explainWatermark(NOW + DAY, NOW)).toContain('A clock that was ahead');
    expect(explainWatermark(1e300, NOW)).toBeUndefined();
    expect(explainWatermark(undefined, NOW)).toBeUndefined();
  });
});
