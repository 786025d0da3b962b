import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { UserPool } from '../../infra/local-aws/identity/user-pools.ts';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import { classifyAwsError } from '../../runner/adapters/aws/errors.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { srpClient, srpTimestamp } from '../../runner/kinds/cognito/srp.ts';
import { authorizeBy } from '../../runner/kinds/http/http-auth.ts';
import type { ActContext, Watch } from '../../runner/kinds/kind.ts';
import { response } from '../../runner/kinds/nouns/http/response.ts';
import { http } from '../../runner/kinds/verbs/http/http.ts';
import { type AwsProxy, startProxy } from '../support/network/proxy.ts';
import { actContext, watchContext } from '../support/run/kind-contexts.ts';

const USER = { username: 'anna', password: 'pass-wörd-1' };
const PLAIN: UserPool = { id: 'us-east-1_plain', clientId: 'plain', users: { anna: USER.password } };
const SECRET: UserPool = {
  ...PLAIN,
  id: 'us-east-1_secret',
  clientId: 'secret',
  clientSecret: 'the-client-secret',
};
const ASKING: UserPool = {
  ...PLAIN,
  id: 'us-east-1_asking',
  clientId: 'asking',
  asksFor: 'NEW_PASSWORD_REQUIRED',
};
const BRIEF: UserPool = { ...PLAIN, id: 'us-east-1_brief', clientId: 'brief', tokenSeconds: 300 };

let aws: LocalAws;
let proxy: AwsProxy;
let clients: AwsClients;
let site: Server;
let url: string;
let laterMs: number;
let learnt: string[];
let seen: string[];
let isOpen: boolean;

