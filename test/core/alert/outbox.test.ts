import { describe, expect, it } from '@jest/globals';
import { coalesce } from '../../../runner/core/alert/coalesce.ts';
import { enqueue, routesOf } from '../../../runner/core/alert/outbox.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { STORY_AT_MS } from '../../support/alerts/alerts.ts';
import { Desk, MINUTE_MS, noticeOf, ROUTES } from '../../support/alerts/outbox-harness.ts';

const opened = noticeOf('opened');
const closed = noticeOf('closed', {
  atMs: STORY_AT_MS + 10,
  closedAtMs: STORY_AT_MS + 10,
  closeReason: 'resolved',
});
const { id: _id, kind: _kind, ...endedWith } = closed;
const upgraded = noticeOf('upgraded', { atMs: STORY_AT_MS + 5, severity: 'critical' });
const critical = noticeOf('opened', { severity: 'critical' });

function reminder(number: number): Notice {
  return noticeOf('reminder', { number, atMs: STORY_AT_MS + number, runs: 2 + number });
}

describe('routesOf', () => {
  const project = {
    operators: ['mail'],
    channels: [
      { name: 'pager', kind: 'sns', address: 'a', fallback: 'mail' },
      { name: 'mail', kind: 'sns', address: 'b' },
    ],
  } as const;

  it('sends failures to the canary’s own channels, and blindness to the operators', () => {
    expect(routesOf({ to: ['pager'] }, project)).toMatchObject({ target: ['pager'], observer: ['mail'] });
  });

  it('sends both to the canary’s own where there are no operators', () => {
    expect(routesOf({ to: ['pager'] }, { ...project, operators: [] })).toMatchObject({ observer: ['pager'] });
  });

  it('sends blindness to the canary’s own where the only operator is what is broken', () => {
    expect(routesOf({ to: ['pager'] }, project, 'mail')).toMatchObject({ observer: ['pager'] });
  });

  it('leaves out what is broken', () => {
    expect(routesOf({ to: ['pager'] }, project, 'mail').channels.map(({ name }) => name)).toEqual(['pager']);
  });
});

