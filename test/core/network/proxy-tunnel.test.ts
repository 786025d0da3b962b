import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ObserverError } from '../../../runner/core/base/errors.ts';
import { proxiesIn } from '../../../runner/core/network/proxies.ts';
import { forProxy, throughProxy } from '../../../runner/core/network/proxy-tunnel.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

/** A connection to a proxy, by hand. */
class Wire extends EventEmitter {
  readonly sent: string[] = [];
  readonly pushedBack: string[] = [];
  isDestroyed = false;

  write(text: string): void {
    this.sent.push(text);
  }

  unshift(chunk: Uint8Array): void {
    this.pushedBack.push(Buffer.from(chunk).toString());
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}

const HTTPS = { hostname: 'shop.example', protocol: 'https:', port: '' };
const ENV = { HTTP_PROXY: 'http://user:pass@proxy:3128', HTTPS_PROXY: 'http://user:pass@proxy:3128' };

type Outcome = readonly [Error | null, object | null];

/** Connects to an origin, and gives the connection to the proxy and the outcome, as far as there is one. */
function connect(
  env: Readonly<Record<string, string>>,
  origin = HTTPS,
  refusal: Error | null = null,
  tunnelsAll?: boolean,
) {
  const clock = new ManualClock();
  const wire = new Wire();
  const outcomes: Outcome[] = [];
  const asked: unknown[] = [];
  const way = throughProxy<typeof HTTPS, object>(
    {
      direct: (options, done) => {
        asked.push(options);
        done(null, { direct: true });
      },
      toProxy: (options, done) => {
        asked.push(options);
        if (refusal === null) done(null, wire);
        else done(refusal, null);
      },
    },
    { proxyFor: (one) => proxiesIn(env)(one), clock, ...(tunnelsAll === undefined ? {} : { tunnelsAll }) },
  );
  way(origin, (...outcome) => void outcomes.push(outcome));
  return { clock, wire, outcomes, asked };
}

const faultOf = ([outcome]: readonly Outcome[]): Error | null => outcome?.[0] ?? null;

describe('a tunnel through a proxy', () => {
  it('is asked for also for an http origin, if all are to have one', () => {
    const { wire, outcomes } = connect(ENV, { ...HTTPS, protocol: 'http:' }, null, true);

    expect(wire.sent[0]).toMatch(/^CONNECT shop\.example:80 HTTP\/1\.1/);
    wire.emit('data', Buffer.from('HTTP/1.1 200 Connection established\r\n\r\n'));

    expect(outcomes).toEqual([[null, wire]]);
  });

  it('is asked for with the credentials of the proxy, and gives what came behind its answer back', () => {
    const { wire, outcomes } = connect(ENV);
    expect(wire.sent).toEqual([
      `CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\nProxy-Authorization: Basic ${Buffer.from('user:pass').toString('base64')}\r\n\r\n`,
    ]);

    wire.emit('data', Buffer.from('HTTP/1.1 200 Connection'));
    wire.emit('data', Buffer.from(' established\r\n\r\nrest'));

    expect(wire.pushedBack).toEqual(['rest']);
    expect(outcomes).toEqual([[null, { direct: true }]]);
  });

  it('names an address of IPv6 in brackets, with its port, and needs no credentials', () => {
    const origin = { hostname: '[fd00::1]', protocol: 'https:', port: '8443' };
    const { wire, outcomes } = connect({ HTTPS_PROXY: 'http://proxy:3128' }, origin);

    wire.emit('data', Buffer.from('HTTP/1.0 200 OK\r\n\r\n'));

    expect(wire.sent).toEqual(['CONNECT [fd00::1]:8443 HTTP/1.1\r\nHost: [fd00::1]:8443\r\n\r\n']);
    expect(wire.pushedBack).toEqual([]);
    expect(faultOf(outcomes)).toBeNull();
  });

  it.each<[end: string, says: string, act: (made: ReturnType<typeof connect>) => unknown]>([
    [
      'refuses',
      'opened no tunnel to shop.example:443: it answered 407',
      ({ wire }) => wire.emit('data', Buffer.from('HTTP/1.1 407 No\r\n\r\n')),
    ],
    [
      'speaks another protocol',
      'it answered not in HTTP',
      ({ wire }) => wire.emit('data', Buffer.from('220 mail\r\n\r\n')),
    ],
    [
      'answers without an end',
      'answered, but not in HTTP',
      ({ wire }) => wire.emit('data', Buffer.alloc(20_000, 'a')),
    ],
    [
      'breaks',
      'closed the connection (ECONNRESET)',
      ({ wire }) => wire.emit('error', Object.assign(new Error('x'), { code: 'ECONNRESET' })),
    ],
    [
      'breaks without a code',
      'closed the connection (TypeError)',
      ({ wire }) => wire.emit('error', new TypeError('x')),
    ],
    ['closes', 'closed the connection', ({ wire }) => wire.emit('close')],
    ['does not answer', 'did not answer within 10 s', async ({ clock }) => clock.sleep(10_000)],
  ])('is an error of the observer if the proxy %s', async (_end, says, act) => {
    const made = connect(ENV);

    await act(made);

    expect(faultOf(made.outcomes)).toBeInstanceOf(ObserverError);
    expect(faultOf(made.outcomes)?.message).toContain(`The proxy proxy:3128 `);
    expect(faultOf(made.outcomes)?.message).toContain(says);
    expect(made.wire.isDestroyed).toBe(true);
  });

  it('is an error of the observer if the proxy cannot be reached', () => {
    const { outcomes } = connect(ENV, HTTPS, Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));

    expect(faultOf(outcomes)?.message).toContain('could not be reached (ECONNREFUSED)');
  });

  it('is not needed without a proxy, nor for http', () => {
    expect(connect({}).outcomes).toEqual([[null, { direct: true }]]);
    const { outcomes, wire } = connect(ENV, { ...HTTPS, protocol: 'http:' });
    expect(outcomes).toEqual([[null, wire]]);
  });
});

describe('a request for a proxy', () => {
  const request = { origin: 'http://shop.example', path: '/a', headers: { accept: '*/*' } };

  it('has the whole URL, and the credentials of the proxy', () => {
    expect(forProxy(request, proxiesIn(ENV))).toMatchObject({
      path: 'http://shop.example/a',
      headers: { accept: '*/*', 'proxy-authorization': expect.stringMatching(/^Basic /) },
    });
    expect(forProxy(request, proxiesIn({ HTTP_PROXY: 'http://proxy:1' })).headers).toEqual({ accept: '*/*' });
  });

  it('stays as it is for https, and without a proxy', () => {
    const https = { ...request, origin: 'https://shop.example' };

    expect(forProxy(https, proxiesIn(ENV))).toBe(https);
    expect(forProxy(request, proxiesIn({}))).toBe(request);
  });
});
