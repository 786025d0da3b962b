import { describe, expect, it } from '@jest/globals';
import { response } from '../../../runner/kinds/nouns/http/response.ts';
import { http } from '../../../runner/kinds/verbs/http/http.ts';
import { selfSigned } from '../../support/network/certificate.ts';

const STEP = { correlate: true };
const at = (filled: boolean) => ({ ...STEP, filled });

function faultsOf(input: object, filled = true) {
  const request = 'GET https://api.example.com/';
  const byVerb = http.faults({ request, ...input }, at(filled));
  const byNoun = response.faults({ http: request, ...input }, at(filled));
  return { byVerb, byNoun };
}

describe('a request that HTTP does not know', () => {
  it.each([
    { headers: { authorization: 'Bearer abc\n' }, says: "the header 'authorization' ends in a line break" },
    { headers: { 'x-a': 'a\r\nx-b: c' }, says: "the header 'x-a' holds a line break" },
    { headers: { 'x-user': '☃' }, says: "the header 'x-user' holds the character U+2603" },
    { headers: { 'x-user': 'a\u0000' }, says: 'holds the character U+0000' },
    { headers: { 'x user': 'a' }, says: "'x user' is no name of a header" },
    { headers: { '': 'a' }, says: "'' is no name of a header" },
    ...['Transfer-Encoding', 'content-length', 'connection', 'expect', 'upgrade', 'keep-alive'].map(
      (name) => ({
        headers: { [name]: 'x' },
        says: `the header '${name}' is written by Coalmine alone`,
      }),
    ),
  ])('is a fault of the definition that names the header: $says', ({ headers, says }) => {
    const { byVerb, byNoun } = faultsOf({ headers });
    const fault = { key: 'headers', within: Object.keys(headers), message: expect.stringContaining(says) };

    expect(byVerb).toMatchObject([fault]);
    expect(byNoun).toMatchObject([fault]);
  });

  it.each([
    { 'x-a': 'tab\there' },
    { 'x-name': 'naïve' },
    { 'x-n': 3 },
    { 'x-empty': '' },
    { host: 'other.example' },
  ])('is none with the headers %j', (headers) => {
    expect(faultsOf({ headers })).toEqual({ byVerb: [], byNoun: [] });
  });

  it('names a token that ends in a line break', () => {
    expect(faultsOf({ auth: { bearer: 'abc\n' } }).byVerb).toMatchObject([
      { key: 'auth', within: ['bearer'], message: 'the token ends in a line break' },
    ]);
    expect(faultsOf({ auth: { bearer: 'abc' } }).byVerb).toEqual([]);
  });

  it.each([
    { basic: 'anna:secret\n', says: 'the password ends in a line break' },
    { basic: 'anna:se\tcret', says: 'the password holds the character U+0009' },
  ])('names a password that no server takes: $says', ({ basic, says }) => {
    expect(faultsOf({ auth: { basic } }).byNoun).toMatchObject([
      { key: 'auth', within: ['basic'], message: says },
    ]);
    expect(faultsOf({ auth: { basic: 'anna:päss wörd' } }).byVerb).toEqual([]);
  });

  it('names a key that does not belong to its certificate', () => {
    const { cert } = selfSigned('client');
    const { key } = selfSigned('other');

    expect(faultsOf({ clientCertificate: { cert, key } }).byNoun).toMatchObject([
      { key: 'clientCertificate', within: ['key'], message: expect.stringContaining('does not belong') },
    ]);
  });

  it('is known from the file if its certificate stands there', () => {
    const clientCertificate = { cert: 'nothing', key: '${secret:key}' };

    expect(faultsOf({ clientCertificate }, false).byVerb).toMatchObject([
      { key: 'clientCertificate', within: ['cert'] },
    ]);
  });

  it('names a % that encodes nothing in the user of a URL', () => {
    const wrong = (user: string) => http.faults({ request: `GET http://${user}@a.example/` }, at(true));

    expect(wrong('canary:100%')).toMatchObject([{ key: 'request', hint: expect.stringContaining('%25') }]);
    expect(wrong('canary:100%25')).toEqual([]);
    expect(http.faults({ request: 'GET http://a.example/100%' }, at(true))).toEqual([]);
  });

  it('is not known before the values are put in', () => {
    const input = {
      headers: { authorization: 'Bearer ${env:TOKEN}\n', 'x-a': '${name}☃' },
      clientCertificate: { cert: '${env:CERT}', key: '${env:KEY}' },
      auth: { bearer: '${env:TOKEN}' },
    };

    expect(faultsOf(input, false).byVerb).toEqual([]);
    expect(http.faults({ request: 'GET http://${user}%@a.example/' }, at(false))).toEqual([]);
  });
});
