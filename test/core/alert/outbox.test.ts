import { describe, expect, it } from '@jest/globals';
import { coalesce } from '../../../runner/core/alert/outbox/coalesce.ts';
import { enqueue, type Routes, routesOf } from '../../../runner/core/alert/outbox/outbox.ts';
import { omitUndefined } from '../../../runner/core/base/omit-undefined.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { START_MS } from '../../support/alerts/alerts.ts';
import { MINUTE_MS, noticeOf, OutboxHarness, ROUTES } from '../../support/alerts/outbox-harness.ts';

const opened = noticeOf('opened');
const closed = noticeOf('closed', {
  atMs: START_MS + 10,
  closedAtMs: START_MS + 10,
  closeReason: 'resolved',
});
const { id: _id, kind: _kind, ...endedWith } = closed;
const upgraded = noticeOf('upgraded', { atMs: START_MS + 5, severity: 'critical' });
const critical = noticeOf('opened', { severity: 'critical' });

function reminder(number: number): Notice {
  return noticeOf('reminder', { number, atMs: START_MS + number, runs: 2 + number });
}

describe('routesOf', () => {
  const project = {
    operators: ['mail'],
    channels: [
      { name: 'pager', kind: 'sns', options: {}, address: 'a', fallback: 'mail' },
      { name: 'mail', kind: 'sns', options: {}, address: 'b' },
    ],
  } as const;

  it('sends failures to the canary’s own channels, and “no data” to the operators', () => {
    expect(routesOf({ to: ['pager'] }, project)).toMatchObject({ target: ['pager'], observer: ['mail'] });
  });

  it('sends both to the canary’s own where there are no operators', () => {
    expect(routesOf({ to: ['pager'] }, { ...project, operators: [] })).toMatchObject({ observer: ['pager'] });
  });

  it('sends “no data” to the canary’s own channels if the only operator is the broken channel', () => {
    expect(routesOf({ to: ['pager'] }, project, 'mail')).toMatchObject({ observer: ['pager'] });
  });

  it('leaves out what is broken', () => {
    expect(routesOf({ to: ['pager'] }, project, 'mail').channels.map(({ name }) => name)).toEqual(['pager']);
  });
});

describe('a notice goes', () => {
  it('to each channel of its stream', () => {
    const harness = new OutboxHarness();
    harness.routes = { ...ROUTES, target: ['pager', 'chat'] };

    harness.decide(opened, noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

    expect(harness.waiting).toEqual(['pager: opened:1', 'chat: opened:1', 'mail: observer1:opened:1']);
    expect(harness.state.outbox.map(({ id }) => id)).toEqual([
      'orders@a#target1:opened:1:pager',
      'orders@a#target1:opened:1:chat',
      'orders@a#observer1:opened:1:mail',
    ]);
    expect(harness.state.outbox[0]).toMatchObject({
      createdAtMs: START_MS,
      nextAttemptAtMs: START_MS,
      attempts: 0,
      besides: ['chat'],
    });
  });

  it('nowhere where no channel is left, which is said', () => {
    const harness = new OutboxHarness();
    harness.routes = { ...ROUTES, target: ['gone'] };

    harness.decide(opened, reminder(1), closed);

    expect(harness.waiting).toEqual([]);
    expect(harness.undelivered).toEqual([opened, reminder(1)]);
  });

  it('to the channels that got the opening, though the policy names others by now', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();

    harness.routes = { ...ROUTES, target: ['chat'] };
    harness.decide(closed);

    expect(harness.waiting).toEqual(['pager: closed:1']);
  });

  it('as a beginning to those who are named later', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();

    harness.routes = { ...ROUTES, target: ['chat'] };
    harness.decide(reminder(1));
    const first = harness.deliver();
    harness.decide(reminder(2), closed);

    expect(first).toEqual(['pager: reminder:1', 'chat: opened:1+reminder:1']);
    expect(harness.waiting).toEqual(['pager: closed:1', 'chat: closed:1']);
  });

  it('to no channel that is gone: an end waits until its receiver is found', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();

    harness.routes = { ...ROUTES, channels: [{ name: 'chat' }] };
    harness.decide(closed);

    expect(harness.waiting).toEqual(['pager: closed:1']);
    expect(harness.deliver()).toEqual([]);
    expect(harness.state.alert.deliveredTo).toEqual({});
  });

  it('with a record of the notified channels that ends with the incident', () => {
    const harness = new OutboxHarness().decide(opened);

    expect(harness.state.alert.deliveredTo).toEqual({ 'orders@a#target1': ['pager'] });
    expect(harness.decide(closed).state.alert.deliveredTo).toEqual({});
  });
});

