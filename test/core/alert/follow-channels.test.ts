import { describe, expect, it } from '@jest/globals';
import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import { applyEvents } from '../../../runner/core/alert/outbox/apply-events.ts';
import { explainState } from '../../../runner/core/alert/outbox/explain-state.ts';
import type { Channel } from '../../../runner/core/model/channel.ts';
import { ABOUT, digestFor, policyOf, SLOT_MS, START_MS } from '../../support/alerts/alerts.ts';
import { MINUTE_MS, noticeOf, OutboxHarness } from '../../support/alerts/outbox-harness.ts';

const POLICY = policyOf({ after: { failures: 1, of: 1 } });

type Where = Readonly<Record<string, string | undefined>>;

/** A canary whose channels change: an outbox, with the events that are decided into it. */
class ChangingChannels extends OutboxHarness {
  #slot = 0;

  constructor(where: Where = { duty: 'A', mail: 'M' }, to: readonly string[] = ['duty']) {
    super();
    this.channelsAre(where, to);
  }

  /** The project has these channels, by name, at these addresses; the canary notifies some. */
  channelsAre(where: Where, to: readonly string[], more: Partial<Channel> = {}): this {
    const channels = Object.keys(where).map((name) => ({ name, ...more }));
    this.routes = { target: to, observer: 'mail' in where ? ['mail'] : [], channels };
    this.addresses = new Map(Object.entries(where));
    return this;
  }

  runs(...verdicts: readonly ('passed' | 'failed')[]): this {
    for (const verdict of verdicts) this.run(verdict);
    return this;
  }

  run(verdict: 'passed' | 'failed', inMaintenance = false): this {
    this.#slot += 1;
    this.nowMs = START_MS + this.#slot * SLOT_MS;
    const digest = digestFor(this.nowMs, verdict);
    this.#apply({ kind: 'result', digest, about: ABOUT, nowMs: this.nowMs, inMaintenance });
    return this;
  }

  tick(inMaintenance = false): this {
    this.#apply({ kind: 'tick', addresses: this.addresses, nowMs: this.nowMs, inMaintenance });
    return this;
  }

  #apply(event: AlertEvent): void {
    const applied = applyEvents(this.state, [event], { policy: POLICY, routes: this.routes, writer: 'w' });
    this.state = applied.state;
    this.undelivered.push(...applied.undelivered);
  }
}

const lost = (harness: OutboxHarness) => harness.undelivered.map(({ kind }) => kind);

