import { describe, expect, it } from '@jest/globals';
import { agentProxies, proxiesIn, proxyFault, proxyNote } from '../../../runner/core/network/proxies.ts';

const PROXY = 'http://user:p%40ss@proxy:3128';
const BOTH = { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY };

/** The host of the proxy to a URL. */
function proxyOf(url: string, env: Readonly<Record<string, string>>): string | undefined {
  return proxiesIn(env)(new URL(url))?.url.host;
}

describe('the proxy of an origin', () => {
  it.each([
    { url: 'https://shop.example', env: { HTTPS_PROXY: 'http://a:1' }, proxy: 'a:1' },
    { url: 'https://shop.example', env: { HTTPS_PROXY: 'a:1' }, proxy: 'a:1' },
    {
      url: 'https://shop.example',
      env: { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:1' },
      proxy: 'b:1',
    },
    { url: 'https://shop.example', env: { HTTPS_PROXY: 'http://a:1', https_proxy: ' ' }, proxy: 'a:1' },
    { url: 'https://shop.example', env: { HTTP_PROXY: 'http://a:1' }, proxy: undefined },
    { url: 'http://shop.example', env: { HTTP_PROXY: 'http://a:1' }, proxy: 'a:1' },
    { url: 'http://shop.example', env: { HTTPS_PROXY: 'http://a:1' }, proxy: undefined },
    { url: 'https://shop.example', env: {}, proxy: undefined },
    { url: 'ftp://shop.example', env: BOTH, proxy: undefined },
  ])('is $proxy for $url by $env', ({ url, env, proxy }) => {
    expect(proxyOf(url, env as Record<string, string>)).toBe(proxy);
  });

  it.each([
    'http://localhost',
    'http://a.localhost:81',
    'http://127.9.9.9',
    'https://[::1]:4',
    'http://169.254.169.254',
    'http://0x7f.1',
  ])('is none for this machine and its instance: %s', (url) => {
    expect(proxyOf(url, BOTH)).toBeUndefined();
  });

  it.each([
    { except: '*', url: 'https://shop.example', direct: true },
    { except: 'shop.example', url: 'https://shop.example', direct: true },
    { except: 'SHOP.example.', url: 'https://shop.example', direct: true },
    { except: 'shop.example', url: 'https://api.shop.example', direct: true },
    { except: '.shop.example', url: 'https://api.shop.example', direct: true },
    { except: '*.shop.example', url: 'https://api.shop.example', direct: true },
    { except: 'shop.example', url: 'https://myshop.example', direct: false },
    { except: 'other, shop.example', url: 'https://shop.example', direct: true },
    { except: 'other shop.example', url: 'https://shop.example', direct: true },
    { except: 'shop.example:443', url: 'https://shop.example', direct: true },
    { except: 'shop.example:8443', url: 'https://shop.example', direct: false },
    { except: '10.0.0.0/8', url: 'http://10.1.2.3', direct: true },
    { except: '10.0.0.0/8', url: 'http://11.1.2.3', direct: false },
    { except: '10.0.0.0/99', url: 'http://10.1.2.3', direct: false },
    { except: 'x/8', url: 'http://10.1.2.3', direct: false },
    { except: '[fd00::1]', url: 'http://[fd00::1]', direct: true },
    { except: '[fd00::1]:81', url: 'http://[fd00::1]', direct: false },
    { except: 'fd00::/16', url: 'http://[fd00::1]', direct: true },
  ])('is left out of account by NO_PROXY=$except for $url: $direct', ({ except, url, direct }) => {
    expect(proxyOf(url, { ...BOTH, NO_PROXY: except }) === undefined).toBe(direct);
  });

  it('has the credentials of its address', () => {
    const { authorization } = proxiesIn(BOTH)(new URL('http://a.example')) ?? {};

    expect(authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    expect(proxiesIn({ HTTP_PROXY: 'http://b' })(new URL('http://a.example'))?.authorization).toBeUndefined();
  });
});

describe('an environment with proxies', () => {
  it.each([
    { env: { HTTPS_PROXY: PROXY }, says: 'Requests go through the proxy that HTTPS_PROXY names' },
    {
      env: { http_proxy: PROXY, HTTPS_PROXY: PROXY, no_proxy: 'a' },
      says: 'Requests go through the proxy that HTTPS_PROXY and http_proxy name, except to the hosts in no_proxy',
    },
    { env: { HTTPS_PROXY: '', NO_PROXY: 'localhost', PATH: '/bin' }, says: undefined },
  ])('is reported, without the address of a proxy: $says', ({ env, says }) => {
    expect(proxyNote(env)).toBe(says);
  });

  it.each(['socks5://proxy:1080', 'http://[', 'http://a b'])(
    'that cannot be used is a fault: %s',
    (value) => {
      expect(proxyFault({ HTTPS_PROXY: value })).toContain(
        'https_proxy or HTTPS_PROXY does not name a proxy',
      );
      expect(proxyFault({ HTTPS_PROXY: value })).not.toContain(value);
    },
  );

  it('gives the agents of the AWS SDK the same, and this machine directly', () => {
    expect(proxyFault(BOTH)).toBeUndefined();
    expect(agentProxies({})).toBeUndefined();
    expect(agentProxies({ http_proxy: 'a:1' })).toEqual({
      HTTP_PROXY: 'http://a:1',
      NO_PROXY: 'localhost,127.0.0.1-127.255.255.255,::1,169.254.0.0-169.254.255.255',
    });
    expect(agentProxies({ HTTPS_PROXY: 'http://a:1', NO_PROXY: 'b c' })).toMatchObject({
      HTTPS_PROXY: 'http://a:1',
      NO_PROXY: expect.stringMatching(/^b,c,localhost,/),
    });
  });
});
