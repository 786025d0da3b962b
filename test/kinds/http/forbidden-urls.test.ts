import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { lookup as dnsLookup, LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, BlockList, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { parseRunId, type RunId } from '../../../runner/core/base/run-id.ts';
import { openConnections } from '../../../runner/kinds/http/connections.ts';
import { exchange } from '../../../runner/kinds/http/request.ts';
import type { ActContext } from '../../../runner/kinds/kind.ts';
import { response } from '../../../runner/kinds/nouns/http/response.ts';
import { http } from '../../../runner/kinds/verbs/http/http.ts';
import { ALLOWED_HOSTS, FORBIDDEN_URLS, inside6, spellings4 } from './forbidden-urls.ts';

/** Opened sockets of this thread, and the addresses of their connection attempts. */
const opened = { sockets: 0, connects: [] as string[] };

/** Nothing leaves this machine, even if the guard under test fails: Node refuses all but loopback. */
const fence = new BlockList();
fence.addRange('0.0.0.0', '126.255.255.255');
fence.addRange('128.0.0.0', '255.255.255.255');
fence.addRange('::2', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ipv6');

function onSocket(message: unknown): void {
  const { socket } = message as { readonly socket: Socket & { blockList?: BlockList } };
  opened.sockets += 1;
  socket.blockList = fence;
  socket.on('connectionAttempt', (ip, port) => void opened.connects.push(`${ip} ${port}`));
}

let server: Server;
let port: number;

beforeAll(async () => {
  subscribe('net.client.socket', onSocket);
  server = createServer((request, answer) => {
    const to = new URL(request.url ?? '', 'http://x').searchParams.get('to');
    if (to === null) answer.writeHead(200, { connection: 'close' }).end('here');
    else answer.writeHead(307, { location: to, connection: 'close' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  unsubscribe('net.client.socket', onSocket);
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  opened.sockets = 0;
  opened.connects = [];
});

const context = {
  runId: parseRunId('6743a1c0f2b94e0c8d1e5a7b9c3d2f10') as RunId,
  stepId: '1',
  spanId: '0000000000000001',
  canary: 'c',
  environment: { name: 'default', vars: {} },
  correlation: { header: 'x-correlation-id' },
  correlate: false,
  holdsSecret: () => false,
  clock: systemClock(),
  signal: new AbortController().signal,
  clientOf: () => {
    throw new Error('http has no client');
  },
} as unknown as ActContext;

/** Outcome of the verb, and the connections opened by it. */
async function sent(url: string, more: { followRedirects?: boolean } = {}, given = context) {
  const outcome = await http.act({ request: `GET ${url}`, ...more }, given).then(
    () => 'answered',
    (thrown: unknown) => thrown as Error & { readonly blame?: string },
  );
  return { outcome, ...opened };
}

const refusal = (words = 'may not be reached from a canary') =>
  expect.objectContaining({ blame: 'definition', message: expect.stringContaining(words) });

const byTrick = Object.entries(Object.groupBy(FORBIDDEN_URLS, ({ trick }) => trick));

describe('a URL that no canary may reach', () => {
  it('is known in more than 500 spellings', () => {
    const urls = FORBIDDEN_URLS.map(({ url }) => url);

    expect(new Set(urls).size).toBe(urls.length);
    expect(urls.length).toBeGreaterThan(500);
  });

  it.each(byTrick)('is refused by the http verb before a socket is made: %s', async (_, cases = []) => {
    const outcomes: unknown[] = [];
    for (const { url } of cases) outcomes.push({ url, ...(await sent(url)) });

    expect(outcomes).toEqual(cases.map(({ url }) => ({ url, outcome: refusal(), sockets: 0, connects: [] })));
  });

  it('is refused by a response that is waited for, too', async () => {
    const watch = await response.open({ http: 'GET http://[::ffff:169.254.169.254]/' }, context as never);

    await expect(watch.poll()).rejects.toEqual(refusal());
    expect(opened).toEqual({ sockets: 0, connects: [] });
  });

  it.each(byTrick)('is refused as the target of a redirect: %s', async (_, cases = []) => {
    const some = cases.filter(({ url }, n) => n % 7 === 0 && URL.canParse(url));
    for (const { url } of some) {
      opened.connects = [];
      const at = `http://127.0.0.1:${port}/?to=${encodeURIComponent(new URL(url).href)}`;

      const { outcome, connects } = await sent(at, { followRedirects: true });

      expect({ url, outcome, connects }).toEqual({
        url,
        outcome: refusal(),
        connects: [`127.0.0.1 ${port}`],
      });
    }
  });

  it.each(['//169.254.169.254/', '\\\\169.254.169.254/', '/\t/169.254.169.254/', 'http:169.254.169.254'])(
    'is refused as the target of a redirect in another form: %j',
    async (to) => {
      // Without its scheme the last one is relative to the page that it stands on, as browsers have it.
      const { outcome, connects } = await sent(`http://127.0.0.1:${port}/?to=${encodeURIComponent(to)}`, {
        followRedirects: true,
      });

      expect(outcome).toEqual(to.startsWith('http:') ? 'answered' : refusal());
      expect(new Set(connects)).toEqual(new Set([`127.0.0.1 ${port}`]));
    },
  );

  it.each([
    { api: '127.0.0.1:9009', url: 'http://localhost:9009/' },
    { api: '127.0.0.1:9009', url: 'http://[::ffff:7f00:2]:9009/' },
    { api: '10.1.2.3:9100', url: 'http://167838211:9100/' },
    { api: '10.1.2.3:9100', url: 'http://[::ffff:10.1.2.3]:9100/' },
    { api: 'sandbox.example:9100', url: 'http://SANDBOX.example.:9100/' },
    { api: '[fd12::1]:9100', url: 'http://[fd12:0:0::1]:9100/' },
    { api: 'sandbox.example:80', url: 'http://sandbox.example/' },
  ])('is that of the runtime API where AWS_LAMBDA_RUNTIME_API is $api: $url', async ({ api, url }) => {
    const refused = await sent(url, {}, { ...context, runtimeApi: api });

    expect(refused).toEqual({ outcome: refusal('the Lambda runtime API'), sockets: 0, connects: [] });
  });
});

/** A resolver that gives these answers one after the other, the last one from then on. */
function answering(
  ...answers: readonly (readonly string[])[]
): typeof dnsLookup & { readonly asked: number } {
  let count = 0;
  const lookup = (_: string, __: object, done: (error: null, found: LookupAddress[]) => void): void => {
    const found = answers[Math.min(count, answers.length - 1)] as readonly string[];
    count += 1;
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.defineProperty(lookup, 'asked', { get: () => count }) as never;
}

async function asked(url: string, lookup: typeof dnsLookup, runtimeApi?: string) {
  const outcome = await exchange({ method: 'GET', url, own: {} }, { ...context, runtimeApi }, lookup).then(
    ({ data }) => data['status'],
    (thrown: unknown) => thrown,
  );
  return { outcome, connects: opened.connects };
}

describe('a name that leads there', () => {
  const canonical = (ip: string): string => new URL(`http://[${ip}]/`).hostname.slice(1, -1);

  it.each([
    ...['169.254.169.254', '169.254.170.2', '169.254.0.0', '169.254.255.255', '100.100.100.200', '0.0.0.0'],
    ...['fd00:ec2::254', 'fe80::1', 'fe80::1%lo', 'febf::1%2', 'FD00:EC2::254', '::', 'ff02::1'],
    ...inside6('169.254.169.254').map(canonical),
  ])('is refused when it leads to %s', async (address) => {
    const refused = { outcome: refusal(`innocent.example (${address})`), connects: [] };

    expect(await asked('http://innocent.example/', answering([address]))).toEqual(refused);
    expect(await asked('https://innocent.example/', answering([address]))).toEqual(refused);
    expect(await asked('http://innocent.example/', answering(['127.0.0.1', address]))).toEqual(refused);
    expect(await asked('http://innocent.example/', answering([address, '127.0.0.1']))).toEqual(refused);
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:7f00:1', '64:ff9b::7f00:1'])(
    'is refused when it leads to the Lambda runtime API at %s',
    async (address) => {
      const port9001 = await asked('http://innocent.example:9001/', answering([address]));
      const own = await asked('http://innocent.example:9009/', answering([address]), '127.0.0.1:9009');
      const over = await asked('https://innocent.example:9001/', answering([address]));

      const refused = { outcome: refusal('the Lambda runtime API'), connects: [] };
      expect([port9001, own, over]).toEqual([refused, refused, refused]);
    },
  );

  it('is asked for once for each connection, and only what was checked is connected to', async () => {
    const lookup = answering(['127.0.0.1'], ['169.254.169.254']);

    const { outcome, connects } = await asked(`http://rebinding.example:${port}/`, lookup);

    expect({ outcome, connects }).toEqual({ outcome: 200, connects: [`127.0.0.1 ${port}`] });
    expect(lookup.asked).toBe(1);
  });

  it.each([
    { second: ['169.254.169.254'] },
    { second: ['fd00:ec2::254'] },
    { second: ['127.0.0.1', '169.254.170.2'] },
  ])(
    'is checked again for the next connection, when it has changed its mind to $second',
    async ({ second }) => {
      const lookup = answering(['127.0.0.1'], second);
      const { agent } = await openConnections({ lookup });
      const get = async () =>
        agent.request({ origin: `http://rebinding.example:${port}`, path: '/', method: 'GET' });

      await (await get()).body.dump();

      await expect(get()).rejects.toEqual(refusal('may not be reached'));
      expect(opened.connects).toEqual([`127.0.0.1 ${port}`]);
      await agent.close();
    },
  );

  it('is refused as the target of a redirect', async () => {
    const lookup = answering(['127.0.0.1'], ['169.254.169.254']);
    const url = `http://innocent.example:${port}/?to=${encodeURIComponent('http://other.example/')}`;
    const request = { method: 'GET', url, own: {}, followRedirects: true };

    await expect(exchange(request, context, lookup)).rejects.toEqual(
      refusal('other.example (169.254.169.254)'),
    );
    expect(opened.connects).toEqual([`127.0.0.1 ${port}`]);
  });
});

describe('a URL that a canary may reach', () => {
  it.each(ALLOWED_HOSTS)('is set out for: %s', async (host) => {
    const { outcome, sockets } = await sent(`http://${host}/`);

    // Loopback may or may not answer; the block list covers all else.
    expect(outcome).not.toMatchObject({ blame: 'definition' });
    expect(sockets).toBe(1);
  });

  it.each(spellings4('127.0.0.1'))('is answered on loopback, spelt %s', async (host) => {
    expect(await sent(`http://${host}:${port}/`)).toMatchObject({
      outcome: 'answered',
      connects: [`127.0.0.1 ${port}`],
    });
  });

  it.each([
    { addresses: ['10.0.0.1'] },
    { addresses: ['192.168.1.1', '10.0.0.2'] },
    { addresses: ['fd12::1'] },
    { addresses: ['8.8.8.8', '2001:4860:4860::8888'] },
  ])('is a name that leads to $addresses', async ({ addresses }) => {
    const { outcome } = await asked('http://internal.example:9001/', answering(addresses));

    expect(outcome).toMatchObject({ blame: 'runner', message: expect.stringContaining('ERR_IP_BLOCKED') });
  });
});
