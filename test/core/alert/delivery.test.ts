import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { delivered, LEASE_MS, leaseDue, refused, SEND_MS } from '../../../runner/core/alert/delivery.ts';
import { STORY_AT_MS } from '../../support/alerts/alerts.ts';
import { Desk, MINUTE_MS, noticeOf, ROUTES, triedOf } from '../../support/alerts/outbox-harness.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;
const opened = noticeOf('opened');
const closed = noticeOf('closed', { atMs: STORY_AT_MS + 10, closedAtMs: STORY_AT_MS + 10 });
const second = noticeOf('opened', { incident: 'orders@a#target2' });
const blind = noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' });

describe('leaseDue', () => {
  it('leases the oldest notice of each channel for a minute, as the next version', () => {
    const desk = new Desk().decide(opened, second, blind);

    const due = desk.lease('one');

    expect(due.map(({ canary, row }) => [canary, row.channel, row.notice.incident])).toEqual([
      ['orders', 'pager', 'orders@a#target1'],
      ['orders', 'mail', 'orders@a#observer1'],
    ]);
    expect(due[0]?.row).toMatchObject({
      attempts: 1,
      lease: { owner: 'one', fence: 1, untilMs: STORY_AT_MS + 60_000 },
    });
    expect(desk.state).toMatchObject({ version: 1, writer: 'one' });
    expect(desk.state.outbox[0]).toBe(due[0]?.row);
    expect(SEND_MS).toBeLessThan(LEASE_MS);
  });

  it('changes nothing where nothing is due', () => {
    const desk = new Desk().decide(opened);
    const ask = { owner: 'one', nowMs: STORY_AT_MS - 1, routes: ROUTES, writer: 'w' };

    expect(leaseDue(desk.state, ask)).toEqual({ state: desk.state, due: [] });
    expect(leaseDue(desk.state, ask).state).toBe(desk.state);
  });

  it('gives a notice to one sender only', () => {
    const desk = new Desk().decide(opened, second);
    desk.lease('one');

    expect(desk.lease('two')).toEqual([]);
    expect(desk.later(LEASE_MS - 1).lease('two')).toEqual([]);
  });

  it('goes on with the next once one is delivered', () => {
    const desk = new Desk().decide(opened, second);

    expect(desk.deliver()).toEqual(['pager: opened:1', 'pager: target2:opened:1']);
    expect(desk.state.outbox).toEqual([]);
  });

  it('lets nothing overtake what failed', () => {
    const desk = new Desk().decide(opened, second);
    desk.refuse('pager', { fraction: 0.5 });

    expect(desk.lease()).toEqual([]);
    expect(desk.later(1_000).lease()).toHaveLength(1);
  });

  it.each([
    { afterMs: 15 * MINUTE_MS, delayedSinceMs: undefined },
    { afterMs: 15 * MINUTE_MS + 1, delayedSinceMs: STORY_AT_MS },
  ])('says of a notice $afterMs ms old that it is late: $delayedSinceMs', ({ afterMs, delayedSinceMs }) => {
    const [due] = new Desk().decide(opened).later(afterMs).lease();

    expect(due?.delayedSinceMs).toBe(delayedSinceMs);
  });

  it('counts the lateness of a stand-in from when it was decided', () => {
    const desk = new Desk().decide(opened).later(20 * MINUTE_MS);
    desk.refuse('pager', { permanent: true });

    expect(desk.lease()[0]).toMatchObject({ delayedSinceMs: STORY_AT_MS, row: { channel: 'chat' } });
  });

  it('counts the lateness of what was brought together from the oldest of it', () => {
    const late = { ...closed, atMs: STORY_AT_MS + 20 * MINUTE_MS };
    const desk = new Desk()
      .decide(opened)
      .later(20 * MINUTE_MS)
      .decide(late);

    expect(desk.lease()[0]).toMatchObject({
      delayedSinceMs: STORY_AT_MS,
      row: { notice: { kind: 'combined' } },
    });
  });

  it.each([
    { aheadMs: 15 * MINUTE_MS, due: 0, because: 'it may be meant' },
    { aheadMs: 15 * MINUTE_MS + 1, due: 1, because: 'nobody waits so long' },
  ])('heeds a next try $aheadMs ms away only as far as one can be: $because', ({ aheadMs, due }) => {
    const desk = new Desk().decide(opened);
    desk.state = {
      ...desk.state,
      outbox: desk.state.outbox.map((row) => ({ ...row, nextAttemptAtMs: STORY_AT_MS + aheadMs })),
    };

    expect(desk.lease()).toHaveLength(due);
  });
});

