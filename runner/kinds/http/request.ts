import type { lookup as dnsLookup } from 'node:dns';
import { durationText } from '../../core/base/duration.ts';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { asCaseless, type Json, type JsonMap } from '../../core/base/json.ts';
import { type Numeric, scalarText } from '../../core/base/numbers.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import { AnsweredHosts } from '../../core/network/answered-hosts.ts';
import { forbiddenHost, portOf } from '../../core/network/blocked-addresses.ts';
import { DIRECT, type ProxyFor } from '../../core/network/proxies.ts';
import { BODY_VIEW, readBody } from '../body.ts';
import { ask } from './ask.ts';
import { type ClientCertificate, type Connections, openConnections } from './connections.ts';
import type { Authorize } from './http-auth.ts';
import { networkFault } from './network-error.ts';
import { type FollowRedirects, type Hop, redirected } from './redirect.ts';
import type { HttpResponse, ReceiveContext } from './response-reader.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | Numeric>>;
  readonly query?: Readonly<Record<string, string | Numeric>>;
  readonly body?: Json;
  readonly form?: Readonly<Record<string, string | Numeric>>;
  readonly followRedirects?: FollowRedirects;
  /** Authenticates the request until a redirect leaves its origin, as does the certificate. */
  readonly authorize?: Authorize | undefined;
  readonly clientCertificate?: ClientCertificate;
  /** Headers of ours; those of the file win. */
  readonly own: Readonly<Record<string, string>>;
}

/** Ports of an exchange. */
export interface ExchangeContext extends ReceiveContext {
  readonly runtimeApi?: string | undefined;
  /** @default no proxies */
  readonly proxyFor?: ProxyFor | undefined;
  /** True for a text with a value that is masked in output. */
  holdsSecret(text: string): boolean;
}

export interface HttpAnswer extends Pick<Evidence, 'truncated' | 'unread' | 'overlong' | 'unauthorized'> {
  readonly data: JsonMap;
}

const UNAUTHORIZED = 401;

/** Redirects that one request follows. */
export const MOST_REDIRECTS = 5;

/** Fields for `response` and `expect: response`. */
export const HTTP_VIEW = {
  status: { type: 'number', range: [100, 599], description: 'status code, a number' },
  headers: {
    type: 'map',
    description: 'header by name, without regard to case; a repeated header is a list',
  },
  body: { description: BODY_VIEW },
  time: { description: 'from the request to the end of the body', duration: true },
  timings: { description: 'connect (0ms on a kept connection) and firstByte', duration: true },
  certificate: { type: 'map', description: 'daysLeft, subject, issuer and validTo of the TLS certificate' },
} as const;

let shared: Promise<Connections> | undefined;

/**
 * One request and its answer; follows redirects only on request, each hop checked like the first.
 * @throws TargetError if the system is unreachable; DefinitionError for a forbidden address.
 */
export async function exchange(
  request: HttpRequest,
  context: ExchangeContext,
  lookup?: typeof dnsLookup,
): Promise<HttpAnswer> {
  const { runtimeApi, proxyFor = DIRECT, clock } = context;
  const proxies = proxyFor === DIRECT ? undefined : { proxyFor, clock };
  const { clientCertificate } = request;
  shared ??= openConnections({ runtimeApi, proxies });
  const others = await shared;
  if (lookup === undefined && clientCertificate === undefined) return follow(request, context, () => others);
  const own = await openConnections({
    runtimeApi,
    proxies,
    ...omitUndefined({ lookup, clientCertificate }),
  });
  // A certificate is shown only to the host that the file names.
  const connectionsFor = ({ hasLeft }: Hop): Connections =>
    clientCertificate !== undefined && hasLeft ? others : own;
  try {
    return await follow(request, context, connectionsFor);
  } finally {
    await own.close();
  }
}

/** Sends a request, and follows its redirects. */
async function follow(
  request: HttpRequest,
  context: ExchangeContext,
  connectionsFor: (hop: Hop) => Connections,
): Promise<HttpAnswer> {
  const startedAtMs = context.clock.nowMs();
  let hop: Hop = {
    method: request.method,
    url: urlOf(request),
    headers: headersOf(request),
    body: bodyOf(request),
    hasLeft: false,
  };
  const { authorize, followRedirects } = request;
  const rules = { follow: followRedirects, holdsSecret: context.holdsSecret };
  for (let redirects = 0; ; redirects += 1) {
    const connections = connectionsFor(hop);
    const signs = authorize !== undefined && !hop.hasLeft;
    const sent = signs ? { ...hop, headers: { ...hop.headers, ...(await authorize(hop)) } } : hop;
    const first = await send(sent, connections, context);
    const again = first.statusCode === UNAUTHORIZED && signs && authorize.renew?.() === true;
    const answer = again
      ? await send({ ...hop, headers: { ...hop.headers, ...(await authorize(hop)) } }, connections, context)
      : first;
    const next = redirected(hop, answer, rules);
    if (next === undefined || redirects === MOST_REDIRECTS)
      return read(answer, hop, { context, connections, startedAtMs });
    hop = next;
  }
}

