import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { poster } from '../../../reporters/notifications/shared/post.ts';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import { sendHeartbeat } from '../../../runner/adapters/runtime/heartbeat.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { proxiesIn } from '../../../runner/core/network/proxies.ts';
import { exchange } from '../../../runner/kinds/http/request.ts';
import { selfSigned } from '../../support/network/certificate.ts';
import { type FaultServer, startFaultServer } from '../../support/network/fault-server.ts';
import { type ForwardProxy, startForwardProxy } from '../../support/network/forward-proxy.ts';

let proxy: ForwardProxy;
let plain: FaultServer;
let secure: FaultServer;

const portOf = ({ origin }: FaultServer): string => new URL(origin).port;
const signal = new AbortController().signal;

/** A name that only the proxy knows. */
const noNames = ((name: string, _: unknown, done: (error: Error) => void) =>
  done(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }))) as never;

beforeAll(async () => {
  const certificate = selfSigned('shop.test');
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
  [proxy, plain, secure] = await Promise.all([
    startForwardProxy(),
    startFaultServer(),
    startFaultServer(certificate),
  ]);
  for (const server of [plain, secure]) server.behave({ answers: 200, body: 'ok' });
});
afterAll(async () => Promise.all([proxy, plain, secure].map(async (one) => one.close())));

beforeEach(() => {
  const url = proxy.url.replace('//', '//user:pass@');
  Object.assign(process.env, { HTTP_PROXY: url, HTTPS_PROXY: url });
  proxy.seen.length = 0;
  proxy.authorizations.length = 0;
  proxy.refuses = undefined;
});
afterEach(() => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) delete process.env[name];
});

const AUTHORIZATION = `Basic ${Buffer.from('user:pass').toString('base64')}`;

async function ask(url: string, method = 'GET') {
  const proxyFor = proxiesIn(process.env);
  const context = { clock: systemClock(), signal, holdsSecret: () => false, proxyFor };
  return exchange({ url, method, own: {} }, context, noNames);
}

describe('a request of a canary, with a proxy in the environment,', () => {
  it.each(['GET', 'POST'])('goes to http hosts by way of the proxy: %s', async (method) => {
    const url = `http://shop.test:${portOf(plain)}/a?b=1`;

    expect((await ask(url, method)).data).toMatchObject({ status: 200, body: 'ok' });
    expect(proxy.seen).toEqual([`${method} ${url}`]);
    expect(proxy.authorizations).toEqual([AUTHORIZATION]);
    expect(plain.taken.at(-1)?.headers).toMatchObject({ host: `shop.test:${portOf(plain)}` });
  });

  it('goes to https hosts through a tunnel, in which TLS is with the host itself', async () => {
    const { data } = await ask(`https://shop.test:${portOf(secure)}/a`);

    expect(data).toMatchObject({ status: 200, body: 'ok', certificate: { subject: 'shop.test' } });
    expect(proxy.seen).toEqual([`CONNECT shop.test:${portOf(secure)}`]);
    expect(proxy.authorizations).toEqual([AUTHORIZATION]);
    expect(secure.taken.at(-1)?.headers['proxy-authorization']).toBeUndefined();
  });

  it('goes to this machine, and to hosts in NO_PROXY, without it', async () => {
    process.env['NO_PROXY'] = 'shop.test';

    expect((await ask(plain.origin)).data).toMatchObject({ status: 200 });
    await expect(ask(`http://shop.test:${portOf(plain)}/`)).rejects.toMatchObject({
      message: expect.stringContaining('shop.test'),
    });
    expect(proxy.seen).toEqual([]);
  });

  it.each(['http://169.254.169.254/', 'http://metadata.google.internal/', 'https://[fe80::1]/'])(
    'still reaches no forbidden address: %s',
    async (url) => {
      await expect(ask(url)).rejects.toMatchObject({ blame: 'definition' });
      expect(proxy.seen).toEqual([]);
    },
  );

  it.each([
    { refuses: 407, url: 'https://shop.test:1', says: 'opened no tunnel to shop.test:1: it answered 407' },
    { refuses: 407, url: 'http://shop.test:1', says: 'asks for credentials (407)' },
    { refuses: 403, url: 'https://shop.test:1', says: 'opened no tunnel to shop.test:1: it answered 403' },
  ])('blames the observer for a proxy that refuses: $url, $refuses', async ({ refuses, url, says }) => {
    proxy.refuses = refuses;

    await expect(ask(url)).rejects.toMatchObject({
      blame: 'observer',
      message: expect.stringContaining(says),
    });
  });

  it.each(['http://shop.test', 'https://shop.test'])(
    'blames the observer for a proxy that is not there, and does not show its password: %s',
    async (url) => {
      Object.assign(process.env, {
        HTTP_PROXY: 'http://user:hunter2@127.0.0.1:1',
        HTTPS_PROXY: 'http://user:hunter2@127.0.0.1:1',
      });
      const fault = await ask(url).catch((thrown: Error) => thrown);

      expect(fault).toMatchObject({
        blame: 'observer',
        message: expect.stringContaining('The proxy 127.0.0.1:1 could not be reached (ECONNREFUSED)'),
      });
      expect(String(fault)).not.toContain('hunter2');
    },
  );
});

describe('with a proxy in the environment,', () => {
  it.each([
    { scheme: 'http', server: () => plain, seen: 'POST http://shop.test:' },
    { scheme: 'https', server: () => secure, seen: 'CONNECT shop.test:' },
  ])('a notice to a webhook goes through it: $scheme', async ({ scheme, server, seen }) => {
    const post = poster({ clock: systemClock(), lookup: noNames, proxyFor: proxiesIn(process.env) });
    const url = `${scheme}://shop.test:${portOf(server())}/hook`;

    const answer = await post({ who: 'a webhook', url, body: '{}', headers: {}, signal });

    expect(answer.status).toBe(200);
    expect(proxy.seen.join()).toContain(seen);
  });

  it('a notice that the proxy stops is tried again, since nothing is known of the channel', async () => {
    proxy.refuses = 403;
    const post = poster({ clock: systemClock(), lookup: noNames, proxyFor: proxiesIn(process.env) });

    const sent = post({ who: 'a webhook', url: 'https://shop.test/hook', body: '{}', headers: {}, signal });

    await expect(sent).rejects.toMatchObject({
      permanent: false,
      message: expect.stringContaining('opened no tunnel to shop.test:443'),
    });
  });

  it('a heartbeat goes through it', async () => {
    await sendHeartbeat(`http://shop.test:${portOf(plain)}/beat`);

    expect(proxy.seen).toEqual([`POST http://shop.test:${portOf(plain)}/beat`]);
  });

  it('AWS is called through it, and an endpoint on this machine without it', async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    const command = new SendMessageCommand({ QueueUrl: 'http://q.test/1/q', MessageBody: 'a' });
    for (const host of ['127.0.0.1', 'aws.test']) {
      const clients = awsClients({ region: 'eu-west-1', endpoint: `http://${host}:${portOf(plain)}` });
      await clients
        .clientOf(SQSClient, 'act')
        .send(command)
        .catch(() => undefined);
      clients.close();
    }

    expect(proxy.seen).toEqual([`POST http://aws.test:${portOf(plain)}/`]);
  });
});
