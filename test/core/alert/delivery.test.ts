import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  delivered,
  LEASE_MS,
  leaseDue,
  mayStillSend,
  refused,
} from '../../../runner/core/alert/outbox/delivery.ts';
import { MAX_DELIVERY_TIMEOUT_MS } from '../../../runner/core/model/channel.ts';
import { START_MS } from '../../support/alerts/alerts.ts';
import { MINUTE_MS, noticeOf, OutboxHarness, ROUTES, triedOf } from '../../support/alerts/outbox-harness.ts';
import { sampleSize } from '../../support/effort.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;
const opened = noticeOf('opened');
const closed = noticeOf('closed', { atMs: START_MS + 10, closedAtMs: START_MS + 10 });
const second = noticeOf('opened', { incident: 'orders@a#target2' });
const noData = noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' });

describe('leaseDue', () => {
  it('leases the oldest notice of each channel for a minute, as the next version', () => {
    const harness = new OutboxHarness().decide(opened, second, noData);

    const due = harness.lease('one');

    expect(due.map(({ canary, row }) => [canary, row.channel, row.notice.incident])).toEqual([
      ['orders', 'pager', 'orders@a#target1'],
      ['orders', 'mail', 'orders@a#observer1'],
    ]);
    expect(due[0]?.row).toMatchObject({
      attempts: 1,
      lease: { owner: 'one', fence: 1, untilMs: START_MS + 60_000 },
    });
    expect(harness.state).toMatchObject({ version: 1, writer: 'one' });
    expect(harness.state.outbox[0]).toBe(due[0]?.row);
    expect(mayStillSend(due[0]?.row as never, START_MS + LEASE_MS / 2, MAX_DELIVERY_TIMEOUT_MS)).toBe(true);
    expect(mayStillSend(due[0]?.row as never, START_MS + LEASE_MS / 2 + 1, MAX_DELIVERY_TIMEOUT_MS)).toBe(
      false,
    );
  });

  it('changes nothing where nothing is due', () => {
    const harness = new OutboxHarness().decide(opened);
    const ask = { owner: 'one', nowMs: START_MS - 1, routes: ROUTES, writer: 'w' };

    expect(leaseDue(harness.state, ask)).toEqual({ state: harness.state, due: [], expired: [] });
    expect(leaseDue(harness.state, ask).state).toBe(harness.state);
  });

  it('gives a notice to one sender only', () => {
    const harness = new OutboxHarness().decide(opened, second);
    harness.lease('one');

    expect(harness.lease('two')).toEqual([]);
    expect(harness.later(LEASE_MS - 1).lease('two')).toEqual([]);
  });

  it('goes on with the next once one is delivered', () => {
    const harness = new OutboxHarness().decide(opened, second);

    expect(harness.deliver()).toEqual(['pager: opened:1', 'pager: target2:opened:1']);
    expect(harness.state.outbox).toEqual([]);
  });

  it('lets nothing overtake what failed', () => {
    const harness = new OutboxHarness().decide(opened, second);
    harness.refuse('pager', { fraction: 0.5 });

    expect(harness.lease()).toEqual([]);
    expect(harness.later(1_000).lease()).toHaveLength(1);
  });

  it.each([
    { afterMs: 15 * MINUTE_MS, delayedSinceMs: undefined },
    { afterMs: 15 * MINUTE_MS + 1, delayedSinceMs: START_MS },
  ])('says of a notice $afterMs ms old that it is late: $delayedSinceMs', ({ afterMs, delayedSinceMs }) => {
    const [due] = new OutboxHarness().decide(opened).later(afterMs).lease();

    expect(due?.delayedSinceMs).toBe(delayedSinceMs);
  });

  it('counts the lateness of a fallback notice from the moment of the decision', () => {
    const harness = new OutboxHarness().decide(opened).later(20 * MINUTE_MS);
    harness.refuse('pager', { permanent: true });

    expect(harness.lease()[0]).toMatchObject({ delayedSinceMs: START_MS, row: { channel: 'chat' } });
  });

  it('counts the lateness of what was brought together from the oldest of it', () => {
    const late = { ...closed, atMs: START_MS + 20 * MINUTE_MS };
    const harness = new OutboxHarness()
      .decide(opened)
      .later(20 * MINUTE_MS)
      .decide(late);

    expect(harness.lease()[0]).toMatchObject({
      delayedSinceMs: START_MS,
      row: { notice: { kind: 'combined' } },
    });
  });

  it.each([
    { aheadMs: 15 * MINUTE_MS, due: 0, because: 'it may be meant' },
    { aheadMs: 15 * MINUTE_MS + 1, due: 1, because: 'no delivery waits so long' },
  ])('accepts a next try in $aheadMs ms only as far as one can be: $because', ({ aheadMs, due }) => {
    const harness = new OutboxHarness().decide(opened);
    harness.state = {
      ...harness.state,
      outbox: harness.state.outbox.map((row) => ({ ...row, nextAttemptAtMs: START_MS + aheadMs })),
    };

    expect(harness.lease()).toHaveLength(due);
  });
});

