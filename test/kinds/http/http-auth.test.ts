import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import { classifyAwsError } from '../../../runner/adapters/aws/errors.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { authorizeBy } from '../../../runner/kinds/http/http-auth.ts';
import type { ActContext, Watch } from '../../../runner/kinds/kind.ts';
import { response } from '../../../runner/kinds/nouns/http/response.ts';
import { http } from '../../../runner/kinds/verbs/http/http.ts';
import { type Signed, signatureOf } from '../../support/alerts/signature.ts';
import { selfSigned } from '../../support/network/certificate.ts';
import { actContext, watchContext } from '../../support/run/kind-contexts.ts';

const CLIENT = selfSigned('canary-client');
const SERVER = selfSigned('localhost');
const SECRET_KEY = 'the-secret-key';

let server: Server;
let other: Server;
let secure: Server;
let site: string;
let otherSite: string;
let taken: (Signed & { readonly shown: string | undefined; readonly at: string })[] = [];

async function listening(made: Server, at: string): Promise<string> {
  made.on('request', (request: IncomingMessage, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, socket } = request;
      const shown = 'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
      taken.push({
        ...{ method, url, headers, at },
        body: Buffer.concat(chunks).toString(),
        shown: shown?.subject === undefined ? undefined : String(shown.subject.CN),
      });
      if (url === '/away') answer.writeHead(307, { location: `${otherSite}/end` }).end();
      else if (url === '/on') answer.writeHead(307, { location: '/end' }).end();
      else answer.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'the-key', AWS_SECRET_ACCESS_KEY: SECRET_KEY });
  setDefaultCACertificates([...getCACertificates('default'), SERVER.cert]);
  server = createServer();
  other = createServer();
  secure = createTlsServer({ ...SERVER, requestCert: true, rejectUnauthorized: false });
  [site, otherSite] = await Promise.all([listening(server, 'site'), listening(other, 'other')]);
  await listening(secure, 'secure');
});
beforeEach(() => {
  taken = [];
});
afterAll(() => {
  for (const one of [server, other, secure]) {
    one.closeAllConnections();
    one.close();
  }
});

function context(): ActContext {
  const clients = awsClients({ region: 'eu-west-1' });
  return actContext({
    clock: systemClock(),
    clientOf: (constructor) => clients.clientOf(constructor, 'act'),
  });
}