describe('a receiver that accepted a beginning', () => {
  it('is the same under a new name, for the end and for what waits', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();

    harness.channelsAre({ pager: 'A', mail: 'M' }, ['pager']).tick();
    expect(harness.waiting).toEqual([]);
    harness.runs('passed');

    expect(harness.deliver()).toEqual(['pager: closed:1']);
    expect(lost(harness)).toEqual([]);
  });

  it('gets an end under its new name that waited under the old one', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.runs('passed');

    harness.channelsAre({ pager: 'A', mail: 'M' }, ['pager']).tick();

    expect(harness.deliver()).toEqual(['pager: closed:1']);
  });

  it('keeps its place when two channels change names', () => {
    const harness = new ChangingChannels({ a: 'A', b: 'B' }, ['a', 'b']).runs('failed');
    harness.deliver();
    const before = harness.state.alert.receipts;

    harness.channelsAre({ a: 'B', b: 'A' }, ['a', 'b']).tick().runs('passed');
    const due = harness.lease();

    expect(Object.values(before ?? {})[0]?.map(({ channel, address }) => [channel, address])).toEqual([
      ['a', 'A'],
      ['b', 'B'],
    ]);
    expect(due.map(({ row, to }) => [row.channel, row.notice.kind, to])).toEqual([
      ['b', 'closed', 'A'],
      ['a', 'closed', 'B'],
    ]);
  });

  it('is ended at its former address, and the beginning goes to the new one', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();

    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    const due = harness.lease();

    expect(due.map(({ row, to }) => [row.notice.kind, row.notice.closeReason, to])).toEqual([
      ['closed', 'moved', 'A'],
      ['opened', undefined, undefined],
    ]);
    for (const one of due) harness.accept(one);
    harness.tick();
    expect(harness.waiting).toEqual([]);
    harness.runs('passed');
    expect(harness.lease()).toMatchObject([
      { to: 'B', row: { channel: 'duty', notice: { kind: 'closed' } } },
    ]);
  });

  it('is not held up by a former address that does not answer', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    const [old, now] = harness.lease();

    harness.give(old, { fraction: 1 });
    if (now !== undefined) harness.accept(now);
    harness.later(1_000).runs('passed');

    expect(harness.lease().map(({ row, to }) => [row.notice.closeReason, to])).toContainEqual([
      'resolved',
      'B',
    ]);
  });

  it('is to be closed by hand if its former address cannot be had, and that counts as undelivered', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    const [old] = harness.lease();
    const { broken } = harness.give(old, { moved: true });

    expect(broken).toBeUndefined(); // the channel has another address, which may work
    expect(lost(harness)).toEqual(['closed']);
    expect(harness.state.outbox.at(-1)).toMatchObject({
      channel: 'mail',
      notice: {
        kind: 'combined',
        stream: 'observer',
        byHand: 'duty',
        reason: expect.stringMatching(/^Close orders@a#target1 by hand at channel 'duty'/),
      },
    });
  });

  it('is asked for anew if its channel moved between two ticks', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.runs('passed');
    const [end] = harness.lease();

    harness.give(end, { moved: true });
    expect(harness.waiting).toEqual(['duty: closed:1']);
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    expect(harness.lease()).toMatchObject([{ to: 'A', row: { address: 'A', notice: { kind: 'closed' } } }]);
  });

  it.each([['open', []] as const, ['over', ['passed']] as const])(
    'is to be closed by hand if its channel is removed while the incident is %s',
    (_, verdicts) => {
      const harness = new ChangingChannels().runs('failed');
      harness.deliver();
      harness.runs(...verdicts);

      harness.channelsAre({ mail: 'M', chat: 'C' }, ['chat']).tick();

      expect(lost(harness)).toEqual(['closed']);
      expect(harness.waiting).toContain('mail: target1~duty:combined:1');
      harness.tick();
      expect(lost(harness)).toEqual(['closed']);
    },
  );

  it('is that of the channel again if the address comes back before its end is sent', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    const before = harness.state.alert.receipts;
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    harness.channelsAre({ duty: 'A', mail: 'M' }, ['duty']).tick();

    expect(harness.waiting).toEqual(['duty: opened:1']);
    expect(harness.state.alert.receipts).toEqual(before);
    harness.runs('passed').channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    expect(harness.lease()).toMatchObject([{ to: 'A', row: { notice: { kind: 'closed' } } }]);
  });

  it('is that of another channel that has its former address', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    harness.channelsAre({ duty: 'B', old: 'A', mail: 'M' }, ['duty']).tick();
    expect(harness.waiting).toEqual(['duty: opened:1']);
    harness.deliver();

    expect(harness.runs('passed').waiting).toEqual(['duty: closed:1', 'old: closed:1']);
  });

  it('keeps its end for its address, if that comes back after the incident', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.runs('passed').channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    harness.channelsAre({ duty: 'A', mail: 'M' }, ['duty']).tick();
    expect(harness.state.outbox).toMatchObject([{ channel: 'duty', address: 'A' }]);
    harness.channelsAre({ old: 'A', mail: 'M' }, ['old']).tick();
    expect(harness.state.outbox).toMatchObject([{ id: 'orders@a#target1:closed:1:old@A', address: 'A' }]);
    harness.channelsAre({ old: 'B', mail: 'M' }, ['old']).tick();

    expect(harness.lease()).toMatchObject([{ to: 'A', row: { notice: { kind: 'closed' } } }]);
  });

  it('is left alone while a beginning is being sent to its channel, perhaps to another address', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    const [end, beginning] = harness.lease();
    harness.give(end, { fraction: 1 });

    harness.channelsAre({ duty: 'A', mail: 'M' }, ['duty']).tick();
    expect(harness.waiting).toEqual(['duty: closed:moved', 'duty: opened:1']);
    harness.give(beginning, {});
    harness.tick();

    expect(harness.waiting).toEqual(['duty: opened:1']);
  });

  it.each([
    [
      'of the end at its former address, apart from that of the beginning',
      { duty: 'B', mail: 'M' },
      [
        ['A', 'moved'],
        [undefined, undefined],
      ],
    ],
    ['of the open incident, if its address comes back', { duty: 'A', mail: 'M' }, [[undefined, undefined]]],
    ['of none, if its channel is removed', { mail: 'M' }, []],
  ] as const)('gets a status update %s', (_, where, updates) => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    harness.lease('dead');
    harness.later(2 * MINUTE_MS).deliver();

    harness.channelsAre(where, ['duty']).tick();

    const rows = harness.state.outbox.filter(({ notice }) => notice.kind === 'statusUpdate');
    expect(rows.map(({ address, notice }) => [address, notice.closeReason])).toEqual(updates);
  });

  it('has a status update of its own: the new address gets no end without a beginning', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    const beginning = harness.lease('dead').find(({ row }) => row.notice.kind === 'opened');
    harness.give(beginning, { permanent: true, address: 'B' });
    harness.later(2 * MINUTE_MS).deliver();

    harness.decide(noticeOf('closed', { closedAtMs: harness.nowMs, closeReason: 'resolved' }));

    const rows = harness.state.outbox.map(({ address, notice }) => [address, notice.kind]);
    expect(rows).toEqual([['A', 'statusUpdate']]);
  });

  it('moves alone: the other receivers, and the refusals of others, stay as they are', () => {
    const where = { duty: 'A', chat: 'C', pager: 'P', mail: 'M' };
    const harness = new ChangingChannels(where, ['duty', 'chat', 'pager']).runs('failed');
    const [duty, chat, pager] = harness.lease();
    for (const one of [duty, chat]) if (one !== undefined) harness.accept(one);
    harness.give(pager, { permanent: true, address: 'P' });
    harness.deliver();

    harness
      .channelsAre({ ...where, duty: 'B' }, ['duty', 'chat', 'pager'])
      .tick()
      .tick();

    expect(harness.waiting).toEqual(['duty: closed:moved', 'duty: opened:1']);
    const receipts = Object.values(harness.state.alert.receipts ?? {})[0] ?? [];
    expect(receipts.map(({ channel, refused }) => [channel, refused === undefined])).toEqual([
      ['chat', true],
      ['pager', false],
    ]);
  });

  it('is to be closed by hand if the channel of its former address is removed, too', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    harness.channelsAre({ mail: 'M' }, ['mail']).tick();

    expect(harness.waiting).toContain('mail: target1~duty:combined:1');
    expect(lost(harness)).toEqual(['closed']);
  });

  it('stays where it was while an address cannot be had', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();

    harness.channelsAre({ pager: undefined, mail: 'M' }, ['pager']).tick();
    expect(harness.waiting).toEqual([]);
    harness.channelsAre({ duty: undefined, mail: 'M' }, ['duty']).tick();
    expect(harness.waiting).toEqual([]);
    harness.channelsAre({ pager: 'A', mail: 'M' }, ['pager']).tick().runs('passed');

    expect(harness.deliver()).toEqual(['pager: closed:1']);
  });

  it('without a known address goes by its name alone', () => {
    const harness = new ChangingChannels({ duty: undefined, mail: 'M' }).runs('failed');
    harness.deliver();

    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    expect(harness.waiting).toEqual([]);
    harness.channelsAre({ mail: 'M' }, ['mail']).tick();

    expect(harness.waiting).toContain('mail: target1~duty:combined:1');
  });

  it('waits during maintenance, which holds back what concerns an open incident', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();

    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick(true);
    expect(harness.waiting).toEqual([]);
    harness.tick();

    expect(harness.waiting).toEqual(['duty: closed:moved', 'duty: opened:1']);
  });

  it('gets no reminder at an address that it left: the beginning replaces it', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    for (let n = 0; n < 13; n += 1) harness.runs('failed');
    expect(harness.waiting).toEqual(['duty: reminder:1']);

    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    expect(harness.waiting).toEqual(['duty: closed:moved', 'duty: opened:1']);
  });

  it('gets the end at its address, though the channel moved while a process that died was sending it', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.runs('passed').lease('dead');

    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    harness.later(2 * MINUTE_MS);

    expect(harness.lease()).toMatchObject([{ to: 'A', row: { notice: { kind: 'closed' } } }]);
  });

  it('is left alone while a notice is being sent to it', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.runs('passed');
    const [end] = harness.lease();

    harness.channelsAre({ pager: 'A', mail: 'M' }, ['pager']).tick();
    expect(harness.waiting).toEqual(['duty: closed:1']);
    if (end !== undefined) harness.accept(end);

    expect(harness.tick().waiting).toEqual([]);
  });
});

