import { ObserverError } from '../base/errors.ts';
import { forbiddenAddress, isLoopback, isWithin } from './blocked-addresses.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** A proxy that the environment names. */
export interface Proxy {
  readonly url: URL;
  /** The value of `proxy-authorization`, if its address has a user. */
  readonly authorization?: string;
}

/** The origin of a request: a URL, or the options of a connection. */
export interface ProxiedOrigin {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: string | number | null;
}

/** Finds the proxy of an origin; undefined for one that is connected to directly. */
export type ProxyFor = (origin: ProxiedOrigin) => Proxy | undefined;

/** No proxy for any origin. */
export const DIRECT: ProxyFor = () => undefined;

/** The variable for each protocol of the target. Lower case wins, as with curl. */
const NAMES = { 'https:': ['https_proxy', 'HTTPS_PROXY'], 'http:': ['http_proxy', 'HTTP_PROXY'] } as const;
const EXCEPTIONS = ['no_proxy', 'NO_PROXY'] as const;

/** Addresses that no AWS call takes a proxy to, in Node's form of ranges: this machine, and the services of its instance. */
const OWN = 'localhost,127.0.0.1-127.255.255.255,::1,169.254.0.0-169.254.255.255';

/**
 * The proxy for each origin by HTTP_PROXY, HTTPS_PROXY and NO_PROXY. This machine and link-local addresses never take one.
 * The finder throws ObserverError if a variable holds something that is no http or https URL.
 */
export function proxiesIn(env: Variables): ProxyFor {
  if (proxyNote(env) === undefined) return DIRECT;
  const exceptions =
    valueOf(env, EXCEPTIONS)
      ?.split(/[\s,]+/)
      .filter(Boolean) ?? [];
  return ({ protocol, hostname, port }) => {
    const host = bare(hostname);
    const names = NAMES[protocol as keyof typeof NAMES];
    const value = names === undefined ? undefined : valueOf(env, names);
    if (value === undefined || isOwn(host)) return undefined;
    const at = Number(port) || (protocol === 'https:' ? 443 : 80);
    if (exceptions.some((one) => excepts(one, host, at))) return undefined;
    return proxyAt(value, names);
  };
}

/** The variables for Node's own agents, by which AWS is called; undefined without a proxy. */
export function agentProxies(env: Variables): Readonly<Record<string, string>> | undefined {
  const { https, http } = { https: valueOf(env, NAMES['https:']), http: valueOf(env, NAMES['http:']) };
  if (https === undefined && http === undefined) return undefined;
  const exceptions = [
    valueOf(env, EXCEPTIONS)
      ?.split(/[\s,]+/)
      .join(','),
    OWN,
  ]
    .filter(Boolean)
    .join(',');
  return {
    NO_PROXY: exceptions,
    ...(https === undefined ? {} : { HTTPS_PROXY: withScheme(https) }),
    ...(http === undefined ? {} : { HTTP_PROXY: withScheme(http) }),
  };
}

/** The message on a variable that names no proxy that can be used; undefined if there is none. */
export function proxyFault(env: Variables): string | undefined {
  const proxyFor = proxiesIn(env);
  try {
    for (const protocol of Object.keys(NAMES)) proxyFor({ protocol, hostname: 'host.invalid' });
    return undefined;
  } catch (thrown) {
    return (thrown as ObserverError).message;
  }
}

/** A note for an environment that names a proxy, without its address; undefined if it names none. */
export function proxyNote(env: Variables): string | undefined {
  const set = Object.values(NAMES).flatMap((names) => names.find((name) => isSet(env[name])) ?? []);
  if (set.length === 0) return undefined;
  const exceptions = EXCEPTIONS.find((name) => isSet(env[name]));
  const but = exceptions === undefined ? '' : `, except to the hosts in ${exceptions}`;
  return `Requests go through the proxy that ${set.join(' and ')} ${set.length === 1 ? 'names' : 'name'}${but}`;
}

function valueOf(env: Variables, names: readonly string[]): string | undefined {
  const name = names.find((one) => isSet(env[one]));
  return name === undefined ? undefined : env[name]?.trim();
}

function isSet(value: string | undefined): boolean {
  return (value ?? '').trim() !== '';
}

function isOwn(host: string): boolean {
  return isLoopback(host) || forbiddenAddress(host) !== undefined;
}

/** True if an entry of NO_PROXY holds for a host. It is `*`, a name with all below it, an address or a range; each may have a port. */
function excepts(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, name = entry, itsPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (itsPort !== undefined && Number(itsPort) !== port) return false;
  if (name.includes('/')) return isWithin(host, bare(name));
  const wanted = bare(name).replace(/^\*?\./, '');
  return host === wanted || host.endsWith(`.${wanted}`);
}

function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '');
}

/** A proxy is often written as `host:port`. */
function withScheme(value: string): string {
  return value.includes('://') ? value : `http://${value}`;
}

function proxyAt(value: string, names: readonly string[]): Proxy {
  const url = URL.parse(withScheme(value));
  // The message does not quote the value, which may hold a password.
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ObserverError(
      `${names.join(' or ')} does not name a proxy that Coalmine can use: it must be a URL that begins with http:// or https://.`,
      { permanent: true },
    );
  if (url.username === '') return { url };
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { url, authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}
