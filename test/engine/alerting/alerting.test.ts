import { describe, expect, it } from '@jest/globals';
import type { CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { digestOf } from '../../../runner/core/notice/failure-digest.ts';
import { ABOUT } from '../../support/alerts/alerts.ts';
import { resultOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const T0 = 1_700_000_000_000;

function outcome(verdict: 'passed' | 'failed', slotAtMs: number) {
  const digest = digestOf(resultOf({ canary: 'orders', verdict, slotAtMs }));
  return { kind: 'result', digest, about: { ...ABOUT, canary: 'orders' } } as const;
}

const FAILED = outcome('failed', T0 + 60_000);

async function withState(fleet: TestFleet): Promise<CanaryState> {
  const { state } = await fleet.monitor().alerting.apply('orders', [outcome('passed', T0)]);
  return state;
}

describe('a proposed state', () => {
  it('is the one that applying the events would save, and nothing is saved or reported yet', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    const known = await withState(fleet);

    const proposed = fleet.monitor().alerting.propose('orders', [FAILED], known);

    expect(proposed).toMatchObject({ before: known, state: { version: known.version + 1 } });
    expect(proposed?.state.alert.samples).toHaveLength(2);
    expect(await fleet.store.alerts.load('orders')).toEqual(known);
  });

  it('is none for events that were applied before', async () => {
    const fleet = new TestFleet(scheduled('orders'));
    await withState(fleet);
    const { state } = await fleet.monitor().alerting.apply('orders', [FAILED]);

    expect(fleet.monitor().alerting.propose('orders', [FAILED], state)).toBeUndefined();
  });
});
