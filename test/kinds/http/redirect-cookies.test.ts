import { describe, expect, it } from '@jest/globals';
import { cookiesAfter } from '../../../runner/kinds/http/redirect-cookies.ts';

const URL_ = new URL('https://shop.example/app/home');
const NOW_MS = Date.parse('2026-11-29T12:00:00Z');

describe('the cookies of a request that a redirect leads to', () => {
  it.each<{ title: string; sent?: string; set?: string | readonly string[]; cookie: string | undefined }>([
    { title: 'none', cookie: undefined },
    { title: 'those sent before', sent: 'a=1; b=2', cookie: 'a=1; b=2' },
    { title: 'one that was set', set: 'sid=abc; Path=/; HttpOnly', cookie: 'sid=abc' },
    {
      title: 'several, next to those sent before',
      sent: 'a=1',
      set: ['b=2', 'c=3'],
      cookie: 'a=1; b=2; c=3',
    },
    { title: 'a new value of one', sent: 'a=1', set: 'a=2', cookie: 'a=2' },
    { title: 'a value with a =', set: 'token=YQ==', cookie: 'token=YQ==' },
    { title: 'one of a path above', set: 'a=1; Path=/app', cookie: 'a=1' },
    { title: 'none of another path', set: ['a=1; Path=/admin', 'b=1; Path=/ap'], cookie: undefined },
    { title: 'none that is taken back by its age', sent: 'a=1', set: 'a=; Max-Age=0', cookie: undefined },
    {
      title: 'none that is taken back by its date',
      sent: 'a=1',
      set: 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      cookie: undefined,
    },
    { title: 'one whose date lies ahead', set: 'a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT', cookie: 'a=1' },
    { title: 'none without a value', set: 'nonsense', cookie: undefined },
  ])('are $title', ({ sent, set, cookie }) => {
    expect(cookiesAfter(sent, set, { url: URL_, nowMs: NOW_MS })).toBe(cookie);
  });
});
