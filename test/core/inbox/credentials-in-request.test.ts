import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import { credentialsInRequest } from '../../../runner/core/inbox/credentials-in-request.ts';

const BASIC = Buffer.from('shop:pass-of-the-shop').toString('base64');

function textsIn(request: { readonly headers?: JsonMap; readonly query?: JsonMap }): readonly string[] {
  return credentialsInRequest({ headers: {}, query: {}, ...request }).map(({ text }) => text);
}

describe('the credentials that a system sent', () => {
  it.each<[string, JsonMap, readonly string[]]>([
    ['a token, with and without its scheme', { authorization: 'Bearer eyJ' }, ['Bearer eyJ', 'eyJ']],
    ['a token without a scheme', { 'x-api-key': 'eyJ' }, ['eyJ', 'eyJ']],
    [
      'a password, with its user and alone',
      { authorization: `Basic ${BASIC}` },
      [`Basic ${BASIC}`, BASIC, 'shop:pass-of-the-shop', 'pass-of-the-shop'],
    ],
    [
      'each value of a cookie, as it is written and decoded',
      { cookie: 'a=one; b="two"; c=%2Fthree%&+; flag' },
      ['a=one; b="two"; c=%2Fthree%&+; flag', 'one', 'two', '%2Fthree%&+', '/three%&+'],
    ],
    [
      'a signature without its algorithm',
      { 'x-hub-signature-256': 'sha256=f00d' },
      ['sha256=f00d', 'sha256=f00d', 'f00d'],
    ],
    ['each value of a repeated header', { 'x-auth-token': ['one', 'two'] }, ['one', 'one', 'two', 'two']],
  ])('are %s', (_, headers, texts) => {
    expect(textsIn({ headers })).toEqual(texts);
  });

  it.each([
    'authorization',
    'cookie',
    'x-hub-signature-256',
    'x-shop-api-token-v2',
    'x-shopify-hmac-sha256',
    'x-signature-ed25519',
    'paypal-transmission-sig',
    'x-functions-key',
  ])('are in the header %s', (name) => {
    expect(textsIn({ headers: { [name]: 'text-of-it' } })).toContain('text-of-it');
  });

  it.each([
    'access_token',
    'accessToken',
    'sig',
    'shopToken_v2',
    'X-Amz-Signature',
    'api_key',
    'password',
    'client.secret',
  ])('are in the parameter %s', (name) => {
    expect(textsIn({ query: { [name]: 'text-of-it' } })).toEqual(['text-of-it']);
    expect(textsIn({ query: { [name]: ['one', 'two'] } })).toEqual(['one', 'two']);
  });

  it('are none in headers and parameters of other names', () => {
    const headers = { accept: 'a', 'x-token-count': '2', 'content-type': 'b', 'x-request-id': 'c' };

    expect(textsIn({ headers, query: { page: '2', tokens: '4', status: 'PAID' } })).toEqual([]);
  });
});