describe('a lease that ran out', () => {
  it('is taken over, under a fence of its own', () => {
    const desk = new Desk().decide(opened);
    const [lost] = desk.lease('one');

    const [due] = desk.later(LEASE_MS).lease('two');

    expect(due?.row).toMatchObject({
      attempts: 2,
      lastFault: 'one never said what came of it',
      lease: { owner: 'two', fence: 2, untilMs: STORY_AT_MS + 2 * LEASE_MS },
    });
    expect(lost).toBeDefined();
    for (const late of [lost].filter((one) => one !== undefined)) {
      expect(delivered(desk.state, triedOf(late), 'w')).toBe(desk.state);
    }
  });

  it('is known by its fence where the same sender took it again', () => {
    const desk = new Desk().decide(opened);
    const [lost] = desk.lease('one');
    desk.later(LEASE_MS).lease('one');
    const tried = { id: lost?.row.id ?? '', owner: 'one', fence: 1 };

    expect(delivered(desk.state, tried, 'w')).toBe(desk.state);
    expect(delivered(desk.state, { ...tried, fence: 2 }, 'w').outbox).toHaveLength(1);
  });

  it('is followed by how things stand, once the new one is over', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');

    expect(desk.later(LEASE_MS).deliver()).toEqual(['pager: opened:1']);
    expect(desk.later(LEASE_MS - 1).deliver()).toEqual([]);
    expect(desk.later(1).deliver()).toEqual(['pager: statusUpdate:1+opened:1']);
    expect(desk.state.outbox).toEqual([]);
  });

  it('is followed by what is true by then', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    desk.later(LEASE_MS).lease('two');

    desk.decide(closed);

    expect(desk.waiting).toEqual(['pager: opened:1', 'pager: closed:1', 'pager: statusUpdate:1+closed:1']);
    expect(desk.state.outbox[2]?.notice).toMatchObject({
      kind: 'statusUpdate',
      number: 1,
      id: 'orders@a#target1:statusUpdate:1+closed:1',
      closedAtMs: closed.closedAtMs,
    });
  });

  it('stands in nobody’s way until its time has come', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    desk.later(LEASE_MS).deliver();

    desk.decide(second);

    expect(desk.waiting).toEqual(['pager: target2:opened:1', 'pager: statusUpdate:1+opened:1']);
    expect(desk.deliver()).toEqual(['pager: target2:opened:1']);
  });

  it('is confirmed once for an incident, by the truest of all that is known', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    desk.later(LEASE_MS).lease('two');
    desk.later(LEASE_MS).lease('three');

    expect(desk.waiting).toEqual(['pager: opened:1', 'pager: statusUpdate:2+opened:1']);
    expect(desk.state.outbox[1]).toMatchObject({ nextAttemptAtMs: STORY_AT_MS + 3 * LEASE_MS });
    expect(desk.state.alert.statusUpdates).toBe(2);
  });

  it('does not make a confirmation forget what it knew', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    desk.later(LEASE_MS).deliver();
    desk.decide(closed).deliver();
    desk.later(LEASE_MS).lease('two');

    const early = desk.later(LEASE_MS).lease('three');
    const [due] = desk.later(LEASE_MS).lease('three');

    expect(early).toEqual([]);
    expect(due?.row.notice).toMatchObject({ kind: 'statusUpdate', closedAtMs: closed.closedAtMs });
    expect(desk.waiting).toHaveLength(1);
  });

  it('keeps a confirmation that is being sent apart from the next', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    desk.later(LEASE_MS).deliver();
    desk.later(LEASE_MS).lease('two');

    desk.decide(closed);

    expect(desk.waiting).toEqual(['pager: statusUpdate:1+opened:1', 'pager: closed:1']);
    expect(desk.lease('three')).toEqual([]);
  });

  it('is confirmed by one sender at a time, even where a clock is behind', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    desk.later(LEASE_MS).deliver();
    desk.later(LEASE_MS).lease('two');

    expect(desk.later(-10_000).decide(second).lease('behind')).toEqual([]);
  });

  it('is confirmed on each channel, by a number of its own', () => {
    const desk = new Desk().decide(opened, blind);
    desk.lease('one');
    desk.later(LEASE_MS).lease('two');
    desk.later(LEASE_MS).lease('three');

    expect(desk.waiting.slice(2)).toEqual([
      'pager: statusUpdate:3+opened:1',
      'mail: observer1:statusUpdate:4+opened:1',
    ]);
  });

  it('confirms what stood in as well', () => {
    const desk = new Desk().decide(opened);
    desk.refuse('pager', { permanent: true });
    desk.lease('one');
    desk.later(LEASE_MS).deliver();

    expect(desk.waiting).toEqual(['chat: statusUpdate:1+opened:1']);
  });
});