describe('a lease that ran out', () => {
  it('is taken over, under a fence of its own', () => {
    const harness = new OutboxHarness().decide(opened);
    const [lost] = harness.lease('one');

    const [due] = harness.later(LEASE_MS).lease('two');

    expect(due?.row).toMatchObject({
      attempts: 2,
      lastFault: 'one stopped before it recorded the outcome',
      lease: { owner: 'two', fence: 2, untilMs: START_MS + 2 * LEASE_MS },
    });
    expect(lost).toBeDefined();
    for (const late of [lost].filter((one) => one !== undefined)) {
      expect(delivered(harness.state, triedOf(late), { answer: 'ok', nowMs: START_MS, writer: 'w' })).toBe(
        harness.state,
      );
    }
  });

  it('is known by its fence where the same sender took it again', () => {
    const harness = new OutboxHarness().decide(opened);
    const [lost] = harness.lease('one');
    harness.later(LEASE_MS).lease('one');
    const tried = { id: lost?.row.id ?? '', owner: 'one', fence: 1 };

    expect(delivered(harness.state, tried, { answer: 'ok', nowMs: START_MS, writer: 'w' })).toBe(
      harness.state,
    );
    expect(
      delivered(harness.state, { ...tried, fence: 2 }, { answer: 'ok', nowMs: START_MS, writer: 'w' }).outbox,
    ).toHaveLength(1);
  });

  it('is followed by how things stand, once the new one is over', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');

    expect(harness.later(LEASE_MS).deliver()).toEqual(['pager: opened:1']);
    expect(harness.later(LEASE_MS - 1).deliver()).toEqual([]);
    expect(harness.later(1).deliver()).toEqual(['pager: statusUpdate:1+opened:1']);
    expect(harness.state.outbox).toEqual([]);
  });

  it('is followed by what is true by then', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    harness.later(LEASE_MS).lease('two');

    harness.decide(closed);

    expect(harness.waiting).toEqual(['pager: opened:1', 'pager: closed:1', 'pager: statusUpdate:1+closed:1']);
    expect(harness.state.outbox[2]?.notice).toMatchObject({
      kind: 'statusUpdate',
      number: 1,
      id: 'orders@a#target1:statusUpdate:1+closed:1',
      closedAtMs: closed.closedAtMs,
    });
  });

  it('delays no other notice until it is due', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    harness.later(LEASE_MS).deliver();

    harness.decide(second);

    expect(harness.waiting).toEqual(['pager: target2:opened:1', 'pager: statusUpdate:1+opened:1']);
    expect(harness.deliver()).toEqual(['pager: target2:opened:1']);
  });

  it('is confirmed once for an incident, by the truest of all that is known', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    harness.later(LEASE_MS).lease('two');
    harness.later(LEASE_MS).lease('three');

    expect(harness.waiting).toEqual(['pager: opened:1', 'pager: statusUpdate:2+opened:1']);
    expect(harness.state.outbox[1]).toMatchObject({ nextAttemptAtMs: START_MS + 3 * LEASE_MS });
    expect(harness.state.alert.statusUpdates).toBe(2);
  });

  it('does not make a confirmation forget what it knew', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    harness.later(LEASE_MS).deliver();
    harness.decide(closed).deliver();
    harness.later(LEASE_MS).lease('two');

    const early = harness.later(LEASE_MS).lease('three');
    const [due] = harness.later(LEASE_MS).lease('three');

    expect(early).toEqual([]);
    expect(due?.row.notice).toMatchObject({ kind: 'statusUpdate', closedAtMs: closed.closedAtMs });
    expect(harness.waiting).toHaveLength(1);
  });

  it('keeps a confirmation that is being sent apart from the next', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    harness.later(LEASE_MS).deliver();
    harness.later(LEASE_MS).lease('two');

    harness.decide(closed);

    expect(harness.waiting).toEqual(['pager: statusUpdate:1+opened:1', 'pager: closed:1']);
    expect(harness.lease('three')).toEqual([]);
  });

  it('is confirmed by one sender at a time, even where a clock is behind', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    harness.later(LEASE_MS).deliver();
    harness.later(LEASE_MS).lease('two');

    expect(harness.later(-10_000).decide(second).lease('behind')).toEqual([]);
  });

  it('is confirmed on each channel, by a number of its own', () => {
    const harness = new OutboxHarness().decide(opened, noData);
    harness.lease('one');
    harness.later(LEASE_MS).lease('two');
    harness.later(LEASE_MS).lease('three');

    expect(harness.waiting.slice(2)).toEqual([
      'pager: statusUpdate:3+opened:1',
      'mail: observer1:statusUpdate:4+opened:1',
    ]);
  });

  it('confirms what stood in as well', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.refuse('pager', { permanent: true });
    harness.lease('one');
    harness.later(LEASE_MS).deliver();

    expect(harness.waiting).toEqual(['chat: statusUpdate:1+opened:1']);
  });
});