describe('a notice of a canary that has never passed', () => {
  const untried = { ...opened, neverPassed: true };
  const pager = { name: 'pager', pages: true };
  const [chat, mail] = [{ name: 'chat' }, { name: 'mail' }];
  const none: readonly string[] = [];

  it.each<{ title: string; routes: Routes; goes: readonly string[] }>([
    {
      title: 'to the others of its channels',
      routes: { target: ['pager', 'chat'], observer: ['mail'], channels: [pager, chat, mail] },
      goes: ['chat'],
    },
    {
      title: 'to the fallback of the only one',
      routes: {
        target: ['pager'],
        observer: ['mail'],
        channels: [{ ...pager, fallback: 'chat' }, chat, mail],
      },
      goes: ['chat'],
    },
    {
      title: 'to the fallback of the fallback, if that pages too',
      routes: {
        target: ['pager'],
        observer: ['mail'],
        channels: [
          { ...pager, fallback: 'second' },
          { name: 'second', pages: true, fallback: 'chat' },
          { ...chat, fallback: 'pager' },
          mail,
        ],
      },
      goes: ['chat'],
    },
    {
      title: 'to the operators, if the fallback pages too',
      routes: {
        target: ['pager'],
        observer: ['mail'],
        channels: [{ ...pager, fallback: 'second' }, { ...pager, name: 'second' }, mail],
      },
      goes: ['mail'],
    },
    {
      title: 'to the channel that pages, if there is no other',
      routes: { target: ['pager'], observer: none, channels: [pager] },
      goes: ['pager'],
    },
  ])('goes $title', ({ routes, goes }) => {
    const harness = new OutboxHarness();
    harness.routes = routes;

    harness.decide(untried);

    expect(harness.waiting).toEqual(goes.map((name) => `${name}: opened:1`));
  });

  it.each([
    { fallback: 'mail', says: 'to the fallback of the pager', gets: 'mail' },
    { fallback: undefined, says: 'to the pager, rather than nowhere', gets: 'pager' },
  ])('goes $says, if its channel refuses it for good', ({ fallback, gets }) => {
    const harness = new OutboxHarness();
    const channels = [{ ...chat, fallback: 'pager' }, { ...pager, ...omitUndefined({ fallback }) }, mail];
    harness.routes = { target: ['chat'], observer: none, channels };
    harness.decide(untried);

    harness.refuse('chat', { permanent: true });

    expect(harness.waiting).toEqual([`${gets}: opened:1 instead of chat`]);
  });

  it('goes to the channel that pages as an opening, once the canary has passed and fails again', () => {
    const harness = new OutboxHarness();
    harness.routes = { target: ['pager', 'chat'], observer: none, channels: [pager, chat] };
    harness.decide(untried);
    harness.deliver();

    harness.decide(upgraded);

    expect(harness.waiting).toEqual(['chat: upgraded:1', 'pager: opened:1+upgraded:1']);
  });
});

