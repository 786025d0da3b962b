import { describe, expect, it } from '@jest/globals';
import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import type { AlertState, CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { applyEvents, newCanaryState } from '../../../runner/core/alert/outbox/apply-events.ts';
import { routesOf } from '../../../runner/core/alert/outbox/outbox.ts';
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
      alert: { incarnation: 'a', form: 2 },
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

  it.each([
    {
      form: 3,
      says: 'A newer Coalmine wrote the alerts of orders: form 3, and this one reads form 2. Deploy the newer one again.',
    },
    {
      form: 1,
      says: 'An older Coalmine wrote the alerts of orders: form 1, and this one reads form 2. Begin with a new state file or table.',
    },
  ])('refuses what another version has written: form $form', ({ form, says }) => {
    const other: CanaryState = { ...fresh, alert: { ...fresh.alert, form } as unknown as AlertState };

    expect(() => applyEvents(other, [failed(1)], GIVEN)).toThrow(ObserverError);
    expect(() => applyEvents(other, [failed(1)], GIVEN)).toThrow(
      expect.objectContaining({ permanent: true }),
    );
    expect(() => applyEvents(other, [failed(1)], GIVEN)).toThrow(says);
  });
});