describe('delivered', () => {
  it('takes the notice out, as the next version', () => {
    const harness = new OutboxHarness().decide(opened, second);
    const [due] = harness.lease('one');
    const tried = { id: due?.row.id ?? '', owner: 'one', fence: 1 };

    const state = delivered(harness.state, tried, { answer: 'ok', nowMs: START_MS, writer: 'w' });

    expect(state).toMatchObject({ version: 2, writer: 'w' });
    expect(state.outbox.map(({ notice }) => notice)).toEqual([second]);
  });

  it.each([
    { id: 'another', owner: 'one', fence: 1 },
    { id: 'orders@a#target1:opened:1:pager', owner: 'two', fence: 1 },
    { id: 'orders@a#target1:opened:1:pager', owner: 'one', fence: 2 },
  ])('changes nothing without the lease: %j', (tried) => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    const ask = {
      fault: { message: '', permanent: true },
      nowMs: harness.nowMs,
      fraction: 0,
      routes: ROUTES,
      writer: 'w',
    };

    expect(delivered(harness.state, tried, { answer: 'ok', nowMs: START_MS, writer: 'w' })).toBe(
      harness.state,
    );
    expect(refused(harness.state, tried, ask)).toEqual({ state: harness.state, undelivered: [] });
    expect(refused(harness.state, tried, ask).state).toBe(harness.state);
  });
});

describe('a notice that may still arrive', () => {
  const slow = { message: 'too slow', permanent: false, mayArrive: true };

  function refuse(harness: OutboxHarness): void {
    const [due] = harness.lease();
    const asked = { fault: slow, nowMs: harness.nowMs, fraction: 0, routes: harness.routes, writer: 'one' };
    harness.state = refused(harness.state, triedOf(due as never), asked).state;
  }

  it('is followed by how things stand, for it may come after what is newer', () => {
    const harness = new OutboxHarness().decide(noticeOf('opened'));

    refuse(harness);
    harness.deliver();
    harness.decide(noticeOf('closed', { closedAtMs: harness.nowMs }));
    harness.deliver();
    harness.later(LEASE_MS);

    expect(harness.state.outbox.map(({ notice }) => [notice.kind, notice.closedAtMs])).toEqual([
      ['statusUpdate', START_MS],
    ]);
    expect(harness.deliver()).toEqual(['pager: statusUpdate:1+closed:1']);
  });

  it('says how things stand again when that itself may still arrive, and not before it has', () => {
    const harness = new OutboxHarness().decide(noticeOf('opened'));
    refuse(harness);
    harness.deliver();
    harness.later(LEASE_MS);

    refuse(harness);

    expect(harness.state.outbox).toMatchObject([
      { attempts: 1, notice: { kind: 'statusUpdate' }, nextAttemptAtMs: harness.nowMs + LEASE_MS },
    ]);
  });
});

