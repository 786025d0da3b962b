import { describe, expect, it } from '@jest/globals';
import { openEvent } from '../../../runner/core/taps/envelope.ts';
import { dating, journalEntry } from '../../../runner/core/taps/journal-record.ts';
import { isProbe, PROBE, sendsProbes } from '../../../runner/core/taps/probe.ts';

describe('a probe', () => {
  it.each([
    [{ source: PROBE, detail: {} }, true],
    [{ body: 'x', attributes: { [PROBE]: 'true' } }, true],
    [{ source: 'shop.orders', detail: { source: PROBE } }, false],
    [{ body: PROBE, attributes: { canary: 'true' } }, false],
    [{ body: 'x', attributes: null }, false],
    [{ body: 'x' }, false],
    [PROBE, false],
    [null, false],
  ])('is known by its source or by an attribute: %j is one: %s', (data, isOne) => {
    expect(isProbe(data)).toBe(isOne);
  });

  it.each([
    [{ on: { bus: 'b' }, probe: false }, true],
    [{ on: { topic: 't' }, probe: false }, false],
    [{ on: { topic: 't' }, probe: true }, true],
  ])('is sent over %j: %s', (tap, isSent) => {
    expect(sendsProbes(tap)).toBe(isSent);
  });

  it('is kept under a key of its own, and under no value of the system’s', () => {
    const body = JSON.stringify({ id: 'e1', source: PROBE, detail: { orderId: 'o1' } });
    const message = {
      messageId: 'm',
      receipt: 'r',
      body,
      attributes: {},
      sentAtMs: 0,
      receiveCount: 1,
    };

    expect(
      journalEntry(message, {
        feed: 'bus orders',
        ids: ['detail.orderId'],
        receivedAtMs: 1,
        open: dating(openEvent),
      }),
    ).toMatchObject({ id: 'control-e1', keys: [PROBE] });
  });
});
