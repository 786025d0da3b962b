import { describe, expect, it } from '@jest/globals';
import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import type { AlertState, CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { applyEvents, newCanaryState } from '../../../runner/core/alert/apply-events.ts';
import { routesOf } from '../../../runner/core/alert/outbox.ts';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import { ABOUT, digestFor, policyOf, SLOT_MS, START_MS } from '../../support/alerts/alerts.ts';

const POLICY = policyOf({ after: { failures: 2, of: 2 }, to: ['pager'] });
const ROUTES = routesOf(POLICY, {
  operators: ['mail'],
  channels: [
    { name: 'pager', kind: 'sns', options: {}, address: 'a' },
    { name: 'mail', kind: 'sns', options: {}, address: 'b' },
  ],
});
const GIVEN = { policy: POLICY, routes: ROUTES, writer: 'w1' };

function failed(slot: number): AlertEvent {
  const atMs = START_MS + slot * SLOT_MS;
  return {
    kind: 'result',
    digest: digestFor(atMs, 'failed'),
    about: ABOUT,
    nowMs: atMs,
    inMaintenance: false,
  };
}

const fresh = newCanaryState(ABOUT, 'a');

describe('advance', () => {
  it('starts from a version that was never written', () => {
    expect(fresh).toMatchObject({
      canary: 'orders',
      version: 0,
      alert: { incarnation: 'a', form: 1 },
      outbox: [],
    });
  });

  it('puts incidents and notices into one next version', () => {
    const { state, notices, undelivered } = applyEvents(fresh, [failed(1), failed(2)], GIVEN);

    expect(state).toMatchObject({ version: 1, writer: 'w1' });
    expect(state.alert.target.incident?.id).toBe('orders@a#target1');
    expect(state.outbox.map(({ id }) => id)).toEqual(['orders@a#target1:opened:1:pager']);
    expect(state.outbox[0]?.createdAtMs).toBe(START_MS + 2 * SLOT_MS);
    expect(notices.map(({ id }) => id)).toEqual(['orders@a#target1:opened:1']);
    expect(undelivered).toEqual([]);
  });

  it('need not be written where nothing changes', () => {
    const tick: AlertEvent = { kind: 'tick', nowMs: START_MS, inMaintenance: false };

    expect(applyEvents(fresh, [tick], GIVEN).state).toBe(fresh);
    expect(applyEvents(fresh, [], GIVEN).state).toBe(fresh);
  });

  it('changes nothing by events that were folded already', () => {
    const { state } = applyEvents(fresh, [failed(1), failed(2)], GIVEN);

    const again = applyEvents(state, [failed(1), failed(2)], { ...GIVEN, writer: 'w2' });

    expect(again.state).toBe(state);
    expect(again.notices).toEqual([]);
  });

  it('says which notices no channel takes', () => {
    const { state, undelivered } = applyEvents(fresh, [failed(1), failed(2)], {
      ...GIVEN,
      routes: { ...ROUTES, channels: [] },
    });

    expect(undelivered.map(({ kind }) => kind)).toEqual(['opened']);
    expect(state.outbox).toEqual([]);
  });

  it('refuses what a newer version has written', () => {
    const newer: CanaryState = { ...fresh, alert: { ...fresh.alert, form: 2 } as unknown as AlertState };

    expect(() => applyEvents(newer, [failed(1)], GIVEN)).toThrow(ObserverError);
    expect(() => applyEvents(newer, [failed(1)], GIVEN)).toThrow(
      expect.objectContaining({ permanent: true }),
    );
    expect(() => applyEvents(newer, [failed(1)], GIVEN)).toThrow(
      'A newer Coalmine wrote the alerts of orders: form 2, and this one reads form 1. Deploy the newer one again.',
    );
  });
});
