import { describe, expect, it } from '@jest/globals';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import { digestOf } from '../../../runner/core/inbox/token.ts';
import type { Post } from '../../../runner/core/network/post.ts';
import { inboxesOf } from '../../../runner/engine/inbox/inboxes.ts';
import { InboxReceiver, MOST, pathOf, REMEDY } from '../../support/run/inbox-receiver.ts';

describe('an inbox', () => {
  it('keeps what comes to its URL, and none of our probes', async () => {
    const receiver = new InboxReceiver();
    const inbox = await receiver.open();
    const nowMs = receiver.clock.nowMs();

    const answer = await receiver.send({
      target: `${pathOf(inbox)}/paid?a=1&b=2&b=3`,
      headers: { accept: ['x', 'y'] },
      body: Buffer.from('paid'),
    });

    expect(answer).toEqual({ status: 200, headers: {}, body: '' });
    expect(await inbox.read()).toEqual([
      expect.objectContaining({
        receivedAtMs: nowMs,
        happenedAtMs: nowMs + 7,
        data: {
          method: 'POST',
          path: '/paid',
          query: { a: '1', b: ['2', '3'] },
          headers: { accept: ['x', 'y'] },
          body: Buffer.from('paid').toString('base64'),
        },
      }),
    ]);
  });

  it('gives the answers that it was given, also later ones', async () => {
    const receiver = new InboxReceiver();
    const inbox = await receiver.open();
    await Promise.all([
      inbox.answer({ path: '/a', answer: { status: 202, headers: { a: 'b' }, body: 'one' } }),
      inbox.answer({ method: 'PUT', answer: { status: 500, headers: {}, body: 'two' } }),
    ]);

    expect(await receiver.send({ target: `${pathOf(inbox)}/a` })).toMatchObject({ status: 202, body: 'one' });
    expect(await receiver.send({ method: 'PUT', target: pathOf(inbox) })).toMatchObject({ status: 500 });
  });

  it('wakes who watches it, until they watch no more', async () => {
    const receiver = new InboxReceiver();
    const inbox = await receiver.open();
    let woken = 0;
    const end = inbox.subscribe(() => {
      woken += 1;
    });
    await receiver.send({ target: pathOf(inbox) });
    end();
    await receiver.send({ target: pathOf(inbox) });

    expect(woken).toBe(1);
  });

  it('marks a body that is too large as one that was not read, and refuses it', async () => {
    const receiver = new InboxReceiver();
    const inbox = await receiver.open();

    expect(await receiver.send({ target: pathOf(inbox), isWhole: false })).toMatchObject({ status: 413 });
    expect(await inbox.read()).toEqual([
      expect.objectContaining({
        unread: [{ path: 'body', why: expect.stringContaining('256 KiB'), absent: true }],
      }),
    ]);
  });

  it('takes no more requests than its limit', async () => {
    const receiver = new InboxReceiver();
    const inbox = await receiver.open();
    const statuses: number[] = [];
    for (let n = 0; n < MOST; n += 1) statuses.push((await receiver.send({ target: pathOf(inbox) })).status);

    expect(statuses).toEqual([200, 200, 200, 429]); // the probe was the first
    await expect(inbox.assertReachable()).rejects.toThrow('it answered 429');
  });

  it('refuses all when it is closed, when its time is over, and without its token', async () => {
    const receiver = new InboxReceiver();
    const [inbox, other] = [await receiver.open(), await receiver.open()];
    await inbox.close();

    expect(await receiver.send({ target: pathOf(inbox) })).toMatchObject({ status: 404 });
    expect(await receiver.send({ target: '/' })).toMatchObject({ status: 404 });
    expect(await receiver.send({ target: `/inbox/${'a'.repeat(43)}` })).toMatchObject({ status: 404 });
    await receiver.clock.sleep(60_001);
    expect(await receiver.send({ target: pathOf(other) })).toMatchObject({ status: 404 });
    expect(await inbox.read()).toEqual([]);
    expect(await other.read()).toEqual([]);
  });

  it('refuses a request that comes while it is closed', async () => {
    const { desk } = new InboxReceiver().memory;

    expect(await desk.admit('closed', MOST)).toBe(false);
  });
});

