import { describe, expect, it } from '@jest/globals';
import { networkTrouble } from '../../runner/core/network-trouble.ts';

const coded = (code: unknown): Error => Object.assign(new Error('broken'), { code });

describe('network trouble', () => {
  it.each([
    { code: 'ECONNREFUSED', words: 'refused the connection', untrusted: false },
    {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      words: 'has a TLS certificate for another name',
      untrusted: true,
    },
    { code: 'ERR_SSL_WRONG_VERSION_NUMBER', words: 'broke the TLS handshake', untrusted: false },
    { code: 'ESOMETHING', words: 'could not be reached', untrusted: false },
  ])('says what $code means', (trouble) => {
    expect(networkTrouble(coded(trouble.code))).toEqual(trouble);
  });

  it('looks at the first error where several addresses were tried', () => {
    const several = new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')]);

    expect(networkTrouble(several)?.code).toBe('ECONNREFUSED');
    expect(networkTrouble(Object.assign(new AggregateError([]), { code: 'EPIPE' }))?.code).toBe('EPIPE');
  });

  it.each([
    coded('ABORT_ERR'),
    coded('UND_ERR_ABORTED'),
    coded(7),
    new Error('no code'),
    'no error',
    undefined,
  ])('sees none in %p', (thrown) => {
    expect(networkTrouble(thrown)).toBeUndefined();
  });
});
