import type { Clock } from '../base/clock.ts';
import { ObserverError } from '../base/errors.ts';
import type { ProxiedOrigin, Proxy, ProxyFor } from './proxies.ts';

/** The part of a socket that a tunnel needs. */
interface TunnelSocket {
  write(text: string): unknown;
  on(event: string, listener: (value: never) => void): unknown;
  off(event: string, listener: (value: never) => void): unknown;
  unshift(chunk: Uint8Array): void;
  destroy(): unknown;
}

type Done<Socket> = (...outcome: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

/** A way of connecting, in undici's form. */
type Connect<Options, Socket> = (options: Options, done: Done<Socket>) => void;

/** The proxies of a process, and the clock by which they must answer. */
export interface ProxiesWith {
  readonly proxyFor: ProxyFor;
  readonly clock: Clock;
  /** True if http origins get a tunnel too, as WebSockets need it (RFC 6455, 4.1). @default false */
  readonly tunnelsAll?: boolean;
}

const MOST_HEAD_BYTES = 16_384;
const ANSWER_WITHIN_MS = 10_000;

/**
 * Connects through the proxy of an origin, if it has one. An https origin gets a tunnel (CONNECT), and TLS is with the origin itself. An
 * http origin gets the connection to the proxy: its requests must be `forProxy`. A failure of the proxy is an ObserverError, since it says
 * nothing of the system.
 */
export function throughProxy<Options extends ProxiedOrigin, Socket extends object>(
  ways: { readonly direct: Connect<Options, Socket>; readonly toProxy: Connect<Options, Socket> },
  { proxyFor, clock, tunnelsAll = false }: ProxiesWith,
): Connect<Options, Socket> {
  return (options, done) => {
    const proxy = proxyFor(options);
    if (proxy === undefined) return ways.direct(options, done);
    const { hostname, host, protocol, port } = proxy.url;
    const at = { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port, servername: undefined };
    ways.toProxy({ ...options, ...at }, (...[error, socket]) => {
      if (error !== null)
        return done(proxyFault(proxy, `could not be reached (${codeOf(error)})`, error), null);
      const isSecure = options.protocol === 'https:';
      if (!isSecure && !tunnelsAll) return done(null, socket);
      openTunnel(socket as unknown as TunnelSocket, { target: placeOf(options), proxy, clock }, (fault) => {
        if (fault !== undefined) return done(fault, null);
        if (!isSecure) return done(null, socket);
        ways.direct({ ...options, httpSocket: socket }, done);
      });
    });
  };
}

/** Options of a request, for undici. */
interface Dispatched {
  readonly origin?: unknown;
  readonly path: string;
  readonly headers?: unknown;
}

/** A request as a proxy takes it for an http origin: with the whole URL, and with the proxy's own credentials. Others stay as they are. */
export function forProxy<Options extends Dispatched>(options: Options, proxyFor: ProxyFor): Options {
  const origin = new URL(String(options.origin));
  const proxy = origin.protocol === 'http:' ? proxyFor(origin) : undefined;
  if (proxy === undefined) return options;
  const { authorization } = proxy;
  const own = authorization === undefined ? {} : { 'proxy-authorization': authorization };
  return {
    ...options,
    path: `${origin.origin}${options.path}`,
    headers: { ...(options.headers as Record<string, string>), ...own },
  };
}

interface Tunnel {
  /** `host:port`. */
  readonly target: string;
  readonly proxy: Proxy;
  readonly clock: Clock;
}

function openTunnel(
  socket: TunnelSocket,
  { target, proxy, clock }: Tunnel,
  done: (fault: ObserverError | undefined) => void,
): void {
  let head: Uint8Array = new Uint8Array();
  const end = (fault?: ObserverError): void => {
    for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    forget();
    if (fault !== undefined) socket.destroy();
    done(fault);
  };
  const fail = (what: string, cause?: unknown): void => end(proxyFault(proxy, what, cause));
  const listeners = {
    data: (chunk: Uint8Array) => {
      head = Buffer.concat([head, chunk]);
      const text = Buffer.from(head).toString('latin1');
      const length = text.indexOf('\r\n\r\n');
      if (length < 0) return head.length > MOST_HEAD_BYTES ? fail('answered, but not in HTTP') : undefined;
      const [, status] = /^HTTP\/1\.\d (\d{3})/.exec(text) ?? [];
      if (status === undefined || !status.startsWith('2'))
        return fail(`opened no tunnel to ${target}: it answered ${status ?? 'not in HTTP'}`);
      const rest = head.subarray(length + 4);
      end();
      if (rest.length > 0) socket.unshift(rest);
    },
    error: (error: Error) => fail(`closed the connection (${codeOf(error)})`, error),
    close: () => fail('closed the connection'),
  };
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  const forget = clock.at(clock.nowMs() + ANSWER_WITHIN_MS, () => fail('did not answer within 10 s'));
  const sent = proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${sent}\r\n`);
}

function placeOf({ hostname, port, protocol }: ProxiedOrigin): string {
  const host = hostname.includes(':') ? `[${hostname.replace(/^\[|\]$/g, '')}]` : hostname;
  return `${host}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

/** Names the host of the proxy alone: the rest of its address may be a password. */
function proxyFault({ url }: Proxy, what: string, cause?: unknown): ObserverError {
  return new ObserverError(
    `The proxy ${url.host} ${what}. Check HTTP_PROXY and HTTPS_PROXY, or name the host in NO_PROXY.`,
    { cause },
  );
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}