describe('a receiver that accepted a beginning, and is to get one under a new name before a tick finds it there', () => {
  const reminded = (): ChangingChannels => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    harness.channelsAre({ pager: 'A', mail: 'M' }, ['pager']);
    for (let n = 0; n < 13; n += 1) harness.runs('failed');
    expect(harness.waiting).toEqual(['pager: opened:1+reminder:1']);
    return harness;
  };

  it('gets a reminder instead', () => {
    const harness = reminded().tick();

    expect(harness.deliver()).toEqual(['pager: reminder:1+opened:1']);
    expect(harness.runs('passed').deliver()).toEqual(['pager: closed:1']);
  });

  it('gets the end alone if the incident is over', () => {
    const harness = reminded().runs('passed').tick();

    expect(harness.deliver()).toEqual(['pager: closed:1']);
  });

  it('gets the end, though it refused that beginning and has its old name again', () => {
    const harness = reminded();
    const [beginning] = harness.lease();
    harness.tick().give(beginning, { retryAfterMs: 1_000 });
    harness.runs('passed');
    expect(harness.waiting).toEqual(['pager: combined:1']);

    harness.channelsAre({ duty: 'A', mail: 'M' }, ['duty']).tick();

    expect(harness.deliver()).toEqual(['duty: closed:1+combined:1']);
  });

  it('gets the end at its address, though the channel has another one by then', () => {
    const harness = reminded();
    const [beginning] = harness.lease();
    harness.tick().give(beginning, { retryAfterMs: 1_000 });
    harness.runs('passed').channelsAre({ pager: 'B', mail: 'M' }, ['pager']);

    const [end] = harness.lease();
    expect(end).toMatchObject({ to: 'A', row: { channel: 'pager' } });
    harness.give(end, { moved: true });

    expect(harness.tick().lease()).toMatchObject([{ to: 'A', row: { notice: { kind: 'closed' } } }]);
  });

  it('is ended at its former address, and the new one gets the beginning, if the channel moves, too', () => {
    const harness = reminded();
    const [beginning] = harness.lease();
    harness.tick().give(beginning, { retryAfterMs: 1_000 });

    harness.channelsAre({ pager: 'B', mail: 'M' }, ['pager']).tick();

    expect(harness.waiting).toEqual(['pager: closed:moved', 'pager: opened:1']);
  });

  it('gets the end, though it refused that beginning for good', () => {
    const harness = reminded();
    harness.refuse('pager', { permanent: true, address: 'A' });

    harness.tick().runs('passed');

    expect(harness.deliver()).toContain('pager: closed:1');
  });
});