describe('refused', () => {
  it('frees the notice for a later try, as the next version', () => {
    const harness = new OutboxHarness().decide(opened);

    const { broken } = harness.refuse('pager', { fraction: 0.5 });

    expect(broken).toBeUndefined();
    expect(harness.state).toMatchObject({ version: 2, writer: 'one' });
    expect(harness.state.outbox[0]).toEqual({
      id: 'orders@a#target1:opened:1:pager',
      channel: 'pager',
      notice: opened,
      createdAtMs: START_MS,
      attempts: 1,
      nextAttemptAtMs: START_MS + 1_000,
      lastFault: 'it answered 503.',
      besides: [],
    });
  });

  it.each([
    { attempts: 1, waitMs: 2_000 },
    { attempts: 2, waitMs: 4_000 },
    { attempts: 3, waitMs: 8_000 },
    { attempts: 9, waitMs: 512_000 },
    { attempts: 10, waitMs: 900_000 },
    { attempts: 60, waitMs: 900_000 },
  ])('waits less than $waitMs ms after $attempts tries', ({ attempts, waitMs }) => {
    const harness = new OutboxHarness().decide(opened);
    for (let tries = 1; tries < attempts; tries += 1) harness.refuse('pager');

    harness.refuse('pager', { fraction: 1 });

    expect(harness.state.outbox[0]?.nextAttemptAtMs).toBe(START_MS + waitMs);
  });

  it.each([
    { retryAfterMs: 0, waitMs: 1_000 },
    { retryAfterMs: -5, waitMs: 1_000 },
    { retryAfterMs: 1_001, waitMs: 1_001 },
    { retryAfterMs: 1e12, waitMs: 900_000 },
    { retryAfterMs: Number.POSITIVE_INFINITY, waitMs: 900_000 },
    { retryAfterMs: Number.NaN, waitMs: 1_000 },
  ])('waits $waitMs ms when it is asked to wait $retryAfterMs', ({ retryAfterMs, waitMs }) => {
    const harness = new OutboxHarness().decide(opened);

    harness.refuse('pager', { retryAfterMs, fraction: 0.5 });

    expect(harness.state.outbox[0]?.nextAttemptAtMs).toBe(START_MS + waitMs);
  });

  it('always tries again within a quarter of an hour, and within the notice’s day', () => {
    fc.assert(
      fc.property(
        fc.record({
          ageMs: fc.integer({ min: 0, max: DAY_MS - 1 }),
          retryAfterMs: fc.option(fc.double(), { nil: undefined }),
          fraction: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        ({ ageMs, retryAfterMs, fraction }) => {
          const harness = new OutboxHarness().decide(opened).later(ageMs);
          harness.refuse('pager', { fraction, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
          const nextMs = harness.state.outbox[0]?.nextAttemptAtMs ?? 0;

          expect(nextMs).toBeGreaterThanOrEqual(harness.nowMs);
          expect(nextMs).toBeLessThanOrEqual(Math.min(harness.nowMs + 15 * MINUTE_MS, START_MS + DAY_MS));
        },
      ),
      { numRuns: sampleSize({ small: 50, full: 200 }) },
    );
  });

  it.each([
    { ageMs: DAY_MS - 1, broken: undefined },
    { ageMs: DAY_MS, broken: { channel: 'pager', reason: 'it answered 503.' } },
  ])('gives up $ageMs ms after the notice was decided: $broken', ({ ageMs, broken }) => {
    const harness = new OutboxHarness().decide(opened).later(ageMs);

    expect(harness.refuse('pager').broken).toEqual(broken);
    expect(harness.waiting[0]).toBe(
      broken === undefined ? 'pager: opened:1' : 'chat: opened:1 instead of pager',
    );
  });

  it('gives up a receiver that had a notice in whole three times, and never confirmed it', () => {
    const harness = new OutboxHarness().decide(opened);
    const unconfirmed = { unconfirmed: true };

    expect(harness.refuse('pager', unconfirmed).broken).toBeUndefined();
    harness.refuse('pager');
    expect(harness.refuse('pager', unconfirmed).broken).toBeUndefined();
    expect(harness.refuse('pager', unconfirmed).broken).toMatchObject({ channel: 'pager' });

    expect(harness.waiting).toEqual(['chat: opened:1 instead of pager']);
  });

  it('sends the end, too, to a receiver that had the beginning in whole and never confirmed it', () => {
    const harness = new OutboxHarness().decide(opened);
    for (let n = 0; n < 3; n += 1) harness.refuse('pager', { unconfirmed: true });
    harness.deliver();

    harness.decide(closed);

    expect(harness.waiting).toEqual(['pager: closed:1', 'chat: closed:1']);
  });

  it('counts unconfirmed tries of a notice in the one that it is merged into', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.refuse('pager', { unconfirmed: true });
    harness.decide(closed);

    expect(harness.state.outbox).toMatchObject([{ unconfirmed: 1, notice: { kind: 'combined' } }]);
  });

  it('returns the notices that no channel will deliver', () => {
    const harness = new OutboxHarness().decide(noData);

    harness.refuse('mail', { permanent: true });

    expect(harness.undelivered).toEqual([noData]);
    expect(harness.state).toMatchObject({ version: 2, outbox: [] });
  });

  it('lets a confirmation go: the news that it repeats has its own way', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('one');
    harness.later(LEASE_MS).deliver();
    harness.later(LEASE_MS);

    const { broken, undelivered } = harness.refuse('pager', { permanent: true });

    expect(broken?.channel).toBe('pager');
    expect(undelivered).toEqual([]);
    expect(harness.waiting).toEqual([]);
  });
});