describe('what waits for a channel', () => {
  it.each<{ notices: readonly Notice[]; becomes: string; because: string }>([
    { notices: [opened, closed], becomes: 'combined:1', because: 'people are notified of both at once' },
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
    const harness = new OutboxHarness().decide(...notices);

    expect(harness.waiting).toEqual([`pager: ${becomes}`]);
    expect(harness.state.outbox[0]?.id).toBe(`orders@a#target1:${becomes}:pager`);
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
      notices: [upgraded, noticeOf('reminder', { atMs: START_MS + 9, severity: 'critical' })],
      becomes: 'upgraded:1+reminder:1',
      because: 'an upgrade stays one',
    },
    {
      notices: [upgraded, noticeOf('upgraded', { number: 2, atMs: START_MS + 9 })],
      becomes: 'upgraded:2',
      because: 'of two, the newer',
    },
    {
      notices: [
        upgraded,
        noticeOf('upgraded', { number: 2, atMs: START_MS + 9 }),
        noticeOf('reminder', { atMs: START_MS + 10 }),
      ],
      becomes: 'upgraded:2+reminder:1',
      because: 'with what came after',
    },
  ])('is one notice after the opening was delivered: $becomes, $because', ({ notices, becomes }) => {
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();

    expect(harness.decide(...notices).waiting).toEqual([`pager: ${becomes}`]);
  });

  it('is numbered by the newest of its kind', () => {
    const news = [
      upgraded,
      noticeOf('upgraded', { number: 2, atMs: START_MS + 9 }),
      noticeOf('reminder', { atMs: START_MS + 10 }),
    ];
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();

    const { state } = enqueue(harness.state, news, harness);

    expect(state.outbox.map(({ notice }) => notice.id)).toEqual(['orders@a#target1:upgraded:2+reminder:1']);
  });

  it('says what is newest, and since when people wait for it', () => {
    const [row] = new OutboxHarness().decide(opened).later(7).decide(upgraded).later(7).decide(closed)
      .state.outbox;

    expect(row).toMatchObject({
      createdAtMs: START_MS,
      notice: { kind: 'combined', closedAtMs: closed.closedAtMs, openedAtMs: START_MS },
    });
    expect(row?.nextAttemptAtMs).toBe(START_MS + 14);
  });

  it('keeps the turn of its incident', () => {
    const second = noticeOf('opened', { incident: 'orders@a#target2' });

    const harness = new OutboxHarness().decide(opened, second, closed);

    expect(harness.waiting).toEqual(['pager: combined:1', 'pager: target2:opened:1']);
  });

  it('stays as it is while it is being sent', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease();

    expect(harness.decide(closed).waiting).toEqual(['pager: opened:1', 'pager: closed:1']);
  });

  it('keeps its failures and its wait when news joins it', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.refuse('pager', { fraction: 0.5 });

    harness.decide(closed);

    expect(harness.state.outbox).toMatchObject([
      { attempts: 1, nextAttemptAtMs: START_MS + 1_000, lastFault: 'it answered 503.' },
    ]);
  });
});

describe('what was decided last', () => {
  it('is delivered, though the runner that decided it had a clock that was behind', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();
    harness.decide(noticeOf('reminder', { atMs: START_MS + 16_000 }));
    harness.lease('dead');
    harness.decide(noticeOf('closed', { atMs: START_MS, closedAtMs: START_MS }));

    harness.later(2 * MINUTE_MS).lease();

    expect(harness.state.outbox.map(({ notice }) => [notice.kind, notice.closedAtMs])).toEqual([
      ['closed', START_MS],
      ['statusUpdate', START_MS],
    ]);
  });
});

