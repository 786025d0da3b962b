import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import { secretPlacesIn, secretsInUrl } from '../../../runner/core/expression/written-secrets.ts';

function places(input: JsonMap): readonly string[] {
  return secretPlacesIn(input).map(({ path, text }) => `${path.join('.')}: ${text}`);
}

describe('the places of secrets in a step', () => {
  it.each<{ input: JsonMap; are: readonly string[] }>([
    {
      input: { headers: { Authorization: 'Bearer a', 'X-Api-Key': 12, Accept: 'b' } },
      are: ['headers.Authorization: Bearer a', 'headers.X-Api-Key: 12'],
    },
    {
      input: { auth: { basic: 'a:b' }, clientCertificate: { cert: 'c', key: 'k' } },
      are: ['auth.basic: a:b', 'clientCertificate.key: k'],
    },
    {
      input: { headers: { Cookie: 'locale=en; PHPSESSID=a; __Host-session=b; connect.sid=c=d; token=e' } },
      are: ['headers.Cookie: a', 'headers.Cookie: b', 'headers.Cookie: c=d', 'headers.Cookie: e'],
    },
    { input: { headers: { cookie: 1 } }, are: [] },
    { input: { headers: '${all}', query: '${all}', form: '${all}' }, are: [] },
    {
      input: { query: { 'api-key': 'a', page: 2, sig: { a: 1 } }, form: { client_secret: 'b' } },
      are: ['query.api-key: a', 'form.client_secret: b'],
    },
    {
      input: { request: 'GET https://u:p@x.example/?access_token=a&q=b', http: 'GET https://x.example/' },
      are: ['request: p', 'request: a'],
    },
    {
      input: { body: { user: { password: 'a' }, list: [{ apiKey: 'b' }], token: 'c', secretKey: null } },
      are: ['body.user.password: a', 'body.list.0.apiKey: b'],
    },
    { input: { item: { refresh_token: 'a' }, table: 'orders' }, are: ['item.refresh_token: a'] },
  ])('are by their names: $input', ({ input, are }) => {
    expect(places(input)).toEqual(are);
  });

  it.each([
    { url: 'https://hooks.slack.com/services/T0/B0/x', are: ['T0/B0/x'] },
    { url: 'https://discord.com/api/webhooks/1/x', are: ['1/x'] },
    { url: 'https://acme.webhook.office.com/webhookb2/x', are: ['webhookb2/x'] },
    { url: 'https://b.s3.amazonaws.com/k?X-Amz-Signature=a&X-Amz-Expires=60#token=b', are: ['a'] },
    { url: 'https://x.example/a:b@c?email=a:b@c', are: [] },
    { url: 'https://user@x.example/?token=&token', are: [] },
    { url: 'https://${user}:${env:PASSWORD}@x.example/', are: ['${env:PASSWORD}'] },
  ])('in a URL are passwords, parameters and whole webhooks: $url', ({ url, are }) => {
    expect(secretsInUrl(url)).toEqual(are);
  });
});