describe('delivered', () => {
  it('takes the notice out, as the next version', () => {
    const desk = new Desk().decide(opened, second);
    const [due] = desk.lease('one');
    const tried = { id: due?.row.id ?? '', owner: 'one', fence: 1 };

    const state = delivered(desk.state, tried, 'w');

    expect(state).toMatchObject({ version: 2, writer: 'w' });
    expect(state.outbox.map(({ notice }) => notice)).toEqual([second]);
  });

  it.each([
    { id: 'another', owner: 'one', fence: 1 },
    { id: 'orders@a#target1:opened:1:pager', owner: 'two', fence: 1 },
    { id: 'orders@a#target1:opened:1:pager', owner: 'one', fence: 2 },
  ])('changes nothing without the lease: %j', (tried) => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    const ask = {
      fault: { message: '', permanent: true },
      nowMs: desk.nowMs,
      fraction: 0,
      routes: ROUTES,
      writer: 'w',
    };

    expect(delivered(desk.state, tried, 'w')).toBe(desk.state);
    expect(refused(desk.state, tried, ask)).toEqual({ state: desk.state, undelivered: [] });
    expect(refused(desk.state, tried, ask).state).toBe(desk.state);
  });
});

describe('a notice that may still arrive', () => {
  const slow = { message: 'too slow', permanent: false, mayArrive: true };

  function refuse(desk: Desk): void {
    const [due] = desk.lease();
    const asked = { fault: slow, nowMs: desk.nowMs, fraction: 0, routes: desk.routes, writer: 'one' };
    desk.state = refused(desk.state, triedOf(due as never), asked).state;
  }

  it('is followed by how things stand, for it may come after what is newer', () => {
    const desk = new Desk().decide(noticeOf('opened'));

    refuse(desk);
    desk.deliver();
    desk.decide(noticeOf('closed', { closedAtMs: desk.nowMs }));
    desk.deliver();
    desk.later(LEASE_MS);

    expect(desk.state.outbox.map(({ notice }) => [notice.kind, notice.closedAtMs])).toEqual([
      ['statusUpdate', STORY_AT_MS],
    ]);
    expect(desk.deliver()).toEqual(['pager: statusUpdate:1+closed:1']);
  });

  it('says how things stand again when that itself may still arrive, and not before it has', () => {
    const desk = new Desk().decide(noticeOf('opened'));
    refuse(desk);
    desk.deliver();
    desk.later(LEASE_MS);

    refuse(desk);

    expect(desk.state.outbox).toMatchObject([
      { attempts: 1, notice: { kind: 'statusUpdate' }, nextAttemptAtMs: desk.nowMs + LEASE_MS },
    ]);
  });
});