describe('the end of an incident', () => {
  it('goes to a channel that refused the beginning while a status update is on its way there', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('dead');
    const [beginning] = harness.later(2 * MINUTE_MS).lease();
    harness.give(beginning, { permanent: true });
    harness.later(2 * MINUTE_MS).lease();

    harness.decide(closed);

    expect(harness.waiting).toContain('pager: statusUpdate:2+closed:1');
  });

  it('goes to a channel that refused the beginning after a try with an unknown outcome', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.routes = { ...ROUTES, channels: [{ name: 'pager' }] };
    harness.refuse('pager', { unclear: true });
    harness.later(2 * MINUTE_MS).refuse('pager', { permanent: true });

    harness.decide(closed);

    expect(harness.waiting).toEqual(['pager: statusUpdate:1+closed:1']);
  });

  it.each([
    ['that refused it with a known outcome', ROUTES.channels, {}],
    ['that is gone', [], { unclear: true }],
  ])('goes to no channel %s', (_, channels, outcome) => {
    const harness = new OutboxHarness().decide(opened);
    harness.routes = { ...ROUTES, channels: [{ name: 'pager' }] };
    harness.refuse('pager', outcome);
    harness.later(2 * MINUTE_MS).refuse('pager', { permanent: true });
    harness.routes = { ...ROUTES, channels };

    harness.decide(closed);

    expect(harness.waiting).toEqual([]);
  });

  it('keeps the unknown outcome of a beginning that it is merged with', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.refuse('pager', { unclear: true });

    harness.decide(closed);

    expect(harness.state.outbox).toMatchObject([{ notice: { kind: 'combined' }, unclear: true }]);
  });

  it('goes in a status update that waits for such a channel', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease('dead');
    const [beginning] = harness.later(2 * MINUTE_MS).lease();
    harness.give(beginning, { permanent: true });

    harness.decide(closed);

    expect(harness.waiting.filter((row) => row.startsWith('pager'))).toEqual([
      'pager: statusUpdate:2+closed:1',
    ]);
  });
});

