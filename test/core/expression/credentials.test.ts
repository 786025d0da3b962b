import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import {
  credentialTextsIn,
  hasCredentials,
  secretNamesOf,
} from '../../../runner/core/expression/credentials.ts';
import { actStep, canaryOf, expectStep } from '../../support/run/builders.ts';

const LOGIN = actStep('login', { save: { token: 'response.body.token', id: 'response.body.id' } });

describe('the secret values of a canary', () => {
  it.each<{ use: string; input: JsonMap }>([
    { use: 'auth: bearer', input: { auth: { bearer: '${token}' } } },
    { use: 'auth: basic', input: { auth: { basic: 'me:${token}' } } },
    { use: 'auth: apiKey', input: { auth: { apiKey: '${token}' } } },
    { use: 'the key of a client certificate', input: { clientCertificate: { cert: 'c', key: '${token}' } } },
    { use: 'the token of a waiting task', input: { token: '${token}' } },
    { use: 'the Authorization header', input: { headers: { Authorization: 'Bearer ${token}' } } },
    { use: 'the X-Api-Key header', input: { headers: { 'X-Api-Key': '${token}' } } },
    { use: 'Authorization by way of a var', input: { headers: { authorization: '${signed}' } } },
  ])('are those that are used in $use', ({ input }) => {
    const canary = canaryOf({ vars: { signed: 'Bearer ${token}' } }, LOGIN, expectStep('read', { input }));

    expect([...secretNamesOf(canary, {})]).toEqual(['token']);
    expect(hasCredentials(canary)).toBe(true);
  });

  it('are those that a step marks, in its cleanup too', () => {
    const marked = { ...LOGIN, secret: ['id'] };

    expect([...secretNamesOf({ ...canaryOf({}), cleanup: [marked] }, {})]).toEqual(['id']);
    expect(hasCredentials({ ...canaryOf({}), cleanup: [marked] })).toBe(true);
  });

  it.each<{ use: string; input: JsonMap }>([
    { use: 'a body', input: { body: '${token}' } },
    { use: 'another header', input: { headers: { accept: '${token}' } } },
    { use: 'the region to sign for', input: { auth: { aws: { region: '${token}' } } } },
    { use: 'headers that are no map', input: { headers: '${token}' } },
  ])('are none that are used in $use', ({ input }) => {
    const canary = canaryOf({}, LOGIN, actStep('x', { input }));

    expect([...secretNamesOf(canary, {})]).toEqual([]);
    expect(hasCredentials(canary)).toBe(false);
  });
});

describe('the credentials in an input', () => {
  it.each<{ input: JsonMap; texts: readonly string[] }>([
    { input: { headers: { Authorization: 'Bearer eyJ' } }, texts: ['eyJ'] },
    { input: { headers: { Authorization: 'eyJ' } }, texts: ['eyJ'] },
    { input: { headers: { Authorization: 'SSWS eyJ' } }, texts: ['eyJ'] },
    {
      input: { headers: { Authorization: `Basic ${Buffer.from('me:pass:word').toString('base64')}` } },
      texts: ['bWU6cGFzczp3b3Jk', 'me:pass:word', 'pass:word'],
    },
    {
      input: { headers: { Authorization: 'Digest username="me", response="6629fae4"' } },
      texts: ['username="me", response="6629fae4"', 'me', '6629fae4'],
    },
    { input: { auth: { bearer: 'a b' } }, texts: ['a b'] },
    { input: { auth: { basic: 'me:pass:word' } }, texts: ['me:pass:word', 'pass:word'] },
    { input: { auth: 'aws', headers: { accept: 'x' } }, texts: [] },
  ])('of $input are $texts', ({ input, texts }) => {
    expect(credentialTextsIn(input)).toEqual(texts);
  });
});