describe('refused', () => {
  it('frees the notice for a later try, as the next version', () => {
    const desk = new Desk().decide(opened);

    const { broken } = desk.refuse('pager', { fraction: 0.5 });

    expect(broken).toBeUndefined();
    expect(desk.state).toMatchObject({ version: 2, writer: 'one' });
    expect(desk.state.outbox[0]).toEqual({
      id: 'orders@a#target1:opened:1:pager',
      channel: 'pager',
      notice: opened,
      createdAtMs: STORY_AT_MS,
      attempts: 1,
      nextAttemptAtMs: STORY_AT_MS + 1_000,
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
    const desk = new Desk().decide(opened);
    for (let tries = 1; tries < attempts; tries += 1) desk.refuse('pager');

    desk.refuse('pager', { fraction: 1 });

    expect(desk.state.outbox[0]?.nextAttemptAtMs).toBe(STORY_AT_MS + waitMs);
  });

  it.each([
    { retryAfterMs: 0, waitMs: 1_000 },
    { retryAfterMs: -5, waitMs: 1_000 },
    { retryAfterMs: 1_001, waitMs: 1_001 },
    { retryAfterMs: 1e12, waitMs: 900_000 },
    { retryAfterMs: Number.POSITIVE_INFINITY, waitMs: 900_000 },
    { retryAfterMs: Number.NaN, waitMs: 1_000 },
  ])('waits $waitMs ms when it is asked to wait $retryAfterMs', ({ retryAfterMs, waitMs }) => {
    const desk = new Desk().decide(opened);

    desk.refuse('pager', { retryAfterMs, fraction: 0.5 });

    expect(desk.state.outbox[0]?.nextAttemptAtMs).toBe(STORY_AT_MS + waitMs);
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
          const desk = new Desk().decide(opened).later(ageMs);
          desk.refuse('pager', { fraction, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
          const nextMs = desk.state.outbox[0]?.nextAttemptAtMs ?? 0;

          expect(nextMs).toBeGreaterThanOrEqual(desk.nowMs);
          expect(nextMs).toBeLessThanOrEqual(Math.min(desk.nowMs + 15 * MINUTE_MS, STORY_AT_MS + DAY_MS));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    { ageMs: DAY_MS - 1, broken: undefined },
    { ageMs: DAY_MS, broken: { channel: 'pager', reason: 'it answered 503.' } },
  ])('gives up $ageMs ms after the notice was decided: $broken', ({ ageMs, broken }) => {
    const desk = new Desk().decide(opened).later(ageMs);

    expect(desk.refuse('pager').broken).toEqual(broken);
    expect(desk.waiting[0]).toBe(
      broken === undefined ? 'pager: opened:1' : 'chat: opened:1 instead of pager',
    );
  });

  it('says what nobody will be told', () => {
    const desk = new Desk().decide(blind);

    desk.refuse('mail', { permanent: true });

    expect(desk.undelivered).toEqual([blind]);
    expect(desk.state).toMatchObject({ version: 2, outbox: [] });
  });

  it('lets a confirmation go: the news that it repeats has its own way', () => {
    const desk = new Desk().decide(opened);
    desk.lease('one');
    desk.later(LEASE_MS).deliver();
    desk.later(LEASE_MS);

    const { broken, undelivered } = desk.refuse('pager', { permanent: true });

    expect(broken?.channel).toBe('pager');
    expect(undelivered).toEqual([]);
    expect(desk.waiting).toEqual([]);
  });
});
