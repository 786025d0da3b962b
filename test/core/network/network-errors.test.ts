import { describe, expect, it } from '@jest/globals';
import { networkErrorOf } from '../../../runner/core/network/network-errors.ts';

const coded = (code: unknown, message = 'broken'): Error => Object.assign(new Error(message), { code });

describe('network trouble', () => {
  it.each([
    { code: 'ECONNREFUSED', sort: 'unreachable', words: 'refused the connection' },
    { code: 'EAI_AGAIN', sort: 'route', words: 'could not be looked up in DNS just now' },
    { code: 'EMFILE', sort: 'machine', words: expect.stringContaining('as many files and connections') },
    {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      sort: 'untrusted',
      words: 'has a TLS certificate for another name',
    },
    { code: 'ERR_SSL_WRONG_VERSION_NUMBER', sort: 'notHttp', words: expect.stringContaining('not in TLS') },
    { code: 'ERR_SSL_NEVER_HEARD_OF', sort: 'unreachable', words: 'broke the TLS handshake' },
    { code: 'UND_ERR_INVALID_ARG', sort: 'request', words: expect.stringContaining('not legal') },
    { code: 'ESOMETHING', sort: 'unknown', words: expect.stringContaining('does not know ESOMETHING') },
  ])('says what $code means', (trouble) => {
    expect(networkErrorOf(coded(trouble.code))).toEqual(trouble);
  });

  it('distinguishes by their message errors to which undici gives one code', () => {
    expect(networkErrorOf(coded('UND_ERR_SOCKET', 'bad upgrade'))?.sort).toBe('notHttp');
    expect(networkErrorOf(coded('UND_ERR_SOCKET', 'other side closed'))?.sort).toBe('unreachable');
  });

  it('goes by the name of an error that has no code', () => {
    const unparsed = Object.assign(new Error('Expected HTTP/'), { name: 'HTTPParserError' });

    expect(networkErrorOf(unparsed)).toMatchObject({ code: 'HTTPParserError', sort: 'notHttp' });
  });

  it('looks at the first error where several addresses were tried', () => {
    const several = new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')]);

    expect(networkErrorOf(several)?.code).toBe('ECONNREFUSED');
    expect(networkErrorOf(Object.assign(new AggregateError([]), { code: 'EPIPE' }))?.code).toBe('EPIPE');
  });

  it.each([
    coded('ABORT_ERR'),
    coded('UND_ERR_ABORTED'),
    coded(7),
    new Error('no code'),
    'no error',
    undefined,
  ])('sees none in %p', (thrown) => {
    expect(networkErrorOf(thrown)).toBeUndefined();
  });
});