describe('a notice without a record of the other channels', () => {
  const bare = (notice: Notice) => ({
    id: `${notice.id}:pager`,
    channel: 'pager',
    notice,
    createdAtMs: START_MS,
    attempts: 0,
    nextAttemptAtMs: START_MS,
  });

  it('is delivered by the fallback', () => {
    const harness = new OutboxHarness();
    harness.state = { ...harness.state, outbox: [bare(opened)] };

    harness.refuse('pager', { permanent: true });

    expect(harness.waiting).toEqual(['chat: opened:1 instead of pager']);
  });

  it('is delivered once if the fallback has it already', () => {
    const harness = new OutboxHarness();
    const row = bare(opened);
    harness.state = { ...harness.state, outbox: [row, { ...row, id: `${opened.id}:chat`, channel: 'chat' }] };

    harness.refuse('pager', { permanent: true });

    expect(harness.waiting).toEqual(['chat: opened:1']);
  });

  it('is brought together like any other', () => {
    const harness = new OutboxHarness();
    harness.state = { ...harness.state, outbox: [bare(opened), bare(reminder(1))] };

    harness.decide(noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

    expect(harness.waiting).toEqual(['pager: opened:1+reminder:1', 'mail: observer1:opened:1']);
    expect(harness.state.outbox[0]?.besides).toEqual([]);
  });
});

describe('a fallback', () => {
  it('takes over what its channel will never take', () => {
    const harness = new OutboxHarness().decide(opened);

    const { broken } = harness.refuse('pager', { permanent: true });

    expect(broken).toEqual({ channel: 'pager', reason: 'it answered 503.' });
    expect(harness.waiting).toEqual(['chat: opened:1 instead of pager']);
    expect(harness.undelivered).toEqual([]);
  });

  it('gets the later notices of the incident', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.refuse('pager', { permanent: true });
    harness.deliver();

    expect(harness.decide(closed).waiting).toEqual(['chat: closed:1']);
  });

  it('gets the end too, after which no notice follows', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();
    harness.decide(closed).refuse('pager', { permanent: true });

    expect(harness.waiting).toEqual([
      'chat: closed:1 instead of pager',
      'mail: target1~pager:combined:1', // operators are asked to close it by hand
    ]);
    expect(harness.state.alert.deliveredTo).toEqual({});
  });

  it('gets the notices that were decided before it became the fallback', () => {
    const harness = new OutboxHarness().decide(opened);
    const [due] = harness.lease();
    harness.decide(reminder(1));
    harness.give(due, { permanent: true });

    expect(harness.state.alert.deliveredTo).toEqual({ 'orders@a#target1': ['chat'] });
    expect(harness.waiting).toEqual(['chat: opened:1+reminder:1 instead of pager']);
  });

  it('gets the end that was decided while the opening was refused', () => {
    const harness = new OutboxHarness().decide(opened);
    const [due] = harness.lease();
    harness.decide(closed);

    harness.give(due, { permanent: true });

    expect(harness.waiting).toEqual(['chat: combined:1 instead of pager']);
  });

  it.each<{ notice: Notice; says: string }>([
    { notice: reminder(1), says: 'opened:1+reminder:1' },
    { notice: upgraded, says: 'opened:1+upgraded:1' },
  ])('gets an opening that is new to it: $says', ({ notice, says }) => {
    const harness = new OutboxHarness().decide(opened);
    harness.deliver();

    harness.decide(notice).refuse('pager', { permanent: true });

    expect(harness.waiting).toEqual([`chat: ${says} instead of pager`]);
  });

  it('gets no opening that it has already', () => {
    const harness = new OutboxHarness();
    const channels = ['pager', 'radio'].map((name) => ({ name, fallback: 'chat' }));
    harness.routes = { ...ROUTES, target: ['pager', 'radio'], channels: [...channels, { name: 'chat' }] };
    harness.decide(opened);
    harness.deliver();
    harness.decide(reminder(1)).refuse('pager', { permanent: true });

    const due = harness.later(2 * MINUTE_MS).lease();
    harness.give(
      due.find(({ row }) => row.channel === 'radio'),
      { permanent: true },
    );

    expect(harness.waiting).toContain('chat: reminder:1 instead of radio');
  });

  it('sends no end without the opening, nor does its fallback', () => {
    const harness = new OutboxHarness();
    harness.routes = {
      ...ROUTES,
      channels: [{ name: 'pager', fallback: 'chat' }, { name: 'chat', fallback: 'mail' }, { name: 'mail' }],
    };
    harness.decide(critical);
    harness.deliver();
    harness.decide({ ...reminder(1), severity: 'critical' });
    for (let tries = 0; tries < 5; tries += 1) harness.refuse('pager');

    harness.decide({ ...closed, severity: 'critical' }).refuse('chat', { permanent: true });

    expect(harness.waiting).toEqual(['pager: closed:1', 'mail: combined:1 instead of chat']);
  });

  it('gets both, though it could not take the opening alone', () => {
    const harness = new OutboxHarness().decide(critical);
    for (let tries = 0; tries < 5; tries += 1) harness.refuse('pager');
    for (const due of harness.lease()) harness.give(due, { permanent: due.row.channel === 'chat' });

    harness.decide({ ...closed, severity: 'critical' });

    expect(harness.waiting).toEqual(['pager: combined:1', 'chat: combined:1 instead of pager']);
  });

  it('gets no opening of an incident whose end is pending', () => {
    const harness = new OutboxHarness().decide(critical);
    harness.deliver();
    harness.decide({ ...reminder(1), severity: 'critical' }).lease('dead');
    harness.decide({ ...closed, severity: 'critical' }).later(6 * MINUTE_MS);
    harness.refuse('pager');
    harness.lease();

    expect(harness.waiting.filter((one) => one.startsWith('chat'))).toEqual([
      'chat: closed:1 instead of pager',
    ]);
  });

  it('leaves its channel without the end, and with the opening once it works again', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.refuse('pager', { permanent: true });
    harness.deliver();

    expect(harness.decide(reminder(1)).waiting).toEqual(['chat: reminder:1', 'pager: opened:1+reminder:1']);
  });

  it('gets no notice twice that it gets anyway', () => {
    const harness = new OutboxHarness();
    harness.routes = { ...ROUTES, target: ['pager', 'chat'] };
    harness.decide(opened);

    const { broken } = harness.refuse('pager', { permanent: true });

    expect(broken?.channel).toBe('pager');
    expect(harness.waiting).toEqual(['chat: opened:1']);
    expect(harness.undelivered).toEqual([]);
  });

  it('has none itself: a notice that it refuses is undelivered', () => {
    const harness = new OutboxHarness();
    harness.routes = {
      ...ROUTES,
      channels: [
        { name: 'pager', fallback: 'chat' },
        { name: 'chat', fallback: 'pager' },
      ],
    };
    harness.decide(opened);
    harness.refuse('pager', { permanent: true });

    const { broken } = harness.refuse('chat', { permanent: true });

    expect(broken?.channel).toBe('chat');
    expect(harness.waiting).toEqual([]);
    expect(harness.undelivered).toEqual([opened]);
  });

  it('must be a channel that there is', () => {
    const harness = new OutboxHarness();
    harness.routes = { ...ROUTES, channels: [{ name: 'pager', fallback: 'gone' }] };
    harness.decide(opened);

    harness.refuse('pager', { permanent: true });

    expect(harness.waiting).toEqual([]);
    expect(harness.undelivered).toEqual([opened]);
  });

  it('shares its message with what the channel says itself', () => {
    const harness = new OutboxHarness().decide(critical);
    for (let tries = 0; tries < 5; tries += 1) harness.refuse('pager');

    harness.decide({ ...closed, severity: 'critical' });

    expect(harness.waiting).toEqual(['pager: combined:1', 'chat: combined:1']);
    expect(harness.state.outbox.map(({ besides }) => besides)).toEqual([['chat'], []]);
  });

  it('is still used if another channel gets only some of the notices', () => {
    const harness = new OutboxHarness();
    harness.routes = { ...ROUTES, target: ['pager', 'chat'] };
    harness.decide(opened);
    harness.routes = ROUTES;
    const other = 'orders@a#target1';
    harness.state = {
      ...harness.state,
      alert: { ...harness.state.alert, deliveredTo: { [other]: ['pager'] } },
    };
    harness.decide(reminder(1));
    harness.state = {
      ...harness.state,
      alert: { ...harness.state.alert, deliveredTo: { [other]: ['pager', 'chat'] } },
    };
    harness.decide(closed);

    expect(harness.waiting).toEqual(['pager: combined:1', 'chat: combined:1']);
    expect(harness.state.outbox.map(({ besides }) => besides)).toEqual([[], ['pager']]);
  });

  it.each<{ notices: readonly Notice[]; because: string }>([
    { notices: [noticeOf('combined', endedWith), closed], because: 'one that reports both stays so' },
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
      createdAtMs: START_MS,
      attempts: 0,
      nextAttemptAtMs: START_MS,
    }));

    expect(coalesce(rows)).toMatchObject([
      { notice: { kind: 'combined', closedAtMs: closed.closedAtMs, id: 'orders@a#target1:combined:1' } },
    ]);
  });

  it('names other channels only if they get all of the notices', () => {
    const rows = [['chat', 'mail'], ['mail'], ['chat', 'mail']].map((besides, index) => ({
      id: `${index}`,
      channel: 'pager',
      notice: reminder(index + 1),
      createdAtMs: START_MS,
      attempts: 0,
      nextAttemptAtMs: START_MS,
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
    'stays a fallback only if all of its notices are for the same channel: $insteadOf',
    ({ insteadOf, says }) => {
      const harness = new OutboxHarness();
      const rows = [opened, reminder(1), reminder(2)].map((notice, index) => ({
        id: `${notice.id}:chat`,
        channel: 'chat',
        notice,
        createdAtMs: START_MS,
        attempts: 0,
        nextAttemptAtMs: START_MS,
        ...(insteadOf[index] === undefined ? {} : { insteadOf: insteadOf[index] }),
      }));
      harness.state = { ...harness.state, outbox: rows };

      harness.decide(noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

      expect(harness.waiting[0]).toBe(says);
    },
  );

  it.each([
    { attempts: 4, waiting: ['pager: opened:1'], because: 'four failures can pass' },
    { attempts: 5, waiting: ['pager: opened:1', 'chat: opened:1 instead of pager'], because: 'five cannot' },
  ])(
    'is called for a critical notice while its channel is still tried: $because',
    ({ attempts, waiting }) => {
      const harness = new OutboxHarness().decide(critical);

      for (let tries = 0; tries < attempts; tries += 1) harness.refuse('pager');

      expect(harness.waiting).toEqual(waiting);
    },
  );

  it('is not called for failures in which its sender stood still: they say nothing of the channel', () => {
    const harness = new OutboxHarness().decide(critical);
    for (let tries = 0; tries < 3; tries += 1) harness.refuse('pager', { stoodStill: true });
    for (let tries = 0; tries < 4; tries += 1) harness.refuse('pager');
    const before = harness.waiting;

    harness.refuse('pager');

    expect(before).toEqual(['pager: opened:1']);
    expect(harness.waiting).toEqual(['pager: opened:1', 'chat: opened:1 instead of pager']);
  });

  it('is called once, and for critical notices only', () => {
    const harness = new OutboxHarness().decide(critical);
    for (let tries = 0; tries < 9; tries += 1) harness.refuse('pager');
    const mild = new OutboxHarness().decide(opened);
    for (let tries = 0; tries < 9; tries += 1) mild.refuse('pager');

    expect(harness.waiting).toEqual(['pager: opened:1', 'chat: opened:1 instead of pager']);
    expect(mild.waiting).toEqual(['pager: opened:1']);
  });

  it('is not called again where its channel dies in the end', () => {
    const harness = new OutboxHarness().decide(critical);
    for (let tries = 0; tries < 5; tries += 1) harness.refuse('pager');

    harness.refuse('pager', { permanent: true });

    expect(harness.waiting).toEqual(['chat: opened:1 instead of pager']);
    expect(harness.undelivered).toEqual([]);
  });

  it.each([
    { waitMs: 5 * MINUTE_MS - 1, called: false },
    { waitMs: 5 * MINUTE_MS, called: true },
  ])('is called when the next try comes $waitMs ms after the notice: $called', ({ waitMs, called }) => {
    const harness = new OutboxHarness().decide(critical);

    harness.refuse('pager', { retryAfterMs: waitMs });

    expect(harness.waiting.length === 2).toBe(called);
  });

  it('is called for what waits behind a notice that fails', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.refuse('pager', { retryAfterMs: 10 * MINUTE_MS });

    harness.decide(noticeOf('opened', { incident: 'orders@a#target2', severity: 'critical' }));

    expect(harness.waiting).toEqual([
      'pager: opened:1',
      'pager: target2:opened:1',
      'chat: target2:opened:1 instead of pager',
    ]);
  });

  it('is not called for what another channel fails', () => {
    const harness = new OutboxHarness().decide(
      noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }),
    );
    harness.refuse('mail', { retryAfterMs: 10 * MINUTE_MS });

    harness.decide(critical);

    expect(harness.waiting).toEqual(['mail: observer1:opened:1', 'pager: opened:1']);
  });

  it('is not called for a pending confirmation, which delays no notice', () => {
    const harness = new OutboxHarness().decide(opened);
    harness.lease();
    harness.later(MINUTE_MS).deliver();
    harness.later(MINUTE_MS).refuse('pager', { retryAfterMs: 10 * MINUTE_MS });

    harness.decide(noticeOf('opened', { incident: 'orders@a#target2', severity: 'critical' }));

    expect(harness.waiting).toEqual(['pager: target2:opened:1', 'pager: statusUpdate:1+opened:1']);
  });

  it('is not called for what waits behind a notice that is only being sent late', () => {
    const harness = new OutboxHarness().decide(opened, { ...critical, incident: 'orders@a#target2' });
    harness.later(10 * MINUTE_MS).lease();

    harness.decide(noticeOf('opened', { stream: 'observer', incident: 'orders@a#observer1' }));

    expect(harness.waiting.filter((one) => one.startsWith('chat'))).toEqual([]);
  });

  it('is not called if no process came to send', () => {
    const harness = new OutboxHarness().decide(critical).later(10 * MINUTE_MS);

    const due = harness.lease();

    expect(due.map(({ row }) => row.channel)).toEqual(['pager']);
    expect(harness.waiting).toEqual(['pager: opened:1']);
  });

  it('is called for a notice that was young when it failed, once it no longer is', () => {
    const harness = new OutboxHarness().decide(critical);
    harness.refuse('pager');
    harness.later(5 * MINUTE_MS);

    expect(harness.lease().map(({ row }) => row.channel)).toEqual(['pager', 'chat']);
  });
});