/** `POST https://…` as its two parts. */
export function splitRequest(request: string): { readonly method: string; readonly url: string } {
  const space = request.indexOf(' ');
  return { method: request.slice(0, space), url: request.slice(space + 1) };
}

/** The request without its query, for display: `POST https://api.example.com/orders`. */
export function hostOf(request: string): string {
  return request.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');
}

function urlOf({ url, query = {} }: HttpRequest): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    // the message quotes no part of it: it may be a part of a secret
    throw new DefinitionError(
      'With its values put in, the address is not a URL. Write the whole of it, with https://.',
      { cause },
    );
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new DefinitionError(
      `'${parsed.protocol}' is not a protocol that a canary speaks. Use https: or http:.`,
    );
  }
  for (const [name, value] of Object.entries(query)) parsed.searchParams.append(name, scalarText(value));
  return parsed;
}

function headersOf({ headers = {}, own, body, form }: HttpRequest): Readonly<Record<string, string>> {
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), scalarText(value)]),
  );
  const type =
    form !== undefined
      ? 'application/x-www-form-urlencoded'
      : typeof body === 'string'
        ? 'text/plain'
        : 'application/json';
  const content = form === undefined && body === undefined ? {} : { 'content-type': type };
  return { 'user-agent': 'coalmine', ...content, ...own, ...given };
}

function bodyOf({ body, form }: HttpRequest): string | null {
  if (form !== undefined) {
    return new URLSearchParams(
      Object.entries(form).map(([name, value]): [string, string] => [name, scalarText(value)]),
    ).toString();
  }
  if (body === undefined) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function send(hop: Hop, connections: Connections, context: ExchangeContext): Promise<HttpResponse> {
  const { url, method, headers, body } = hop;
  refuseForbidden(url, context.runtimeApi);
  const request = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers: withUser(url, headers),
    body,
  };
  try {
    const answer = await ask(request, connections, context);
    if (answer.statusCode === PROXY_WANTS_CREDENTIALS && context.proxyFor?.(url) !== undefined)
      throw new ObserverError(
        `The proxy to ${url.host} asks for credentials (407). Write them into HTTP_PROXY: http://user:password@host:port.`,
      );
    answered.note(url.host, answer.firstByteAtMs);
    return answer;
  } catch (thrown) {
    const online = answered.byAnother(url.host, context.clock.nowMs());
    throw networkFault(thrown, { url, online, beganWith: connections.beganWith(url) });
  }
}

const PROXY_WANTS_CREDENTIALS = 407;

const answered = new AnsweredHosts();

const MOST_ALLOWED = 500; // places; a fleet has few, and a place made up at run time must not grow the set for ever
const allowed = new Set<string>();

/** A positive answer is cached: it depends on these arguments only. */
export function refuseForbidden(url: URL, runtimeApi: string | undefined): void {
  const place = `${url.origin} ${runtimeApi}`;
  if (allowed.has(place)) return;
  const why = forbiddenHost(url.hostname, portOf(url), runtimeApi);
  if (why !== undefined) {
    throw new DefinitionError(
      `${url.host} may not be reached from a canary: ${why}. Nothing was sent there.`,
    );
  }
  if (allowed.size >= MOST_ALLOWED) allowed.clear();
  allowed.add(place);
}

function withUser(url: URL, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (url.username === '' || headers['authorization'] !== undefined) return headers;
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { ...headers, authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

interface ResponseContext {
  readonly context: ExchangeContext;
  readonly connections: Connections;
  readonly startedAtMs: number;
}

async function read(
  answer: HttpResponse,
  hop: Hop,
  { context, connections, startedAtMs }: ResponseContext,
): Promise<HttpAnswer> {
  const { statusCode, headers, bytes, isWhole, firstByteAtMs, endedAtMs } = answer;
  const stoodStillMs = context.clock.stoodStillMs(startedAtMs);
  const { body, ...more } = await readBody({
    bytes,
    isWhole,
    contentEncoding: headerOf(headers, 'content-encoding'),
    contentType: headerOf(headers, 'content-type'),
  });
  const certificate = connections.certificateOf(hop.url, endedAtMs);
  const data: JsonMap = {
    status: statusCode,
    headers: asCaseless(headers as JsonMap),
    body,
    time: durationText(endedAtMs - startedAtMs),
    timings: {
      connect: durationText(connections.connectMsSince(hop.url, startedAtMs)),
      firstByte: durationText(firstByteAtMs - startedAtMs),
    },
    ...omitUndefined({ certificate }),
  };
  return {
    data,
    ...more,
    ...(statusCode === 401 || statusCode === 403 ? { unauthorized: true } : {}),
    ...(stoodStillMs === 0 ? {} : { overlong: { paths: ['time', 'timings'], stoodStillMs } }),
  };
}

function headerOf(headers: HttpResponse['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
