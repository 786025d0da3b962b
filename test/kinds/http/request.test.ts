import type { lookup as dnsLookup } from 'node:dns';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { type Numeric, numberFrom } from '../../../runner/core/base/numbers.ts';
import { LONGEST_BODY_BYTES } from '../../../runner/kinds/body.ts';
import { exchange, type HttpRequest } from '../../../runner/kinds/http/request.ts';

let server: Server;
let other: Server;
let site: string;
let otherSite: string;
let last: { request: IncomingMessage; body: string } | undefined;
let connections = 0;

async function listening(): Promise<Server> {
  const made = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      last = { request, body: Buffer.concat(chunks).toString() };
      const path = request.url ?? '';
      if (path.startsWith('/to-other'))
        return response.writeHead(302, { location: `${otherSite}/end` }).end();
      if (path.startsWith('/to-file'))
        return response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      if (path.startsWith('/to-metadata'))
        return response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
      if (path.startsWith('/sign-in'))
        return response
          .writeHead(302, {
            location: path.endsWith('elsewhere') ? `${otherSite}/end` : '/end',
            'set-cookie': 'sid=abc; Path=/',
          })
          .end();
      if (path.startsWith('/seen')) return response.writeHead(303, { location: '/end' }).end();
      if (path.startsWith('/circle')) return response.writeHead(302, { location: '/circle' }).end();
      if (path.startsWith('/text'))
        return response
          .writeHead(200, { 'content-type': 'text/html', 'set-cookie': ['a=1', 'b=2'] })
          .end('<p>hello</p>');
      if (path.startsWith('/broken-json'))
        return response.writeHead(200, { 'content-type': 'application/json' }).end('{not');
      if (path.startsWith('/endless'))
        return void response.writeHead(200).write('x'.repeat(LONGEST_BODY_BYTES + 10), () => response.end());
      if (path.startsWith('/packed'))
        return response
          .writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-encoding': 'gzip' })
          .end(gzipSync(path === '/packed' ? '{"ok":true}' : Buffer.alloc(50_000_000)));
      if (path.startsWith('/marked'))
        return response.writeHead(200, { 'content-type': 'application/json' }).end('\uFEFF{"ok":true}');
      if (path.startsWith('/early-hints'))
        return response.writeEarlyHints({ link: '</a>; rel=preload' }, () => response.end('late'));
      if (path.startsWith('/never')) return void response.writeHead(200).write('begun');
      if (path.startsWith('/silent')) return undefined;
      if (path.startsWith('/reset')) return void request.socket.destroy();
      return response.writeHead(200, { 'content-type': 'application/problem+json' }).end('{"ok":true}');
    });
  });
  made.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
}

beforeAll(async () => {
  [server, other] = await Promise.all([listening(), listening()]);
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  otherSite = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const one of [server, other]) {
    one.closeAllConnections();
    one.close();
  }
});

async function ask(request: Partial<HttpRequest> & { readonly url: string }, lookup?: typeof dnsLookup) {
  return exchange(
    { method: 'GET', own: {}, ...request },
    { clock: systemClock(), signal: new AbortController().signal, holdsSecret: () => false },
    lookup,
  );
}