describe('a signed request', () => {
  it('carries a signature that the secret key gives for exactly what was sent', async () => {
    await http.act(
      {
        request: `POST ${site}/orders/a%20b?z=1`,
        query: { q: 'a b&c' },
        body: { sku: 'ß' },
        auth: { aws: { service: 'execute-api', region: 'eu-central-1' } },
      },
      context(),
    );

    const request = taken[0] as Signed;
    expect(signatureOf(request, SECRET_KEY)).toMatchObject({
      keyId: 'the-key',
      service: 'execute-api',
      region: 'eu-central-1',
      signedHeaders: expect.arrayContaining(['host', 'x-amz-date', 'content-type']),
      valid: true,
    });
    expect(signatureOf({ ...request, body: '{}' }, SECRET_KEY)?.valid).toBe(false);
  });

  it('is one for an API Gateway in the environment’s region, unless the step names another', async () => {
    await http.act({ request: `GET ${site}/`, auth: 'aws' }, context());
    await http.act({ request: `GET ${site}/`, auth: { aws: { service: 'lambda' } } }, context());

    expect(taken.map((request) => signatureOf(request, SECRET_KEY))).toMatchObject([
      { service: 'execute-api', region: 'eu-west-1', valid: true },
      { service: 'lambda', region: 'eu-west-1', valid: true },
    ]);
  });

  it.each(['/a%20b/ä', '/a%2Fb/c', '/plain', '/a~b_c-d.e'])(
    'for S3 has its path encoded once: %s',
    async (path) => {
      await http.act({ request: `GET ${site}${path}`, auth: { aws: { service: 's3' } } }, context());

      expect(signatureOf(taken[0] as Signed, SECRET_KEY)).toMatchObject({ service: 's3', valid: true });
      expect(taken[0]?.headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  it('for S3 signs a key by the characters that S3 encodes, whatever the URL encodes', async () => {
    await http.act({ request: `GET ${site}/a(1)!*'+/100%`, auth: { aws: { service: 's3' } } }, context());

    const canonical = { ...(taken[0] as Signed), url: '/a%281%29%21%2A%27%2B/100%25' };
    expect(signatureOf(canonical, SECRET_KEY)?.valid).toBe(true);
  });

  it.each([
    { host: 'abc.execute-api.us-iso-east-1.c2s.ic.gov', service: 'execute-api', region: 'us-iso-east-1' },
    { host: 'abc.execute-api.cn-north-1.amazonaws.com.cn', service: 'execute-api', region: 'cn-north-1' },
    { host: 'abc.execute-api.eusc-de-east-1.amazonaws.eu', service: 'execute-api', region: 'eusc-de-east-1' },
    { host: 'abc.appsync-api.eu-west-1.amazonaws.com', service: 'appsync', region: 'eu-west-1' },
    { host: 'abc.lambda-url.eu-west-1.on.aws', service: 'lambda', region: 'eu-west-1' },
    {
      host: 'abc.lambda-url.cn-north-1.on.amazonwebservices.com.cn',
      service: 'lambda',
      region: 'cn-north-1',
    },
    { host: 'bucket.s3.us-isof-south-1.csp.hci.ic.gov', service: 's3', region: 'us-isof-south-1' },
    { host: 's3.us-gov-west-1.amazonaws.com', service: 's3', region: 'us-gov-west-1' },
    { host: 'api.example.com', service: 'execute-api', region: 'eu-west-1' },
  ])('is one for the service and region that $host names', async ({ host, service, region }) => {
    const sign = authorizeBy('aws', context());
    const { authorization = '' } =
      (await sign?.({ method: 'GET', url: new URL(`https://${host}/x`), headers: {}, body: null })) ?? {};

    expect(authorization).toContain(`/${region}/${service}/aws4_request`);
  });

  it('is signed anew for each hop of its own origin, and not at all for another', async () => {
    await http.act({ request: `GET ${site}/on`, auth: 'aws', followRedirects: true }, context());
    await http.act({ request: `GET ${site}/away`, auth: 'aws', followRedirects: true }, context());

    expect(taken.map((request) => [request.at, signatureOf(request, SECRET_KEY)?.valid])).toEqual([
      ['site', true],
      ['site', true],
      ['site', true],
      ['other', undefined],
    ]);
  });

  it('is an error of ours where there are no credentials', async () => {
    const credentials = async () =>
      Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }));
    const none = actContext({
      clock: systemClock(),
      clientOf: (constructor) => new constructor({ region: 'eu-west-1', credentials } as never),
    });

    const thrown: unknown = await http
      .act({ request: `GET ${site}/`, auth: 'aws' }, none)
      .catch((fault: unknown) => fault);

    expect(classifyAwsError(thrown)).toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('There are no AWS credentials'),
    });
    expect(taken).toEqual([]);
  });
});

describe('a request with a password, a token or a certificate', () => {
  it.each([
    { auth: { basic: 'anna:päss' }, says: `Basic ${Buffer.from('anna:päss').toString('base64')}` },
    { auth: { bearer: 'abc.def' }, says: 'Bearer abc.def' },
  ])('says $says, to its own origin alone', async ({ auth, says }) => {
    await http.act({ request: `GET ${site}/away`, auth, followRedirects: true }, context());

    expect(taken.map(({ at, headers }) => [at, headers.authorization])).toEqual([
      ['site', says],
      ['other', undefined],
    ]);
  });

  it('sends an API key as x-api-key, to its own origin alone', async () => {
    const auth = { apiKey: 'the-api-key' };
    await http.act({ request: `GET ${site}/away`, auth, followRedirects: true }, context());

    expect(taken.map(({ at, headers }) => [at, headers['x-api-key']])).toEqual([
      ['site', 'the-api-key'],
      ['other', undefined],
    ]);
  });

  it('does so in a response that is waited for, too', async () => {
    const watch = await response.open(
      { http: `GET ${site}/`, auth: { bearer: 'abc' } },
      watchContext({ clock: systemClock() }),
    );

    const { selected } = await (watch as Watch).poll({ sinceMs: 0, last: true });

    expect(selected[0]?.data).toMatchObject({ status: 200 });
    expect(taken[0]?.headers.authorization).toBe('Bearer abc');
  });

  it('shows its certificate, and only where it was asked to', async () => {
    const request = `GET https://localhost:${(secure.address() as AddressInfo).port}/`;

    await http.act({ request, clientCertificate: CLIENT }, context());
    await http.act({ request }, context());

    expect(taken.map(({ shown }) => shown)).toEqual(['canary-client', undefined]);
  });
});
