import type diagnosticsChannel from 'node:diagnostics_channel';
import type { lookup as dnsLookup } from 'node:dns';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Agent, buildConnector } from 'undici';
import type { JsonMap } from '../../core/base/json.ts';
import { guardedLookup, refusedAddress } from '../../core/network/guarded-lookup.ts';
import { forProxy, type ProxiesWith, throughProxy } from '../../core/network/proxy-tunnel.ts';
import { onSending, onStream } from './response-reader.ts';

/** Kept connections, and facts about the newest one to each origin. */
export interface Connections {
  readonly agent: Agent;
  /** Opens a connection for each request, and closes it after the answer. */
  once(): Agent;
  close(): Promise<void>;
  /** The certificate of the newest connection to the origin; undefined without TLS. */
  certificateOf(url: URL, nowMs: number): JsonMap | undefined;
  /** The first bytes that the newest connection there brought. */
  beganWith(url: URL): Buffer | undefined;
  /** Time of connecting, in milliseconds, if it happened since then; 0 on a kept connection. */
  connectMsSince(url: URL, sinceMs: number): number;
}

interface ConnectionFacts {
  readonly atMs: number;
  readonly tookMs: number;
  beganWith?: Buffer;
  readonly certificate?: { readonly subject: string; readonly issuer: string; readonly validTo: string };
}

let isListening = false;

/** Once in a process: the channels are the process's own. */
function listen({ subscribe }: typeof diagnosticsChannel): void {
  if (isListening) return;
  subscribe('undici:client:sendHeaders', onSending);
  subscribe('http2.client.stream.created', onStream);
  isListening = true;
}

const CONNECT_TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;

/** A certificate that a client shows, and its key, in PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface ConnectionsOf {
  /** Resolves names. @default DNS */
  readonly lookup?: typeof dnsLookup | undefined;
  /** The host:port of AWS_LAMBDA_RUNTIME_API, if set. */
  readonly runtimeApi?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** @default none */
  readonly proxies?: ProxiesWith | undefined;
  /** False: HTTP/1.1 alone. @default true */
  readonly allowH2?: boolean;
}

/**
 * Opens undici's pool with our own way of connecting: each address that a name leads to is checked before it is connected to.
 */
export async function openConnections({
  lookup,
  runtimeApi,
  clientCertificate,
  proxies,
}: ConnectionsOf = {}): Promise<Connections> {
  // Not the whole of undici, of which an exchange needs a third: loading it costs as much as many requests.
  const [{ default: Agent }, { default: request }, { default: build }, dns, channels] = await Promise.all([
    import('undici/lib/dispatcher/agent.js'),
    import('undici/lib/api/api-request.js'),
    import('undici/lib/core/connect.js'),
    import('node:dns'),
    import('node:diagnostics_channel'),
  ]);
  listen(channels);
  const known = new Map<string, ConnectionFacts>();
  const connectTo = connectorBy(build, dns, { lookup, runtimeApi, clientCertificate, proxies });
  const connect = noting(connectTo, known);
  const made = (options: Agent.Options) =>
    withProxies(Object.assign(new Agent({ connect, ...options }), { request }), proxies); // as undici does
  const agent = made({});
  let unkept: Agent | undefined;
  return {
    agent,
    once: () => {
      unkept ??= made({ pipelining: 0 });
      return unkept;
    },
    close: async () => {
      await Promise.all([agent.destroy(), unkept?.destroy()]);
    },
    beganWith: (url) => known.get(keyOf(url))?.beganWith,
    certificateOf: (url, nowMs) => viewOf(known.get(keyOf(url))?.certificate, nowMs),
    connectMsSince: (url, sinceMs) => {
      const connected = known.get(keyOf(url));
      return connected !== undefined && connected.atMs >= sinceMs ? connected.tookMs : 0;
    },
  };
}

/** Our own way of connecting, for undici: each address that a name leads to is checked before it is connected to. */
export async function connectorTo(of: ConnectionsOf): Promise<buildConnector.connector> {
  const [{ default: build }, dns] = await Promise.all([
    import('undici/lib/core/connect.js'),
    import('node:dns'),
  ]);
  return connectorBy(build, dns, of);
}

