import { describe, expect, it } from '@jest/globals';
import { proxyNote } from '../../../runner/core/network/proxies.ts';

const PROXY = 'http://user:secret@proxy:3128';

describe('an environment with proxies', () => {
  it.each([
    { env: { HTTPS_PROXY: PROXY }, says: 'HTTPS_PROXY is set, and Coalmine uses no proxy' },
    {
      env: { http_proxy: PROXY, all_proxy: PROXY },
      says: 'http_proxy and all_proxy are set, and Coalmine uses no proxy',
    },
    { env: { HTTPS_PROXY: '', NO_PROXY: 'localhost', PATH: '/bin' }, says: undefined },
  ])('is reported, without the address of a proxy: $says', ({ env, says }) => {
    expect(proxyNote(env)).toBe(says);
  });
});
