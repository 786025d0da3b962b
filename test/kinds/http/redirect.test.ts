import { describe, expect, it } from '@jest/globals';
import { secretsOf } from '../../../runner/core/redaction/redact.ts';
import { type FollowRedirects, type Hop, redirected } from '../../../runner/kinds/http/redirect.ts';

const SECRET = 'sk_live/51H+8x=Zq';
const { redactor } = secretsOf([SECRET]);
const holdsSecret = (text: string): boolean => redactor.text(text) !== text;
const BASE64 = Buffer.from(`anna:${SECRET}`).toString('base64');
const A = 'http://a.example';
const STATUSES = [301, 302, 303, 307, 308];

function hopOf(more: Partial<Hop> = {}): Hop {
  return { method: 'POST', url: new URL(`${A}/x`), headers: {}, body: null, hasLeft: false, ...more };
}

/** The request after a redirect, or the words of the refusal. */
function after(
  hop: Hop,
  to: string,
  how: { status?: number; follow?: FollowRedirects; cookie?: string } = {},
) {
  const { status = 307, follow = true, cookie } = how;
  const headers = { location: to, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) };
  const answer = { statusCode: status, headers, bytes: Buffer.alloc(0), isWhole: true };
  try {
    return redirected(hop, { ...answer, firstByteAtMs: 0, endedAtMs: 0 }, { follow, holdsSecret });
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

describe('a redirect to another origin', () => {
  it.each(['http://b.example/x', 'https://a.example/x', 'http://a.example:8080/x', 'http://sub.a.example/x'])(
    'is one to another host, port or protocol: %s',
    (to) => {
      const next = after(hopOf({ headers: { authorization: 'Bearer x' } }), to);

      expect(next).toMatchObject({ headers: {}, hasLeft: true });
    },
  );

  it('carries no header that signs in or holds a secret in any encoding, with any status', () => {
    const names =
      'authorization proxy-authorization cookie x-api-key x-auth-token x-amz-security-token dpop-signature'
        .concat(' private-token x-shop-session-id x-my-secret subscription-key x-csrf-token')
        .split(' ');
    const named = Object.fromEntries(names.map((name) => [name, 'v']));
    const holding = {
      'x-plain': SECRET,
      'x-url': encodeURIComponent(SECRET),
      'x-base64': BASE64,
      'x-in-text': `key=${SECRET};v=1`,
    };
    const headers = { ...named, ...holding, 'x-tenant': 'blue', traceparent: '00-1-2-01' };
    for (const status of STATUSES)
      for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
        expect(after(hopOf({ method, headers }), 'http://b.example/', { status })).toMatchObject({
          headers: { 'x-tenant': 'blue', traceparent: '00-1-2-01' },
        });
  });

  it('carries no credentials back at the first origin either', () => {
    const there = after(hopOf({ headers: { 'x-api-key': 'v', 'x-kept': 'k' } }), 'http://b.example/');
    const back = after(there as Hop, `${A}/chosen-by-b`, { cookie: 'sid=1' });

    expect(back).toMatchObject({ url: new URL(`${A}/chosen-by-b`), hasLeft: true });
    expect((back as Hop).headers).toEqual({ 'x-kept': 'k' });
  });

  it('carries a body only if the file says so', () => {
    const hop = hopOf({ body: '{"sku":1}' });

    for (const status of [307, 308]) {
      expect(after(hop, 'http://b.example/p?q', { status })).toBe(
        "a.example redirects to another origin (http://b.example), and the request has a body. Nothing was sent there. Write that address into the file, or 'followRedirects: { crossOrigin: true }'.",
      );
      expect(after(hop, 'http://b.example/', { status, follow: { crossOrigin: false } })).toContain(
        'has a body',
      );
      expect(after(hop, 'http://b.example/', { status, follow: { crossOrigin: true } })).toMatchObject({
        method: 'POST',
        body: '{"sku":1}',
      });
    }
    for (const status of [301, 302, 303])
      expect(after(hop, 'http://b.example/', { status })).toMatchObject({ method: 'GET', body: null });
    for (const status of [301, 302])
      expect(after({ ...hop, method: 'PUT' }, 'http://b.example/', { status })).toContain('has a body');
  });

  it.each([
    SECRET,
    BASE64,
    JSON.stringify({ a: { b: SECRET } }),
    new URLSearchParams({ k: SECRET }).toString(),
  ])('never carries a body that holds a secret: %s', (body) => {
    const said = after(hopOf({ body }), 'http://b.example/', { follow: { crossOrigin: true } });

    expect(said).toContain('and the body holds a secret. Nothing was sent there.');
    expect(holdsSecret(String(said))).toBe(false);
  });

  it.each([
    `http://b.example/?token=${encodeURIComponent(SECRET)}`,
    `http://b.example/${BASE64}`,
    `http://user:${encodeURIComponent(SECRET)}@b.example/`,
    `http://${Buffer.from(SECRET).toString('hex')}.b.example/`,
  ])('is not followed to an address that holds a secret: %s', (to) => {
    const said = after(hopOf(), to, { follow: { crossOrigin: true } });

    expect(said).toContain('and its address holds a secret. Nothing was sent there.');
    expect(holdsSecret(String(said))).toBe(false);
  });
});

describe('a redirect within one origin', () => {
  it('carries everything, secrets included', () => {
    const headers = { authorization: 'Bearer x', 'x-plain': SECRET };
    const hop = hopOf({ headers, body: SECRET });

    expect(after(hop, `/y?token=${encodeURIComponent(SECRET)}`)).toMatchObject({
      headers,
      body: SECRET,
      hasLeft: false,
    });
  });

  it('is not followed unless the file asks for it, and not without an address', () => {
    expect(
      redirected(hopOf(), { statusCode: 302, headers: { location: '/y' } } as never, {
        follow: undefined,
        holdsSecret,
      }),
    ).toBe(undefined);
    expect(after(hopOf(), '/y', { follow: false })).toBe(undefined);
    expect(after(hopOf(), '/y', { status: 304 })).toBe(undefined);
    expect(after(hopOf(), 'http://')).toBe(undefined);
  });
});