describe('a notice goes', () => {
  it('to each channel of its stream', () => {
    const desk = new Desk();
    desk.routes = { ...ROUTES, target: ['pager', 'chat'] };

    desk.decide(opened, noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

    expect(desk.waiting).toEqual(['pager: opened:1', 'chat: opened:1', 'mail: observer1:opened:1']);
    expect(desk.state.outbox.map(({ id }) => id)).toEqual([
      'orders@a#target1:opened:1:pager',
      'orders@a#target1:opened:1:chat',
      'orders@a#observer1:opened:1:mail',
    ]);
    expect(desk.state.outbox[0]).toMatchObject({
      createdAtMs: STORY_AT_MS,
      nextAttemptAtMs: STORY_AT_MS,
      attempts: 0,
      besides: ['chat'],
    });
  });

  it('nowhere where no channel is left, which is said', () => {
    const desk = new Desk();
    desk.routes = { ...ROUTES, target: ['gone'] };

    desk.decide(opened, reminder(1), closed);

    expect(desk.waiting).toEqual([]);
    expect(desk.undelivered).toEqual([opened, reminder(1)]);
  });

  it('to those who heard of the beginning, though others are named by now', () => {
    const desk = new Desk().decide(opened);
    desk.deliver();

    desk.routes = { ...ROUTES, target: ['chat'] };
    desk.decide(closed);

    expect(desk.waiting).toEqual(['pager: closed:1']);
  });

  it('as a beginning to those who are named later', () => {
    const desk = new Desk().decide(opened);
    desk.deliver();

    desk.routes = { ...ROUTES, target: ['chat'] };
    desk.decide(reminder(1));
    const first = desk.deliver();
    desk.decide(reminder(2), closed);

    expect(first).toEqual(['pager: reminder:1', 'chat: opened:1+reminder:1']);
    expect(desk.waiting).toEqual(['pager: closed:1', 'chat: closed:1']);
  });

  it('no more to a channel that is gone', () => {
    const desk = new Desk().decide(opened);
    desk.deliver();

    desk.routes = { ...ROUTES, channels: [{ name: 'chat' }] };
    desk.decide(closed);

    expect(desk.waiting).toEqual([]);
    expect(desk.state.alert.deliveredTo).toEqual({});
  });

  it('with a memory of who heard it that ends with the incident', () => {
    const desk = new Desk().decide(opened);

    expect(desk.state.alert.deliveredTo).toEqual({ 'orders@a#target1': ['pager'] });
    expect(desk.decide(closed).state.alert.deliveredTo).toEqual({});
  });
});

describe('what waits for a channel', () => {
  it.each<{ notices: readonly Notice[]; becomes: string; because: string }>([
    { notices: [opened, closed], becomes: 'combined:1', because: 'people hear of both at once' },
    { notices: [opened, reminder(1), closed], becomes: 'combined:1', because: 'whatever was between' },
    { notices: [opened, upgraded, closed], becomes: 'combined:1', because: 'an upgrade too' },
    { notices: [opened, upgraded], becomes: 'opened:1+upgraded:1', because: 'it begins as bad as it is' },
    {
      notices: [opened, reminder(1)],
      becomes: 'opened:1+reminder:1',
      because: 'a beginning reminds by itself',
    },
    {
      notices: [opened, reminder(1), reminder(2)],
      becomes: 'opened:1+reminder:2',
      because: 'with the newest',
    },
  ])('is one notice: $becomes, $because', ({ notices, becomes }) => {
    const desk = new Desk().decide(...notices);

    expect(desk.waiting).toEqual([`pager: ${becomes}`]);
    expect(desk.state.outbox[0]?.id).toBe(`orders@a#target1:${becomes}:pager`);
  });

  it.each<{ notices: readonly Notice[]; becomes: string; because: string }>([
    {
      notices: [reminder(1), reminder(2), reminder(3)],
      becomes: 'reminder:3',
      because: 'the newest reminder',
    },
    { notices: [reminder(1), closed], becomes: 'closed:1', because: 'the end says more' },
    { notices: [upgraded, closed], becomes: 'closed:1', because: 'than an upgrade, too' },
    {
      notices: [upgraded, noticeOf('reminder', { atMs: STORY_AT_MS + 9, severity: 'critical' })],
      becomes: 'upgraded:1+reminder:1',
      because: 'an upgrade stays one',
    },
    {
      notices: [upgraded, noticeOf('upgraded', { number: 2, atMs: STORY_AT_MS + 9 })],
      becomes: 'upgraded:2',
      because: 'of two, the newer',
    },
    {
      notices: [
        upgraded,
        noticeOf('upgraded', { number: 2, atMs: STORY_AT_MS + 9 }),
        noticeOf('reminder', { atMs: STORY_AT_MS + 10 }),
      ],
      becomes: 'upgraded:2+reminder:1',
      because: 'with what came after',
    },
  ])('is one notice after the beginning was told: $becomes, $because', ({ notices, becomes }) => {
    const desk = new Desk().decide(opened);
    desk.deliver();

    expect(desk.decide(...notices).waiting).toEqual([`pager: ${becomes}`]);
  });

  it('is numbered by the newest of its kind', () => {
    const news = [
      upgraded,
      noticeOf('upgraded', { number: 2, atMs: STORY_AT_MS + 9 }),
      noticeOf('reminder', { atMs: STORY_AT_MS + 10 }),
    ];
    const desk = new Desk().decide(opened);
    desk.deliver();

    const { state } = enqueue(desk.state, news, desk);

    expect(state.outbox.map(({ notice }) => notice.id)).toEqual(['orders@a#target1:upgraded:2+reminder:1']);
  });

  it('says what is newest, and since when people wait for it', () => {
    const [row] = new Desk().decide(opened).later(7).decide(upgraded).later(7).decide(closed).state.outbox;

    expect(row).toMatchObject({
      createdAtMs: STORY_AT_MS,
      notice: { kind: 'combined', closedAtMs: closed.closedAtMs, openedAtMs: STORY_AT_MS },
    });
    expect(row?.nextAttemptAtMs).toBe(STORY_AT_MS + 14);
  });

  it('keeps the turn of its incident', () => {
    const second = noticeOf('opened', { incident: 'orders@a#target2' });

    const desk = new Desk().decide(opened, second, closed);

    expect(desk.waiting).toEqual(['pager: combined:1', 'pager: target2:opened:1']);
  });

  it('stays as it is while it is being sent', () => {
    const desk = new Desk().decide(opened);
    desk.lease();

    expect(desk.decide(closed).waiting).toEqual(['pager: opened:1', 'pager: closed:1']);
  });

  it('keeps its failures and its wait when news joins it', () => {
    const desk = new Desk().decide(opened);
    desk.refuse('pager', { fraction: 0.5 });

    desk.decide(closed);

    expect(desk.state.outbox).toMatchObject([
      { attempts: 1, nextAttemptAtMs: STORY_AT_MS + 1_000, lastFault: 'it answered 503.' },
    ]);
  });
});

describe('what was decided last', () => {
  it('is what people are told, though whoever decided it had a clock that was behind', () => {
    const desk = new Desk().decide(opened);
    desk.deliver();
    desk.decide(noticeOf('reminder', { atMs: STORY_AT_MS + 16_000 }));
    desk.lease('dead');
    desk.decide(noticeOf('closed', { atMs: STORY_AT_MS, closedAtMs: STORY_AT_MS }));

    desk.later(2 * MINUTE_MS).lease();

    expect(desk.state.outbox.map(({ notice }) => [notice.kind, notice.closedAtMs])).toEqual([
      ['closed', STORY_AT_MS],
      ['statusUpdate', STORY_AT_MS],
    ]);
  });
});

describe('a notice of which nobody wrote down who else is told', () => {
  const bare = (notice: Notice) => ({
    id: `${notice.id}:pager`,
    channel: 'pager',
    notice,
    createdAtMs: STORY_AT_MS,
    attempts: 0,
    nextAttemptAtMs: STORY_AT_MS,
  });

  it('is told by the stand-in', () => {
    const desk = new Desk();
    desk.state = { ...desk.state, outbox: [bare(opened)] };

    desk.refuse('pager', { permanent: true });

    expect(desk.waiting).toEqual(['chat: opened:1 instead of pager']);
  });

  it('is told once where the stand-in has it already', () => {
    const desk = new Desk();
    const row = bare(opened);
    desk.state = { ...desk.state, outbox: [row, { ...row, id: `${opened.id}:chat`, channel: 'chat' }] };

    desk.refuse('pager', { permanent: true });

    expect(desk.waiting).toEqual(['chat: opened:1']);
  });

  it('is brought together like any other', () => {
    const desk = new Desk();
    desk.state = { ...desk.state, outbox: [bare(opened), bare(reminder(1))] };

    desk.decide(noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

    expect(desk.waiting).toEqual(['pager: opened:1+reminder:1', 'mail: observer1:opened:1']);
    expect(desk.state.outbox[0]?.besides).toEqual([]);
  });
});

describe('a stand-in', () => {
  it('takes over what its channel will never take', () => {
    const desk = new Desk().decide(opened);

    const { broken } = desk.refuse('pager', { permanent: true });

    expect(broken).toEqual({ channel: 'pager', reason: 'it answered 503.' });
    expect(desk.waiting).toEqual(['chat: opened:1 instead of pager']);
    expect(desk.undelivered).toEqual([]);
  });

  it('is told from then on what the incident has to say', () => {
    const desk = new Desk().decide(opened);
    desk.refuse('pager', { permanent: true });
    desk.deliver();

    expect(desk.decide(closed).waiting).toEqual(['chat: closed:1']);
  });

  it('is told of an end too, after which there is nothing more to hear', () => {
    const desk = new Desk().decide(opened);
    desk.deliver();
    desk.decide(closed).refuse('pager', { permanent: true });

    expect(desk.waiting).toEqual(['chat: closed:1 instead of pager']);
    expect(desk.state.alert.deliveredTo).toEqual({});
  });

  it('is told what was decided before it stood in', () => {
    const desk = new Desk().decide(opened);
    const [due] = desk.lease();
    desk.decide(reminder(1));
    desk.give(due, { permanent: true });

    expect(desk.state.alert.deliveredTo).toEqual({ 'orders@a#target1': ['chat'] });
    expect(desk.waiting).toEqual(['chat: opened:1+reminder:1 instead of pager']);
  });

  it('is told of the end that was decided while the beginning was refused', () => {
    const desk = new Desk().decide(opened);
    const [due] = desk.lease();
    desk.decide(closed);

    desk.give(due, { permanent: true });

    expect(desk.waiting).toEqual(['chat: combined:1 instead of pager']);
  });

  it.each<{ notice: Notice; says: string }>([
    { notice: reminder(1), says: 'opened:1+reminder:1' },
    { notice: upgraded, says: 'opened:1+upgraded:1' },
  ])('is told of a beginning of which it knows nothing: $says', ({ notice, says }) => {
    const desk = new Desk().decide(opened);
    desk.deliver();

    desk.decide(notice).refuse('pager', { permanent: true });

    expect(desk.waiting).toEqual([`chat: ${says} instead of pager`]);
  });

  it('is told no beginning of which it knows', () => {
    const desk = new Desk();
    const channels = ['pager', 'radio'].map((name) => ({ name, fallback: 'chat' }));
    desk.routes = { ...ROUTES, target: ['pager', 'radio'], channels: [...channels, { name: 'chat' }] };
    desk.decide(opened);
    desk.deliver();
    desk.decide(reminder(1)).refuse('pager', { permanent: true });

    const due = desk.later(2 * MINUTE_MS).lease();
    desk.give(
      due.find(({ row }) => row.channel === 'radio'),
      { permanent: true },
    );

    expect(desk.waiting).toContain('chat: reminder:1 instead of radio');
  });

  it('says no end alone of what it has not begun, nor does who stands in for it', () => {
    const desk = new Desk();
    desk.routes = {
      ...ROUTES,
      channels: [{ name: 'pager', fallback: 'chat' }, { name: 'chat', fallback: 'mail' }, { name: 'mail' }],
    };
    desk.decide(critical);
    desk.deliver();
    desk.decide({ ...reminder(1), severity: 'critical' });
    for (let tries = 0; tries < 5; tries += 1) desk.refuse('pager');

    desk.decide({ ...closed, severity: 'critical' }).refuse('chat', { permanent: true });

    expect(desk.waiting).toEqual(['pager: closed:1', 'mail: combined:1 instead of chat']);
  });

  it('is told of both, though it could not take the beginning when that was all that there was', () => {
    const desk = new Desk().decide(critical);
    for (let tries = 0; tries < 5; tries += 1) desk.refuse('pager');
    for (const due of desk.lease()) desk.give(due, { permanent: due.row.channel === 'chat' });

    desk.decide({ ...closed, severity: 'critical' });

    expect(desk.waiting).toEqual(['pager: combined:1', 'chat: combined:1 instead of pager']);
  });

  it('is not told that an incident is open of which the end waits', () => {
    const desk = new Desk().decide(critical);
    desk.deliver();
    desk.decide({ ...reminder(1), severity: 'critical' }).lease('dead');
    desk.decide({ ...closed, severity: 'critical' }).later(6 * MINUTE_MS);
    desk.refuse('pager');
    desk.lease();

    expect(desk.waiting.filter((one) => one.startsWith('chat'))).toEqual(['chat: closed:1 instead of pager']);
  });

  it('leaves its channel to be told of the beginning once it works again, and of no end before that', () => {
    const desk = new Desk().decide(opened);
    desk.refuse('pager', { permanent: true });
    desk.deliver();

    expect(desk.decide(reminder(1)).waiting).toEqual(['chat: reminder:1', 'pager: opened:1+reminder:1']);
  });

  it('is not told twice what it is told anyway', () => {
    const desk = new Desk();
    desk.routes = { ...ROUTES, target: ['pager', 'chat'] };
    desk.decide(opened);

    const { broken } = desk.refuse('pager', { permanent: true });

    expect(broken?.channel).toBe('pager');
    expect(desk.waiting).toEqual(['chat: opened:1']);
    expect(desk.undelivered).toEqual([]);
  });

  it('has none itself: what it cannot take is told nobody', () => {
    const desk = new Desk();
    desk.routes = {
      ...ROUTES,
      channels: [
        { name: 'pager', fallback: 'chat' },
        { name: 'chat', fallback: 'pager' },
      ],
    };
    desk.decide(opened);
    desk.refuse('pager', { permanent: true });

    const { broken } = desk.refuse('chat', { permanent: true });

    expect(broken?.channel).toBe('chat');
    expect(desk.waiting).toEqual([]);
    expect(desk.undelivered).toEqual([opened]);
  });

  it('must be a channel that there is', () => {
    const desk = new Desk();
    desk.routes = { ...ROUTES, channels: [{ name: 'pager', fallback: 'gone' }] };
    desk.decide(opened);

    desk.refuse('pager', { permanent: true });

    expect(desk.waiting).toEqual([]);
    expect(desk.undelivered).toEqual([opened]);
  });

  it('shares its message with what the channel says itself', () => {
    const desk = new Desk().decide(critical);
    for (let tries = 0; tries < 5; tries += 1) desk.refuse('pager');

    desk.decide({ ...closed, severity: 'critical' });

    expect(desk.waiting).toEqual(['pager: combined:1', 'chat: combined:1']);
    expect(desk.state.outbox.map(({ besides }) => besides)).toEqual([['chat'], []]);
  });

  it('is still called where another channel is told only some of it', () => {
    const desk = new Desk();
    desk.routes = { ...ROUTES, target: ['pager', 'chat'] };
    desk.decide(opened);
    desk.routes = ROUTES;
    const other = 'orders@a#target1';
    desk.state = { ...desk.state, alert: { ...desk.state.alert, deliveredTo: { [other]: ['pager'] } } };
    desk.decide(reminder(1));
    desk.state = {
      ...desk.state,
      alert: { ...desk.state.alert, deliveredTo: { [other]: ['pager', 'chat'] } },
    };
    desk.decide(closed);

    expect(desk.waiting).toEqual(['pager: combined:1', 'chat: combined:1']);
    expect(desk.state.outbox.map(({ besides }) => besides)).toEqual([[], ['pager']]);
  });

  it.each<{ notices: readonly Notice[]; because: string }>([
    { notices: [noticeOf('combined', endedWith), closed], because: 'one that tells of both stays so' },
    { notices: [closed, noticeOf('combined', endedWith)], because: 'whichever came first' },
    {
      notices: [noticeOf('combined', endedWith), opened],
      because: 'a beginning that comes late adds nothing',
    },
    { notices: [closed, opened], because: 'an end that overtook its beginning is still the end' },
  ])('shares an end with what the channel says itself: $because', ({ notices }) => {
    const rows = notices.map((notice) => ({
      id: notice.id,
      channel: 'chat',
      notice,
      createdAtMs: STORY_AT_MS,
      attempts: 0,
      nextAttemptAtMs: STORY_AT_MS,
    }));

    expect(coalesce(rows)).toMatchObject([
      { notice: { kind: 'combined', closedAtMs: closed.closedAtMs, id: 'orders@a#target1:combined:1' } },
    ]);
  });

  it('knows of other channels only where they are told all of it', () => {
    const rows = [['chat', 'mail'], ['mail'], ['chat', 'mail']].map((besides, index) => ({
      id: `${index}`,
      channel: 'pager',
      notice: reminder(index + 1),
      createdAtMs: STORY_AT_MS,
      attempts: 0,
      nextAttemptAtMs: STORY_AT_MS,
      besides,
    }));

    expect(coalesce(rows)).toMatchObject([{ notice: reminder(3), besides: ['mail'] }]);
  });

  it.each([
    { insteadOf: ['pager', 'pager', 'pager'], says: 'chat: opened:1+reminder:2 instead of pager' },
    { insteadOf: ['pager', undefined, 'pager'], says: 'chat: opened:1+reminder:2' },
    { insteadOf: [undefined, 'pager', 'pager'], says: 'chat: opened:1+reminder:2' },
    { insteadOf: ['pager', 'pager', 'mail'], says: 'chat: opened:1+reminder:2' },
  ])(
    'stays one only where all of its news stands in for the same channel: $insteadOf',
    ({ insteadOf, says }) => {
      const desk = new Desk();
      const rows = [opened, reminder(1), reminder(2)].map((notice, index) => ({
        id: `${notice.id}:chat`,
        channel: 'chat',
        notice,
        createdAtMs: STORY_AT_MS,
        attempts: 0,
        nextAttemptAtMs: STORY_AT_MS,
        ...(insteadOf[index] === undefined ? {} : { insteadOf: insteadOf[index] }),
      }));
      desk.state = { ...desk.state, outbox: rows };

      desk.decide(noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

      expect(desk.waiting[0]).toBe(says);
    },
  );

  it.each([
    { attempts: 4, waiting: ['pager: opened:1'], because: 'four failures can pass' },
    { attempts: 5, waiting: ['pager: opened:1', 'chat: opened:1 instead of pager'], because: 'five cannot' },
  ])(
    'is called for a critical notice while its channel is still tried: $because',
    ({ attempts, waiting }) => {
      const desk = new Desk().decide(critical);

      for (let tries = 0; tries < attempts; tries += 1) desk.refuse('pager');

      expect(desk.waiting).toEqual(waiting);
    },
  );

  it('is not called for failures in which its sender stood still: they say nothing of the channel', () => {
    const desk = new Desk().decide(critical);
    for (let tries = 0; tries < 3; tries += 1) desk.refuse('pager', { stoodStill: true });
    for (let tries = 0; tries < 4; tries += 1) desk.refuse('pager');
    const before = desk.waiting;

    desk.refuse('pager');

    expect(before).toEqual(['pager: opened:1']);
    expect(desk.waiting).toEqual(['pager: opened:1', 'chat: opened:1 instead of pager']);
  });

  it('is called once, and for critical notices only', () => {
    const desk = new Desk().decide(critical);
    for (let tries = 0; tries < 9; tries += 1) desk.refuse('pager');
    const mild = new Desk().decide(opened);
    for (let tries = 0; tries < 9; tries += 1) mild.refuse('pager');

    expect(desk.waiting).toEqual(['pager: opened:1', 'chat: opened:1 instead of pager']);
    expect(mild.waiting).toEqual(['pager: opened:1']);
  });

  it('is not called again where its channel dies in the end', () => {
    const desk = new Desk().decide(critical);
    for (let tries = 0; tries < 5; tries += 1) desk.refuse('pager');

    desk.refuse('pager', { permanent: true });

    expect(desk.waiting).toEqual(['chat: opened:1 instead of pager']);
    expect(desk.undelivered).toEqual([]);
  });

  it.each([
    { waitMs: 5 * MINUTE_MS - 1, called: false },
    { waitMs: 5 * MINUTE_MS, called: true },
  ])('is called when the next try comes $waitMs ms after the notice: $called', ({ waitMs, called }) => {
    const desk = new Desk().decide(critical);

    desk.refuse('pager', { retryAfterMs: waitMs });

    expect(desk.waiting.length === 2).toBe(called);
  });

  it('is called for what waits behind a notice that fails', () => {
    const desk = new Desk().decide(opened);
    desk.refuse('pager', { retryAfterMs: 10 * MINUTE_MS });

    desk.decide(noticeOf('opened', { incident: 'orders@a#target2', severity: 'critical' }));

    expect(desk.waiting).toEqual([
      'pager: opened:1',
      'pager: target2:opened:1',
      'chat: target2:opened:1 instead of pager',
    ]);
  });

  it('is not called for what another channel fails', () => {
    const desk = new Desk().decide(
      noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }),
    );
    desk.refuse('mail', { retryAfterMs: 10 * MINUTE_MS });

    desk.decide(critical);

    expect(desk.waiting).toEqual(['mail: observer1:opened:1', 'pager: opened:1']);
  });

  it('is not called because a confirmation waits, which holds up nobody', () => {
    const desk = new Desk().decide(opened);
    desk.lease();
    desk.later(MINUTE_MS).deliver();
    desk.later(MINUTE_MS).refuse('pager', { retryAfterMs: 10 * MINUTE_MS });

    desk.decide(noticeOf('opened', { incident: 'orders@a#target2', severity: 'critical' }));

    expect(desk.waiting).toEqual(['pager: target2:opened:1', 'pager: statusUpdate:1+opened:1']);
  });

  it('is not called for what waits behind a notice that is only being sent late', () => {
    const desk = new Desk().decide(opened, { ...critical, incident: 'orders@a#target2' });
    desk.later(10 * MINUTE_MS).lease();

    desk.decide(noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

    expect(desk.waiting.filter((one) => one.startsWith('chat'))).toEqual([]);
  });

  it('is not called because nobody came to send', () => {
    const desk = new Desk().decide(critical).later(10 * MINUTE_MS);

    const due = desk.lease();

    expect(due.map(({ row }) => row.channel)).toEqual(['pager']);
    expect(desk.waiting).toEqual(['pager: opened:1']);
  });

  it('is called for a notice that was young when it failed, once it no longer is', () => {
    const desk = new Desk().decide(critical);
    desk.refuse('pager');
    desk.later(5 * MINUTE_MS);

    expect(desk.lease().map(({ row }) => row.channel)).toEqual(['pager', 'chat']);
  });
});