describe('an exchange', () => {
  it('decodes what it is answered, up to its limit', async () => {
    expect((await ask({ url: `${site}/packed` })).data).toMatchObject({ body: { ok: true } });
    expect((await ask({ url: `${site}/packed`, method: 'HEAD' })).data).toMatchObject({ body: '' });

    const { data, truncated } = await ask({ url: `${site}/packed/bomb` });

    expect(data['body']).toHaveLength(LONGEST_BODY_BYTES);
    expect(truncated).toEqual(['body']);
  });

  it('sends a number that no double holds by its digits, wherever it stands', async () => {
    const id = numberFrom('1234567890123456789') as Numeric;

    await ask({ method: 'POST', url: `${site}/a`, query: { id }, headers: { 'x-id': id }, body: { id } });
    expect(last).toMatchObject({
      body: '{"id":1234567890123456789}',
      request: { url: '/a?id=1234567890123456789', headers: { 'x-id': '1234567890123456789' } },
    });
    await ask({ method: 'POST', url: `${site}/a`, form: { id } });
    expect(last?.body).toBe('id=1234567890123456789');
  });

  it('sends JSON, forms, queries and text as they should be sent', async () => {
    await ask({
      method: 'POST',
      url: `${site}/a`,
      body: { a: 1 },
      query: { q: 'a b&c' },
      headers: { 'X-Own': 1 },
      own: { 'x-own': 'ours', 'x-ours': 'ours' },
    });
    expect(last?.body).toBe('{"a":1}');
    expect(last?.request.url).toBe('/a?q=a+b%26c');
    expect(last?.request.headers).toMatchObject({
      'content-type': 'application/json',
      'x-own': '1',
      'x-ours': 'ours',
    });

    await ask({ method: 'POST', url: `${site}/a`, form: { a: 'b c', n: 1 } });
    expect(last).toMatchObject({
      body: 'a=b+c&n=1',
      request: { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    });

    await ask({ method: 'POST', url: `${site}/a`, body: 'as it is' });
    expect(last).toMatchObject({ body: 'as it is', request: { headers: { 'content-type': 'text/plain' } } });
  });

  it('gives JSON where the content type says so, and text otherwise', async () => {
    expect((await ask({ url: `${site}/json` })).data).toMatchObject({
      status: 200,
      body: { ok: true },
      time: expect.stringMatching(/^[\d.]+ms$/),
    });
    expect((await ask({ url: `${site}/text` })).data).toMatchObject({
      body: '<p>hello</p>',
      headers: { 'set-cookie': ['a=1', 'b=2'] },
    });
    expect((await ask({ url: `${site}/broken-json` })).data).toMatchObject({ body: '{not' });
  });

  it('follows no redirect unless asked, five at most, and takes no credentials elsewhere', async () => {
    expect((await ask({ url: `${site}/to-other` })).data['status']).toBe(302);

    const signing = {
      Authorization: 'Bearer x',
      cookie: 'y',
      'X-Api-Key': 'k',
      'proxy-authorization': 'Basic b',
    };
    const headers = { ...signing, 'x-kept': 'z' };
    const followed = await ask({ url: `${site}/to-other`, followRedirects: true, headers });
    expect(followed.data['status']).toBe(200);
    for (const name of Object.keys(signing))
      expect(last?.request.headers[name.toLowerCase()]).toBeUndefined();
    expect(last?.request.headers['x-kept']).toBe('z');

    expect((await ask({ url: `${site}/circle`, followRedirects: true })).data['status']).toBe(302);
    await ask({ method: 'POST', url: `${site}/seen`, body: { a: 1 }, followRedirects: true });
    expect(last).toMatchObject({ body: '', request: { method: 'GET' } });
  });

  it('sends a cookie that a redirect sets to where it leads, within its origin', async () => {
    await ask({ url: `${site}/sign-in`, followRedirects: true });
    expect(last?.request.headers.cookie).toBe('sid=abc');

    await ask({ url: `${site}/sign-in-elsewhere`, followRedirects: true });
    expect(last?.request.headers.cookie).toBeUndefined();
  });

  it('cuts a body at its cap, and says so', async () => {
    const { data, truncated } = await ask({ url: `${site}/endless` });

    expect(truncated).toEqual(['body']);
    expect((data['body'] as string).length).toBe(LONGEST_BODY_BYTES);
  });

  it('reads JSON behind a byte order mark, an answer behind hints, and a HEAD, which has no body', async () => {
    expect((await ask({ url: `${site}/marked` })).data['body']).toEqual({ ok: true });
    expect((await ask({ url: `${site}/early-hints` })).data).toMatchObject({ status: 200, body: 'late' });
    expect((await ask({ url: `${site}/json`, method: 'HEAD' })).data).toMatchObject({
      status: 200,
      body: '',
    });
  });

  it.each(['/silent', '/never'])(
    'is given up, and its connection closed, when its time is over: %s',
    async (path) => {
      const over = new AbortController();
      const closed = new Promise<void>((resolve) => {
        server.once('request', ({ socket }) => {
          socket.once('close', resolve);
          setImmediate(() => setImmediate(() => over.abort(new Error('over'))));
        });
      });
      const given = { clock: systemClock(), signal: over.signal, holdsSecret: () => false };

      await expect(exchange({ method: 'GET', own: {}, url: `${site}${path}` }, given)).rejects.toThrow(
        'over',
      );
      await closed;
    },
  );

  it('sends nothing when it was over before it began', async () => {
    const given = {
      clock: systemClock(),
      signal: AbortSignal.abort(new Error('over')),
      holdsSecret: () => false,
    };
    last = undefined;

    await expect(exchange({ method: 'GET', own: {}, url: `${site}/a` }, given)).rejects.toThrow('over');
    expect(last).toBeUndefined();
  });

  it.each([
    { url: () => `${site}/reset`, words: /closed the connection before it had answered/ },
    { url: () => 'http://127.0.0.1:1/', words: /127\.0\.0\.1:1 refused the connection \(ECONNREFUSED\)/ },
    { url: () => site.replace('http', 'https'), words: /answered, but not in TLS/ },
  ])('blames the system for $words', async ({ url, words }) => {
    await expect(ask({ url: url() })).rejects.toMatchObject({
      blame: 'target',
      retryable: true,
      message: expect.stringMatching(words),
    });
  });

  it.each(['ftp://x/', 'not a url'])('blames the file for %s', async (url) => {
    await expect(ask({ url })).rejects.toMatchObject({ blame: 'definition' });
  });
});

describe('addresses that no canary may reach', () => {
  const answers = (addresses: readonly string[]): typeof dnsLookup =>
    ((_: string, __: object, done: (error: null, found: { address: string; family: number }[]) => void) => {
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }) as typeof dnsLookup;

  it.each([
    ...[
      'http://169.254.169.254/',
      'http://0xa9fea9fe/',
      'http://2852039166/',
      'http://0251.0376.0251.0376/',
      'http://[::ffff:169.254.169.254]/',
      'http://[fd00:ec2::254]/',
    ],
    ...[
      'http://[fe80::1]/',
      'http://[64:ff9b::a9fe:a9fe]/',
      'http://user@169.254.169.254/',
      'http://metadata.google.internal./',
      'http://127.0.0.1:9001/',
      'http://0.0.0.0/',
    ],
  ])('refuses %s, and opens nothing', async (url) => {
    await expect(ask({ url })).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringContaining('may not be reached from a canary'),
    });
  });

  it('refuses a redirect that leads there', async () => {
    await expect(ask({ url: `${site}/to-file`, followRedirects: true })).rejects.toMatchObject({
      blame: 'definition',
      message: expect.stringContaining("redirects by its header 'location' to 'file:'"),
    });
    await expect(ask({ url: `${site}/to-metadata`, followRedirects: true })).rejects.toMatchObject({
      blame: 'definition',
    });
  });

  it.each([{ addresses: ['169.254.169.254'] }, { addresses: ['10.0.0.1', 'fe80::1'] }])(
    'refuses a name that leads to $addresses',
    async ({ addresses }) => {
      const before = connections;

      await expect(ask({ url: 'http://innocent.example/' }, answers(addresses))).rejects.toMatchObject({
        blame: 'definition',
        message: expect.stringContaining('innocent.example ('),
      });
      expect(connections).toBe(before);
    },
  );

  it('connects to the address that was checked, whatever the name says the next time', async () => {
    let asked = 0;
    const alternating = ((...args: Parameters<typeof dnsLookup>) => {
      asked += 1;
      answers([asked === 1 ? '127.0.0.1' : '169.254.169.254'])(...args);
    }) as typeof dnsLookup;

    const { data } = await ask({ url: `http://rebinding.example:${new URL(site).port}/json` }, alternating);

    expect({ status: data['status'], asked }).toEqual({ status: 200, asked: 1 });
  });
});
