import { describe, expect, it } from '@jest/globals';
import { attemptOf, unrecordedAttempt } from '../../../runner/core/alert/outbox/attempts.ts';
import { LEASE_MS } from '../../../runner/core/alert/outbox/delivery.ts';
import { DeliveryError } from '../../../runner/core/base/errors.ts';
import type { Delivered } from '../../../runner/core/notice/notifier.ts';
import { START_MS } from '../../support/alerts/alerts.ts';
import { noticeOf, OutboxHarness } from '../../support/alerts/outbox-harness.ts';

const FACTS = {
  canary: 'orders',
  atMs: START_MS,
  channel: 'pager',
  notice: 'orders@a#target1:opened:1',
  incident: 'orders@a#target1',
  stream: 'target',
  kind: 'opened',
  number: 1,
};

/** A notice for the pager under a lease. */
function leased() {
  const [due] = new OutboxHarness().decide(noticeOf('opened')).lease('worker-1');
  if (due === undefined) throw new Error('nothing is due');
  return due;
}

describe('the record of an attempt', () => {
  it.each<{ title: string; answer: Delivered | DeliveryError; result: object }>([
    {
      title: 'with an answer was accepted, by that address',
      answer: { answer: 'PagerDuty answered 202', address: 'd1' },
      result: { result: 'accepted', reason: 'PagerDuty answered 202', address: 'd1' },
    },
    {
      title: 'with a refusal was refused, by the address if it is known',
      answer: new DeliveryError('it answered 503', { address: 'd1' }),
      result: { result: 'refused', reason: 'it answered 503', address: 'd1' },
    },
    {
      title: 'that may still arrive is unclear',
      answer: new DeliveryError('it is late', { mayArrive: true }),
      result: { result: 'unclear', reason: 'it is late' },
    },
    {
      title: 'that was not confirmed is unclear',
      answer: new DeliveryError('it said nothing', { unconfirmed: true }),
      result: { result: 'unclear', reason: 'it said nothing' },
    },
    {
      title: 'whose connection broke is unclear',
      answer: new DeliveryError('it hung up', { unclear: true }),
      result: { result: 'unclear', reason: 'it hung up' },
    },
    {
      title: 'has a short reason',
      answer: new DeliveryError('x'.repeat(501)),
      result: { result: 'refused', reason: `${'x'.repeat(499)}…` },
    },
  ])('$title', ({ answer, result }) => {
    expect(attemptOf(leased(), answer)).toEqual({ ...FACTS, ...result });
  });

  it('whose sender stopped is unclear, and names the sender', () => {
    expect(unrecordedAttempt(leased())).toEqual({
      ...FACTS,
      result: 'unclear',
      reason: 'worker-1 stopped before it recorded the outcome',
    });
  });

  it('begins at a whole millisecond', () => {
    const { canary, row } = leased();
    const lease = { owner: 'worker-1', fence: 1, untilMs: START_MS + 0.75 + LEASE_MS };

    expect(attemptOf({ canary, row: { ...row, lease } }, { answer: 'ok' }).atMs).toBe(START_MS);
  });
});
