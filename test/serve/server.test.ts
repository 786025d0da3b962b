import { once } from 'node:events';
import { get as httpGet, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { accessWith } from '../../runner/serve/access.ts';
import { LivePages } from '../../runner/serve/live-pages.ts';
import { type PagesServer, servePages } from '../../runner/serve/server.ts';
import { StepClock } from './step-clock.ts';

const TOKEN = 'a token that is long enough';
let server: PagesServer;
let pages: LivePages;
let content: string;
let failures: unknown[];
let clock: StepClock;

beforeEach(async () => {
  content = 'one';
  failures = [];
  clock = new StepClock();
  server = await served();
});
afterEach(async () => server.close());

async function served(token?: string): Promise<PagesServer> {
  const failed = (thrown: unknown): void => void failures.push(thrown);
  pages = new LivePages({
    clock: systemClock(),
    render: async (path) => {
      if (path === 'broken' || content === 'unreadable') throw new Error('no state');
      return path === 'a b.html' || path === '' ? `<body><p>${content}</p></body>` : undefined;
    },
    failed,
  });
  return servePages({
    address: { host: '127.0.0.1', port: 0 },
    clock,
    pages,
    access: accessWith(token === undefined ? {} : { token }),
    download: async (path) =>
      path === 'broken'
        ? Promise.reject(new Error('no state'))
        : path === 'badge.svg'
          ? { type: 'image/svg+xml', text: '<svg/>' }
          : undefined,
    failed,
  });
}

async function get(path: string, init: RequestInit = {}) {
  const answer = await fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Opens the changes of a page, and collects them. */
async function changes(path: string) {
  let text = '';
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  httpGet(`${server.url}/events?page=${path}&seen=x`, resolve);
  const answer = await promise;
  answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  answer.on('error', () => {});
  const until = async (part: string): Promise<void> => {
    while (!text.includes(part)) await new Promise((done) => setTimeout(done, 5));
  };
  return { answer, until, text: () => text };
}

describe('the server of pages', () => {
  it('serves a page that is neither stored nor framed, by any spelling of its path', async () => {
    const { status, headers, text } = await get('/a%20b.html');

    expect(status).toBe(200);
    expect(text).toMatch(/^<body data-live="events\?page=a\+b\.html&amp;seen=[\w.-]+"><p>one<\/p><\/body>$/);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  it('serves other texts, and says what is not there', async () => {
    expect(await get('/badge.svg')).toMatchObject({ status: 200, text: '<svg/>' });
    expect(await get('/none.html')).toMatchObject({ status: 404 });
    expect(await get('/%zz')).toMatchObject({ status: 404 });
  });

  it('compresses a long page for those who take that', async () => {
    content = 'long '.repeat(5_000);

    expect((await get('/')).headers.get('content-encoding')).toBe('gzip');
    expect((await get('/')).text).toContain(content);
    const plain = await get('/', { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  it('refuses everything but reading', async () => {
    expect(await get('/', { method: 'POST', body: 'x' })).toMatchObject({ status: 405 });
    expect(await get('/', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('refuses a name that another site gave to this address', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    httpRequest(server.url, { headers: { host: 'evil.example' } }, ({ statusCode = 0 }) =>
      resolve(statusCode),
    ).end();

    expect(await promise).toBe(421);
  });

  it('reports a page that cannot be made, and goes on', async () => {
    expect(await get('/broken')).toMatchObject({ status: 500 });
    expect(failures).toEqual([new Error('no state')]);
    expect(await get('/')).toMatchObject({ status: 200 });
  });

  it('asks for its token, and then keeps it in a cookie', async () => {
    await server.close();
    server = await served(TOKEN);
    const asked = await get('/');
    const signed = await get(`/?token=${encodeURIComponent(TOKEN)}`);
    const cookie = signed.headers.get('set-cookie')?.split(';')[0] ?? '';

    expect(asked.status).toBe(401);
    expect(asked.text).toContain('<form>');
    expect(asked.text).not.toContain('one');
    expect([signed.status, signed.headers.get('location')]).toEqual([303, './']);
    expect((await get('/', { headers: { cookie } })).text).toContain('one');
    expect(await get('/events?page=')).toMatchObject({ status: 401 });
  });

  it('sends the changes of a page as they come, and signs of life', async () => {
    const { answer, until, text } = await changes('');
    await until('<p>one');
    content = 'two\n\nevent: hostile';
    pages.changed(() => true);
    await until('two');
    clock.advance(10_000);
    await until('alive');

    expect(answer.headers['content-type']).toBe('text/event-stream');
    expect(text()).toBe(
      [
        'retry: 2000',
        'data: {"id":"","html":"<p>one</p>","title":""}',
        'data: {"id":"","html":"<p>two\\n\\nevent: hostile</p>","title":""}',
        'event: alive\ndata:',
        '',
      ].join('\n\n'),
    );
  });

  it('shows no sign of life for a page that cannot be made, and says so until it can', async () => {
    const { until, text } = await changes('');
    await until('<p>one');
    content = 'unreadable';
    clock.advance(10_000);
    pages.changed(() => true);
    await until('event: stale');
    for (let times = 0; times < 3; times += 1) clock.advance(10_000);
    content = 'two';
    pages.changed(() => true);
    await until('two');
    await until('alive');

    expect(text().split('event: stale')).toHaveLength(2);
    expect(text()).toMatch(/event: stale\ndata:\n\ndata: .*two.*\n\nevent: alive\n/);
  });

  it('makes a page again each minute, though nothing happened', async () => {
    const { until } = await changes('');
    await until('<p>one');
    content = 'aged';
    for (let times = 0; times < 6; times += 1) clock.advance(10_000);

    await until('aged');
  });

  it('sends the changes of the fleet, if no page is named', async () => {
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    httpGet(`${server.url}/events`, resolve);
    const answer = await promise;
    const [chunk] = (await once(answer.setEncoding('utf8'), 'data')) as [string];

    expect(chunk).toContain('retry: 2000');
    answer.destroy();
  });

  it('has a limit of readers, who make room when they leave', async () => {
    const readers = await Promise.all(Array.from({ length: 100 }, async () => changes('')));
    expect(await get('/events?page=')).toMatchObject({ status: 503 });
    readers[0]?.answer.destroy();
    let answer = await changes('');
    while (answer.answer.statusCode === 503) answer = await changes('');

    expect(answer.answer.statusCode).toBe(200);
  });

  it('keeps a reader of a page of 5 MB', async () => {
    content = `${'long '.repeat(1_000_000)}end`;
    const { until, answer } = await changes('');
    await until('end');

    expect(answer.closed).toBe(false);
    answer.destroy();
  });

  it('lets go of a reader who does not keep up', async () => {
    content = 'long '.repeat(5_000_000);
    const { answer } = await changes('');
    await new Promise((done) => answer.once('close', done));

    expect(answer.complete).toBe(false);
  });

  it('closes the connection of an answer that broke half-way', async () => {
    pages.subscribe = () => {
      throw new Error('no memory');
    };
    const { answer } = await changes('');
    await new Promise((done) => answer.once('close', done));

    expect(answer.complete).toBe(false);
    expect(failures).toEqual([new Error('no memory')]);
  });

  it('refuses an address that is taken', async () => {
    const port = Number(new URL(server.url).port);
    const options = {
      clock,
      pages,
      access: accessWith({}),
      download: async () => undefined,
      failed: () => {},
    };

    await expect(servePages({ ...options, address: { host: '127.0.0.1', port } })).rejects.toThrow(
      `Pages cannot be served at ${server.url}: listen EADDRINUSE`,
    );
  });

  it('ends while pages are read', async () => {
    const { answer } = await changes('');
    answer.resume();
    const closed = new Promise((done) => answer.once('close', done));
    await server.close();
    await closed;
    server = await served();

    expect(answer.complete).toBe(false);
  });
});