describe('a second beginning, for a receiver that accepted one', () => {
  /** It waits on a channel that the incident was not decided for before. */
  function twice(): ChangingChannels {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    const alert = { ...harness.state.alert, deliveredTo: { 'orders@a#target1': [] } };
    harness.state = { ...harness.state, alert };
    for (let n = 0; n < 13; n += 1) harness.runs('failed');
    return harness;
  }

  it('goes to the address that accepted the first one', () => {
    expect(twice().lease()).toMatchObject([{ to: 'A', row: { notice: { kind: 'opened' } } }]);
  });

  it('becomes an end at its former address if the incident is over, and a beginning at the new one if not', () => {
    const over = twice().runs('passed').channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();
    const open = twice().channelsAre({ duty: 'B', mail: 'M' }, ['duty']).tick();

    expect(over.lease()).toMatchObject([{ to: 'A', row: { notice: { kind: 'closed' } } }]);
    expect(open.lease().map(({ row, to }) => [row.notice.kind, to])).toEqual([
      ['closed', 'A'],
      ['opened', undefined],
    ]);
  });
});

describe('a beginning that reached no channel', () => {
  it('goes at once to those that the canary notifies now, when its channel is removed', () => {
    const harness = new ChangingChannels().runs('failed');

    harness.channelsAre({ chat: 'C', mail: 'M' }, ['chat']).tick();

    expect(harness.deliver()).toEqual(['chat: opened:1']);
    expect(lost(harness)).toEqual([]);
    expect(harness.runs('passed').deliver()).toEqual(['chat: closed:1']);
  });

  it('goes at once to a channel that is new in the list, while the other one does not answer', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.refuse('duty');

    harness.channelsAre({ duty: 'A', chat: 'C', mail: 'M' }, ['chat']).tick();

    expect(harness.deliver()).toContain('chat: opened:1');
  });

  it('waits for the next reminder on a channel that refused it, and goes there at once if its address changed', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.refuse('duty', { permanent: true, address: 'A' });
    harness.deliver(); // to the operators, that it is broken

    expect(harness.tick().waiting).toEqual([]);
    harness.channelsAre({ duty: 'B', mail: 'M' }, ['duty']);

    expect(harness.tick().waiting).toEqual(['duty: opened:1']);
  });

  it('is undelivered if no channel is left, and sent as both to those that come later', () => {
    const harness = new ChangingChannels({ duty: 'A' }).runs('failed');

    harness.channelsAre({}, []).tick();

    expect(lost(harness)).toEqual(['opened']);
    expect(harness.tick().waiting).toEqual([]);
  });

  it('goes with its end to those that the canary notifies now, if the incident is over', () => {
    const harness = new ChangingChannels().runs('failed', 'passed');
    expect(harness.waiting).toEqual(['duty: combined:1']);

    harness.channelsAre({ chat: 'C', mail: 'M' }, ['chat']).tick();

    expect(harness.deliver()).toEqual(['chat: combined:1']);
  });

  it('goes with its end, if its channel went first', () => {
    const harness = new ChangingChannels().runs('failed').channelsAre({ chat: 'C', mail: 'M' }, ['chat']);

    harness.runs('passed').tick();

    expect(harness.deliver()).toEqual(['chat: combined:1']);
  });

  it('is dropped on a channel that is gone, if another one accepted it', () => {
    const harness = new ChangingChannels({ duty: 'A', chat: 'C', mail: 'M' }, ['duty', 'chat']).runs(
      'failed',
    );
    const [duty, chat] = harness.lease();
    if (chat !== undefined) harness.accept(chat);
    harness.give(duty, {});

    harness.channelsAre({ chat: 'C', mail: 'M' }, ['chat']).tick();

    expect(harness.waiting.filter((one) => one.startsWith('duty'))).toEqual([]);
    expect(lost(harness)).toEqual([]);
  });
});