beforeAll(async () => {
  aws = await startLocalAws();
  for (const pool of [PLAIN, SECRET, ASKING, BRIEF]) aws.userPools.register(pool);
  proxy = await startProxy(aws.url);
  site = createServer(({ headers }, answer) => {
    const { authorization = '' } = headers;
    seen.push(authorization);
    answer.writeHead(isOpen && aws.userPools.knows(authorization.replace(/^Bearer /, '')) ? 200 : 401).end();
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/me`;
});
beforeEach(() => {
  clients = awsClients({ region: 'eu-west-1', endpoint: proxy.url, env: {} });
  laterMs = 0;
  learnt = [];
  seen = [];
  isOpen = true;
  proxy.taken.length = 0;
});
afterAll(async () => {
  site.closeAllConnections();
  site.close();
  await proxy.close();
  await aws.close();
});

const userOf = ({ id, clientId, clientSecret }: UserPool) => ({
  ...{ userPool: id, clientId },
  ...(clientSecret === undefined ? {} : { clientSecret }),
  ...USER,
});

function context() {
  const given = {
    clock: { ...systemClock(), nowMs: () => Date.now() + laterMs },
    clientOf: (constructor, address) => clients.clientOf(constructor, 'act', address),
    learnSecret: (text) => void learnt.push(text),
  } satisfies Partial<ActContext>;
  return given;
}

async function statusWith(cognito: object): Promise<unknown> {
  const input = { request: `GET ${url}`, auth: { cognito } };
  const { data } = await http.act(input as never, actContext(context()));
  return data['status'];
}

async function faultWith(cognito: object): Promise<unknown> {
  return statusWith(cognito).then(
    (status) => status,
    (thrown: unknown) => classifyAwsError(thrown),
  );
}

describe('auth: cognito', () => {
  it.each([
    { title: 'by SRP', pool: PLAIN, more: {}, calls: ['InitiateAuth', 'RespondToAuthChallenge'] },
    {
      title: 'by SRP, with the secret of the client',
      pool: SECRET,
      more: {},
      calls: ['InitiateAuth', 'RespondToAuthChallenge'],
    },
    { title: 'by the password', pool: PLAIN, more: { flow: 'password' }, calls: ['InitiateAuth'] },
    {
      title: 'by the password, with the secret of the client',
      pool: SECRET,
      more: { flow: 'password' },
      calls: ['InitiateAuth'],
    },
  ])('signs in $title, without credentials of AWS, and sends the id token', async ({ pool, more, calls }) => {
    expect(await statusWith({ ...userOf(pool), ...more })).toBe(200);

    expect(seen).toEqual([expect.stringMatching(/^Bearer id\./)]);
    expect(proxy.taken.map(({ operation }) => operation)).toEqual(calls);
    expect(proxy.taken.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    expect(learnt).toEqual([seen[0]?.slice('Bearer '.length)]);
  });

  it('never sends the password by SRP', async () => {
    await statusWith(userOf(PLAIN));

    expect(proxy.taken.length).toBe(2);
    expect(proxy.taken.filter(({ body }) => body.includes(USER.password))).toEqual([]);
  });

  it('sends the access token if it is asked for', async () => {
    expect(await statusWith({ ...userOf(PLAIN), token: 'access' })).toBe(200);
    expect(seen).toEqual([expect.stringMatching(/^Bearer access\./)]);
  });

  it('signs in once for many requests, and masks the token in each of their runs', async () => {
    for (const _ of [1, 2, 3]) expect(await statusWith(userOf(PLAIN))).toBe(200);

    expect(proxy.calls('InitiateAuth').length).toBe(1);
    expect(new Set(seen).size).toBe(1);
    expect(learnt.length).toBe(3);
  });

  it('signs in anew a minute before the token ends', async () => {
    await statusWith(userOf(BRIEF));
    laterMs = 230_000;
    await statusWith(userOf(BRIEF));
    expect(proxy.calls('InitiateAuth').length).toBe(1);

    laterMs = 240_001;
    await statusWith(userOf(BRIEF));
    expect(proxy.calls('InitiateAuth').length).toBe(2);
  });

  it('signs in anew if a kept token is refused, and repeats the request once', async () => {
    await statusWith(userOf(PLAIN));
    aws.userPools.revokeAll();

    expect(await statusWith(userOf(PLAIN))).toBe(200);
    expect(seen.length).toBe(3);
    expect(proxy.calls('InitiateAuth').length).toBe(2);
  });

  it('repeats no request whose fresh token is refused', async () => {
    const stranger = { ...userOf(PLAIN), token: 'access' };
    seen = [];
    isOpen = false;

    expect(await statusWith(stranger)).toBe(401);
    expect(seen.length).toBe(1);
    expect(await statusWith(stranger)).toBe(401);
    expect(seen.length).toBe(3);
  });

  it('sends AppSync the token as it is', async () => {
    const authorize = authorizeBy({ cognito: userOf(PLAIN) }, actContext(context()));
    const asked = { method: 'POST', headers: {}, body: null };
    const to = async (host: string) => authorize?.({ ...asked, url: new URL(`https://${host}/graphql`) });

    expect(authorize?.renew?.()).toBe(false);
    expect(await to('abc.appsync-api.eu-west-1.amazonaws.com')).toEqual({
      authorization: expect.stringMatching(/^id\./),
    });
    expect(await to('api.example.com')).toEqual({ authorization: expect.stringMatching(/^Bearer id\./) });
  });

  it('serves a response that is waited for, too', async () => {
    const input = { http: `GET ${url}`, auth: { cognito: userOf(PLAIN) } };
    const watch = await response.open(input, watchContext(context()));
    const { selected } = await (watch as Watch).poll({ sinceMs: 0, last: true });

    expect(selected.length).toBe(1);
    expect(seen[0]).toMatch(/^Bearer id\./);
  });

  it.each<{ title: string; cognito: object; blame: string; says: string }>([
    {
      title: 'a wrong password by SRP',
      cognito: { ...userOf(PLAIN), password: 'another-one' },
      blame: 'observer',
      says: 'does not accept the user and its password',
    },
    {
      title: 'a wrong password',
      cognito: { ...userOf(PLAIN), password: 'another-one', flow: 'password' },
      blame: 'observer',
      says: 'does not accept the user and its password',
    },
    {
      title: 'an unknown user',
      cognito: { ...userOf(PLAIN), username: 'bert' },
      blame: 'observer',
      says: 'does not accept the user and its password',
    },
    {
      title: 'a missing client secret',
      cognito: { ...userOf(SECRET), clientSecret: undefined },
      blame: 'observer',
      says: 'a client secret may be missing, too',
    },
    {
      title: 'an unknown client',
      cognito: { ...userOf(PLAIN), clientId: 'none' },
      blame: 'observer',
      says: 'The app client or user pool does not exist',
    },
    {
      title: 'a user that must change its password',
      cognito: userOf(ASKING),
      blame: 'definition',
      says: "asks 'anna' for more than a password (NEW_PASSWORD_REQUIRED)",
    },
    {
      title: 'such a user by its password',
      cognito: { ...userOf(ASKING), flow: 'password' },
      blame: 'definition',
      says: 'Give it a user of its own',
    },
  ])('is an error of ours with $title, and nothing is sent', async ({ cognito, blame, says }) => {
    expect(await faultWith(cognito)).toMatchObject({ blame, message: expect.stringContaining(says) });
    expect(seen).toEqual([]);
  });

  it('takes an answer without a token for one that is not of Cognito', async () => {
    const clientOf = (() => ({
      send: async () => ({ AuthenticationResult: {} }),
    })) as unknown as ActContext['clientOf'];
    const input = {
      request: `GET ${url}`,
      auth: { cognito: { ...userOf(PLAIN), flow: 'password' as const } },
    };

    await expect(http.act(input, actContext({ ...context(), clientOf }))).rejects.toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('what answered is not Cognito'),
    });
  });

  it.each([
    { userPool: 'eu-west-1_a1B2c3D4e', fits: true },
    { userPool: 'us-gov-west-1_a', fits: true },
    { userPool: '${cf:shop.UserPool}', fits: true },
    { userPool: 'a1B2c3D4e', fits: false },
    { userPool: 'arn:aws:cognito-idp:eu-west-1:1:userpool/eu-west-1_a', fits: false },
  ])('takes $userPool for the id of a pool: $fits', ({ userPool, fits }) => {
    const auth = { cognito: { ...userOf(PLAIN), userPool } };
    const found = http.faults({ request: `GET ${url}`, auth }, { correlate: true, filled: false });

    expect(found.length === 0).toBe(fits);
  });
});

