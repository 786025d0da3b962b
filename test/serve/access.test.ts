import { describe, expect, it } from '@jest/globals';
import { type AccessAsk, accessWith } from '../../runner/serve/access.ts';

const TOKEN = 'a token that is long enough';

function ask(url = '/', headers: AccessAsk['headers'] = {}, method = 'GET'): AccessAsk {
  return { method, url, headers: { host: '127.0.0.1:7373', ...headers } };
}

describe('access to pages of this machine', () => {
  const access = accessWith({});

  it.each(['127.0.0.1:7373', 'localhost:7373', 'LOCALHOST', '[::1]:7373', '192.168.1.20:80', '0.0.0.0'])(
    'is granted under %s',
    (host) => {
      expect(access(ask('/', { host }))).toEqual({ kind: 'granted' });
    },
  );

  it.each([
    'evil.example:7373',
    'localhost.evil.example',
    'user@127.0.0.1',
    '127.0.0.1:99999',
    '',
    ' ',
    'a/b',
  ])("is refused under the name '%s', which a page of another site may have brought", (host) => {
    expect(access(ask('/', { host }))).toMatchObject({ kind: 'refused', status: 421 });
  });

  it('is refused without any name', () => {
    expect(access({ method: 'GET', url: '/', headers: {} })).toMatchObject({ status: 421 });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('is refused for %s', (method) => {
    expect(access(ask('/', {}, method))).toMatchObject({ kind: 'refused', status: 405 });
  });

  it('is granted for HEAD, and refused for what is no address', () => {
    expect(access(ask('/', {}, 'HEAD'))).toEqual({ kind: 'granted' });
    expect(access(ask('//['))).toMatchObject({ kind: 'refused', status: 400 });
  });
});

describe('access to pages with a token', () => {
  const access = accessWith({ token: TOKEN, publicUrl: 'https://pages.example/coalmine' });
  const query = `token=${encodeURIComponent(TOKEN)}`;

  it('needs the token once; then a cookie stands for it, and the URL is without it', () => {
    const first = access(ask(`/runs/1.html?${query}&a=1`, { host: 'pages.example' }));

    expect(first).toMatchObject({ kind: 'signedIn', location: './1.html?a=1' });
    const { cookie } = first as { readonly cookie: string };
    expect(cookie).toMatch(
      /^coalmine-pages=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(cookie).not.toContain(TOKEN);
    const [pair = ''] = cookie.split(';');
    expect(access(ask('/', { cookie: `other=1; coalmine-pages=old; ${pair}` }))).toEqual({ kind: 'granted' });
  });

  it('takes it in a header too', () => {
    expect(access(ask('/', { authorization: `Bearer ${TOKEN}` }))).toEqual({ kind: 'granted' });
  });

  it.each([
    ['nothing', ask()],
    ['another token', ask('/?token=other')],
    ['an empty token', ask('/?token=')],
    ['another header', ask('/', { authorization: 'Bearer other' })],
    ['a header of another scheme', ask('/', { authorization: `Basic ${TOKEN}` })],
    ['another cookie', ask('/', { cookie: 'coalmine-pages=other' })],
    ['the token in place of the session', ask('/', { cookie: `coalmine-pages=${TOKEN}` })],
    ['a cookie without a value', ask('/', { cookie: 'coalmine-pages' })],
  ])('is refused with %s', (_, request) => {
    expect(access(request)).toMatchObject({ kind: 'refused', status: 401 });
  });

  it('has a cookie for plain HTTP if there is no public URL of HTTPS', () => {
    const plain = accessWith({ token: TOKEN })(ask(`/?${query}`));

    expect(plain).toMatchObject({ kind: 'signedIn', location: './' });
    expect((plain as { readonly cookie: string }).cookie).not.toContain('Secure');
  });
});