describe('a receiver that refuses a beginning that it had accepted before', () => {
  it('still gets the end', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    const alert = { ...harness.state.alert, deliveredTo: { 'orders@a#target1': [] } };
    harness.state = { ...harness.state, alert };
    for (let n = 0; n < 13; n += 1) harness.runs('failed');
    expect(harness.waiting).toEqual(['duty: opened:1+reminder:1']);

    harness.refuse('duty', { permanent: true });
    harness.runs('passed');

    expect(harness.waiting).toContain('duty: closed:1');
  });
});

describe('an end that is muted', () => {
  it('reaches its receiver after the mute, though the channel changed meanwhile', () => {
    const harness = new ChangingChannels({ duty: 'A', chat: 'C', mail: 'M' }, ['duty', 'chat']).runs(
      'failed',
    );
    const [duty] = harness.lease();
    if (duty !== undefined) harness.accept(duty);
    harness.run('passed', true);

    harness.channelsAre({ duty: 'B', chat: 'C', mail: 'M' }, ['duty', 'chat']).tick(true);
    harness.tick().tick();

    expect(harness.waiting).toContain('duty: closed:1');
    expect(harness.state.outbox.find(({ channel }) => channel === 'duty')).toMatchObject({ address: 'A' });
  });
});

describe('receipts', () => {
  it('are explained: which channel accepted which notice, when, and with which answer', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.deliver();
    for (let n = 0; n < 13; n += 1) harness.runs('failed');
    harness.deliver();
    const now = { policy: POLICY, nowMs: harness.nowMs };
    const open = explainState(harness.state, now);
    harness.runs('passed').deliver();
    const over = explainState(harness.state, now);

    expect(open).toContain('A notice of that was decided at 2026-11-25 00:05 UTC.');
    expect(open).toContain(
      "duty accepted 'opened' at 2026-11-25 00:05 UTC (duty says ok), and accepted 'reminder' at 2026-11-25 01:10 UTC (duty says ok).",
    );
    expect(over).toContain(
      "Of orders@a#target1: duty accepted 'opened' at 2026-11-25 00:05 UTC (duty says ok), and accepted 'closed' at 2026-11-25 01:15 UTC (duty says ok).",
    );
  });

  it('of a refusal are explained, too', () => {
    const harness = new ChangingChannels().runs('failed');
    harness.refuse('duty', { permanent: true });

    expect(explainState(harness.state, { policy: POLICY, nowMs: harness.nowMs })).toContain(
      'duty refused it at 2026-11-25 00:05 UTC: it answered 503.',
    );
  });

  it('are kept of the newest incident alone, once all are notified of its end', () => {
    const harness = new ChangingChannels();
    for (let n = 0; n < 4; n += 1) harness.runs('failed').deliver();
    harness.runs('passed').deliver();
    harness.runs('failed').deliver();

    expect(Object.keys(harness.state.alert.receipts ?? {})).toEqual(['orders@a#target2']);
  });
});