describe('an inbox that cannot be reached', () => {
  it.each<[string, Post, string]>([
    [
      'nothing listens there',
      async () => Promise.reject(new ObserverError('It could not be reached.', { permanent: true })),
      `It could not be reached. ${REMEDY}`,
    ],
    [
      'something else answers',
      async () => ({ status: 502, body: '' }),
      `The inbox at https://inbox.example was not reached: it answered 502. ${REMEDY}`,
    ],
    [
      'the inbox of another process answers',
      async () => ({ status: 204, body: '' }),
      `The inbox at https://inbox.example was not reached: another receiver answered. ${REMEDY}`,
    ],
  ])('is an error of the observer: %s', async (_, post, message) => {
    const receiver = new InboxReceiver();
    receiver.post = post;

    await expect(receiver.open()).rejects.toThrow(message);
  });

  it('is one also if no answer comes', async () => {
    const receiver = new InboxReceiver();
    receiver.post = async () => new Promise(() => {});
    await expect(receiver.open()).rejects.toThrow('was not reached: no answer came within 5 s.');
    expect(receiver.clock.open).toBe(0);
  });

  it('leaves a bug of ours as it is', async () => {
    const receiver = new InboxReceiver();
    receiver.post = async () => Promise.reject(new TypeError('no such method'));

    await expect(receiver.open()).rejects.toThrow(TypeError);
  });
});

describe('the requests that an inbox missed', () => {
  it('are those that its receiver refused since a moment, and none of other inboxes', async () => {
    const receiver = new InboxReceiver();
    const [inbox, other] = [await receiver.open(), await receiver.open()];
    const one = { atMs: 20, why: 'it broke off' };
    const target = `${pathOf(inbox)}/paid?a=b`;
    receiver.refused = [
      { ...one, atMs: 9, why: 'it is too old' },
      { ...one, method: 'PUT', target },
      { ...one, method: 'GET', target: '/favicon.ico' },
      { atMs: 10, why: 'its headers are too long' },
    ];
    const unknown = { why: 'its headers are too long' };

    expect(await inbox.missed(10)).toEqual([{ method: 'PUT', path: '/paid', why: 'it broke off' }, unknown]);
    expect(await other.missed(10)).toEqual([unknown]);
  });

  it('are those also that were counted and not written, once their time is over', async () => {
    const receiver = new InboxReceiver();
    const inbox = await receiver.open();
    expect(await inbox.missed(0)).toEqual([]);

    const digest = digestOf(inbox.token);
    await receiver.memory.desk.admit(digest, MOST);
    expect(await inbox.missed(0)).toEqual([{ why: 'its receiver counted 2 in all and wrote 1 fewer' }]);
  });

  it('are none that are written in the meantime', async () => {
    const receiver = new InboxReceiver();
    const inbox = await receiver.open();
    const append = receiver.memory.journal.append;
    const [counted, writing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    receiver.memory.journal.append = async (entries) => {
      counted.resolve();
      await writing.promise;
      await append(entries);
    };
    const sent = receiver.send({ target: pathOf(inbox) });
    await counted.promise;
    receiver.clock.at(receiver.clock.nowMs() + 500, () => writing.resolve());

    expect(await inbox.missed(0)).toEqual([]);
    await sent;
  });

  it('are none of an inbox that is closed, at a receiver that cannot know what it refused', async () => {
    const receiver = new InboxReceiver();
    const inboxes = inboxesOf({
      ...receiver.memory,
      clock: receiver.clock,
      random: receiver.random,
      baseUrl: async () => 'https://inbox.example',
      post: receiver.post,
      remedy: REMEDY,
    });
    const inbox = await inboxes.open({ untilMs: receiver.clock.nowMs() + 60_000 });
    await inbox.close();

    expect(await inbox.missed(0)).toEqual([]);
  });
});