describe('SRP', () => {
  it('gives the proof that another client of Cognito gives (cognito-srp-helper 2.3.4)', () => {
    const srp = srpClient(
      'eu-west-1_a1B2c3D4e',
      Buffer.from(
        '792d6bf8943739d8809d3cf29837f46f8107cbb7eed2edc7bcf16ad8b3564a8271299fefd0c4a71edb320767d693bf7673d51edeb8aa7caf21c53a8518858cca189e43661866e33560e5e1e68430430a31a50a092b410bdaaa61c15f9c88184062a10939af8ffc8eff229ca61ea8371b958d9d8cbbedb6dffd2d47f966631815',
        'hex',
      ),
    );

    expect(srp.publicKey.slice(0, 32)).toBe('556f614874c21568e430280d63a7d473');
    expect(
      srp.proofOf(
        {
          SRP_B:
            'f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f30123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
          SALT: '8f0123456789abcdef0123456789abcd',
          SECRET_BLOCK: 'c2VjcmV0IGJsb2Nr',
          USER_ID_FOR_SRP: 'user-1',
        },
        { password: 'Pa55-wörd', timestamp: 'Mon Nov 30 18:22:46 UTC 2026' },
      ),
    ).toBe('zR8HGCvyNQxyYp5RYBH1DcXmsTdQhVCTj4sibJvVJog=');
  });

  it('refuses a public key of the server that would give the session away', () => {
    const challenge = { SRP_B: '0', SALT: '1', SECRET_BLOCK: '', USER_ID_FOR_SRP: 'a' };

    expect(() => srpClient('eu-west-1_a').proofOf(challenge, { password: 'x', timestamp: '' })).toThrow(
      RangeError,
    );
  });

  it.each([
    [Date.UTC(2026, 10, 3, 8, 5, 9), 'Tue Nov 3 08:05:09 UTC 2026'],
    [Date.UTC(2026, 10, 30, 18, 15, 23), 'Mon Nov 30 18:15:23 UTC 2026'],
  ])('writes the moment %d as Cognito reads it', (atMs, text) => {
    expect(srpTimestamp(atMs)).toBe(text);
  });
});
