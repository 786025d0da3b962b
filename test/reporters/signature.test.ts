import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { noticeOf } from '../support/alerts/notices.ts';
import { CHANNELS, handedOver } from '../support/alerts/notifying.ts';

interface Received {
  readonly id: string;
  readonly timestamp: string;
  readonly body: Buffer;
  readonly signature: string;
}

const KEY = Buffer.from('Y2FuYXJpZXMgc2luZyBhdCBuaWdodA==', 'base64');
const WINDOW_SECONDS = 300;

/** Verification by a receiver, as docs/guide/notifications.md describes it. */
function isGenuine({ id, timestamp, body, signature }: Received, nowMs: number, key = KEY): boolean {
  if (!/^\d+$/.test(timestamp) || Math.abs(nowMs / 1_000 - Number(timestamp)) > WINDOW_SECONDS) return false;
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  const [version, given = ''] = signature.split(',');
  const claimed = Buffer.from(given, 'base64');
  // Base64 can be written in several ways; only the one that was sent is taken.
  if (version !== 'v1' || claimed.toString('base64') !== given) return false;
  return claimed.length === mac.length && timingSafeEqual(claimed, mac);
}

async function received(): Promise<{ readonly message: Received; readonly nowMs: number }> {
  const notice = noticeOf();
  const [post] = (await handedOver(CHANNELS.webhook, notice)).posts;
  const headers = post?.headers ?? {};
  return {
    message: {
      id: headers['webhook-id'] ?? '',
      timestamp: headers['webhook-timestamp'] ?? '',
      signature: headers['webhook-signature'] ?? '',
      body: Buffer.from(post?.body ?? ''),
    },
    nowMs: notice.atMs,
  };
}

/** The same bytes with one bit flipped. */
function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('the signature of a webhook', () => {
  it('is genuine to a receiver that knows the secret, for five minutes', async () => {
    const { message, nowMs } = await received();

    expect(isGenuine(message, nowMs)).toBe(true);
    expect(isGenuine(message, nowMs + 299_000)).toBe(true);
    expect(isGenuine(message, nowMs + 302_000)).toBe(false);
    expect(isGenuine(message, nowMs, Buffer.from('another secret'))).toBe(false);
  });

  it('is not genuine with any single bit changed, in body, id, timestamp or signature', async () => {
    const { message, nowMs } = await received();
    const taken: string[] = [];
    let tried = 0;

    for (const part of ['id', 'timestamp', 'signature', 'body'] as const) {
      const bytes = Buffer.from(message[part]);
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = flipped(bytes, bit);
        const forged = { ...message, [part]: part === 'body' ? changed : changed.toString('latin1') };
        tried += 1;
        if (isGenuine(forged, nowMs)) taken.push(`${part}, bit ${bit}`);
      }
    }

    expect(taken).toEqual([]);
    expect(tried).toBeGreaterThan(8 * 1_000);
  });

  it('is judged right by the receiver that the documentation shows', async () => {
    const page = readFileSync(new URL('../../docs/guide/notifications.md', import.meta.url), 'utf8');
    const [, shown = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
    const code = `data:text/javascript,${encodeURIComponent(`${shown}\nexport { isGenuine };`)}`;
    const receiver = (await import(code)) as {
      isGenuine(headers: unknown, body: string, secret: string): boolean;
    };
    const [post] = (await handedOver(CHANNELS.webhook, noticeOf({ atMs: Date.now() }))).posts;

    const judged = (body: string, secret: string) => receiver.isGenuine(post?.headers, body, secret);

    expect(judged(post?.body ?? '', CHANNELS.webhook.options['secret'] ?? '')).toBe(true);
    expect(judged(`${post?.body} `, CHANNELS.webhook.options['secret'] ?? '')).toBe(false);
    expect(judged(post?.body ?? '', 'whsec_AAAA')).toBe(false);
  });

  it('takes a secret that is plain text, and is left out where there is none', async () => {
    const plain = (
      await handedOver({ ...CHANNELS.webhook, options: { secret: 'a plain secret' } }, noticeOf())
    ).posts[0];
    const unsigned = { ...CHANNELS.webhook, options: {} };
    const none = (await handedOver(unsigned, noticeOf())).posts[0];
    const {
      'webhook-id': id = '',
      'webhook-timestamp': timestamp = '',
      'webhook-signature': signature = '',
    } = plain?.headers ?? {};
    const message = { id, timestamp, signature, body: Buffer.from(plain?.body ?? '') };

    expect(isGenuine(message, noticeOf().atMs, Buffer.from('a plain secret'))).toBe(true);
    expect(Object.keys(none?.headers ?? {})).toEqual(['webhook-id', 'webhook-timestamp']);
  });

  it('has an id that is the same for each try, and holds nothing that would end it', async () => {
    const odd = noticeOf({ id: 'a.b c%\né:opened:1' });

    const [first, second] = await Promise.all([
      handedOver(CHANNELS.webhook, odd),
      handedOver(CHANNELS.webhook, odd),
    ]);

    expect(first.posts[0]?.headers?.['webhook-id']).toBe('a%2Eb%20c%25%0A%C3%A9:opened:1');
    expect(second.posts[0]?.headers?.['webhook-id']).toBe(first.posts[0]?.headers?.['webhook-id']);
  });
});