function connectorBy(
  build: Build,
  dns: { readonly lookup: typeof dnsLookup },
  { lookup = dns.lookup, proxies, clientCertificate, ...more }: ConnectionsOf,
): buildConnector.connector {
  const direct = connectors(build, { lookup, clientCertificate, ...more });
  // A certificate is shown only to the target.
  const toProxy = connectors(build, { lookup: dns.lookup, ...more });
  return proxies === undefined ? direct : throughProxy({ direct, toProxy }, proxies);
}

/** A way of connecting that keeps the facts about the newest connection to each origin. */
function noting(
  connectTo: buildConnector.connector,
  known: Map<string, ConnectionFacts>,
): buildConnector.connector {
  return (options, done) => {
    const startedAtMs = performance.timeOrigin + performance.now();
    connectTo(options, (...outcome) => {
      const [error, socket] = outcome;
      const atMs = performance.timeOrigin + performance.now();
      if (error === null && socket !== null) {
        const connected: ConnectionFacts = { atMs, tookMs: atMs - startedAtMs, ...certificateIn(socket) };
        known.set(placeOf(options.hostname, options.port), connected);
        onFirstBytes(socket, (bytes) => {
          connected.beganWith = bytes;
        });
      }
      done(...outcome);
    });
  };
}

type Build = typeof buildConnector;

/** A connector for each port: whether an address may be reached depends on it. */
function connectors(
  build: Build,
  {
    lookup,
    runtimeApi,
    clientCertificate,
    allowH2 = true,
  }: ConnectionsOf & { readonly lookup: typeof dnsLookup },
): buildConnector.connector {
  const made = new Map<number, ReturnType<Build>>();
  return (options, done) => {
    const port = Number(options.port);
    const connector =
      made.get(port) ??
      build({
        timeout: CONNECT_TIMEOUT_MS,
        maxCachedSessions: 0, // a TLS session that is taken up again does not show the certificate
        allowH2,
        ...clientCertificate,
        lookup: guardedLookup(lookup, { port, runtimeApi, refuse: refusedAddress }),
      });
    made.set(port, connector);
    connector(options, done);
  };
}

/** The agent, whose requests to http origins are in the form that their proxy takes. */
function withProxies<One extends Agent>(agent: One, proxies: ProxiesWith | undefined): One {
  if (proxies === undefined) return agent;
  const dispatch = agent.dispatch.bind(agent);
  return Object.assign(agent, {
    dispatch: (...[asked, handler]: Parameters<Agent['dispatch']>) =>
      dispatch(forProxy(asked, proxies.proxyFor), handler),
  });
}

function certificateIn(socket: object): Pick<ConnectionFacts, 'certificate'> | undefined {
  if (!('getPeerCertificate' in socket)) return undefined;
  const { subject, issuer, valid_to: validTo } = (socket as TLSSocket).getPeerCertificate();
  return { certificate: { subject: nameIn(subject), issuer: nameIn(issuer), validTo } };
}

function nameIn(subject: { readonly CN?: unknown } | undefined): string {
  return String([subject?.CN ?? ''].flat()[0]);
}

function viewOf(certificate: ConnectionFacts['certificate'], nowMs: number): JsonMap | undefined {
  if (certificate === undefined) return undefined;
  const validToMs = Date.parse(certificate.validTo);
  return {
    daysLeft: Math.floor((validToMs - nowMs) / DAY_MS),
    subject: certificate.subject,
    issuer: certificate.issuer,
    validTo: new Date(validToMs).toISOString(),
  };
}

function keyOf(url: URL): string {
  return placeOf(url.hostname, url.port);
}

/** undici names an IPv6 address without the brackets that it has in a URL. */
function placeOf(hostname: string, port: string): string {
  return `${hostname.replace(/^\[|\]$/g, '')}:${port}`;
}

const MOST_BEGINNING = 200;

/** Keeps the first bytes of a connection: the parser drops an answer that is not HTTP, except for the place of the error. */
function onFirstBytes(socket: Socket, keep: (bytes: Buffer) => void): void {
  const { read } = socket;
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read.call(socket, size);
    if (!Buffer.isBuffer(chunk)) return chunk;
    socket.read = read;
    keep(Buffer.from(chunk.subarray(0, MOST_BEGINNING)));
    return chunk;
  };
}
