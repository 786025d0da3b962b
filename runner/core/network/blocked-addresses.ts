/**
 * Addresses that no canary may ever reach: those that hand out the runner's own credentials or work. Private ranges and loopback stay open,
 * since canaries watch internal systems too (docs/security.md).
 */
interface Range {
  readonly first: bigint;
  readonly bits: number;
  readonly why: string;
}

const LINK_LOCAL = 'link-local addresses hand out cloud credentials';
const NOT_A_HOST = 'it is not the address of one host';

const METADATA = 'it is a metadata service';

const RANGES_4: readonly Range[] = [
  range4('169.254.0.0', 16, LINK_LOCAL),
  range4('0.0.0.0', 8, NOT_A_HOST),
  range4('224.0.0.0', 4, NOT_A_HOST),
  range4('240.0.0.0', 4, NOT_A_HOST),
  range4('100.100.100.200', 32, METADATA), // Alibaba
  range4('168.63.129.16', 32, METADATA), // Azure
  range4('192.0.0.192', 32, METADATA), // Oracle
];

const RANGES_6: readonly Range[] = [
  range6('fe80::', 10, LINK_LOCAL),
  range6('fd00:ec2::', 32, METADATA), // IMDS, ECS, EKS, DNS and time of Nitro instances
  range6('fd20:ce::', 32, METADATA), // Google
  range6('ff00::', 8, NOT_A_HOST),
  range6('::', 128, NOT_A_HOST),
];

/** An IPv6 range that carries an IPv4 address. */
interface Carrier {
  readonly range: Range;
  /** Readers of the possible positions of the address. */
  readonly read: readonly ((six: bigint) => bigint)[];
}

const LAST_32 = 0xffffffffn;

const CARRIERS: readonly Carrier[] = [
  { range: range6('::ffff:0:0', 96, 'mapped'), read: [(six) => six & LAST_32] },
  { range: range6('::ffff:0:0:0', 96, 'translated'), read: [(six) => six & LAST_32] },
  { range: range6('::', 96, 'compatible'), read: [(six) => six & LAST_32] },
  { range: range6('64:ff9b::', 96, 'NAT64'), read: [(six) => six & LAST_32] },
  { range: range6('2002::', 16, '6to4'), read: [(six) => (six >> 80n) & LAST_32] },
  { range: range6('2001::', 32, 'Teredo'), read: [(six) => ~six & LAST_32, (six) => (six >> 64n) & LAST_32] },
  {
    // A network chooses the length of its own prefix; each length puts the address elsewhere (RFC 8215, RFC 6052 2.2).
    range: range6('64:ff9b:1::', 48, 'NAT64 of a network of its own'),
    read: [
      (six) => six & LAST_32,
      (six) => (six >> 24n) & LAST_32,
      (six) => (((six >> 64n) & 0xffn) << 24n) | ((six >> 32n) & 0xffffffn),
      (six) => (((six >> 64n) & 0xffffn) << 16n) | ((six >> 40n) & 0xffffn),
    ],
  },
];

const METADATA_HOSTS: ReadonlySet<string> = new Set([
  'instance-data',
  'instance-data.ec2.internal',
  'metadata',
  'metadata.google.internal',
  'metadata.azure.internal',
]);

/** Address of the Lambda runtime API inside a function (AWS Lambda developer guide, "Runtime API"). */
const RUNTIME_API = '127.0.0.1:9001';

/** The reason why an IP address is blocked; undefined if it is not. Takes the dotted and the colon spelling, as a socket does. */
export function forbiddenAddress(ip: string): string | undefined {
  const four = parse4(ip);
  if (four !== undefined) return forbidden4(four);
  const six = parse6(withoutZone(ip));
  if (six === undefined) return undefined;
  const own = RANGES_6.find((range) => covers(range, six, 128));
  return own === undefined ? forbiddenIn(carriedBy(six)) : own.why;
}

/**
 * The reason why a host and port are blocked; undefined if they are not. Takes the host of a URL, as far as it shows before the lookup, or
 * a resolved address. `runtimeApi` is the host:port of AWS_LAMBDA_RUNTIME_API, if set.
 */
export function forbiddenHost(hostname: string, port: number, runtimeApi?: string): string | undefined {
  const host = bare(hostname);
  if (METADATA_HOSTS.has(host)) return METADATA;
  const apis = runtimeApi === undefined ? [RUNTIME_API] : [RUNTIME_API, runtimeApi];
  if (apis.some((api) => isAt(host, port, api))) return 'it is the Lambda runtime API';
  const loose = parseLoose4(host);
  return loose === undefined ? forbiddenAddress(host) : forbidden4(loose);
}

/** The port of an http or https URL, also if it is left out. */
export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

function isAt(host: string, port: number, api: string): boolean {
  const colon = api.lastIndexOf(':');
  return port === Number(api.slice(colon + 1)) && placeOf(host) === placeOf(bare(api.slice(0, colon)));
}

/** Canonical form of a host; all of loopback is one place. */
function placeOf(host: string): string {
  const six = parse6(withoutZone(host));
  const [four = parseLoose4(host)] = six === undefined ? [] : carriedBy(six);
  const loopback = four === undefined ? /^(.+\.)?localhost$/.test(host) || six === 1n : four >> 24n === 127n;
  return loopback ? 'loopback' : String(four ?? six ?? host);
}

function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '');
}

function withoutZone(ip: string): string {
  return ip.replace(/%.*$/, '');
}

/** The IPv4 addresses that translators and tunnels find in an IPv6 address. */
function carriedBy(six: bigint): readonly bigint[] {
  if (six === 1n) return [];
  const carrier = CARRIERS.find(({ range }) => covers(range, six, 128));
  return carrier?.read.map((read) => read(six)) ?? [];
}

/** The first reading decides; a second one may be no address at all, so only a blocked address counts there. */
function forbiddenIn([first, ...more]: readonly bigint[]): string | undefined {
  if (first === undefined) return undefined;
  return forbidden4(first) ?? more.map(forbidden4).find((why) => why !== undefined && why !== NOT_A_HOST);
}

function forbidden4(address: bigint): string | undefined {
  return RANGES_4.find((range) => covers(range, address, 32))?.why;
}

function covers({ first, bits }: Range, address: bigint, width: number): boolean {
  const shift = BigInt(width - bits);
  return address >> shift === first >> shift;
}

function range4(first: string, bits: number, why: string): Range {
  return { first: parse4(first) as bigint, bits, why };
}

function range6(first: string, bits: number, why: string): Range {
  return { first: parse6(first) as bigint, bits, why };
}

function parse4(text: string): bigint | undefined {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? parseLoose4(text) : undefined;
}

/** An IPv4 address in any spelling that a C resolver takes: `0xa9.254.43518`, `2852039166`, `0251.0376.0251.0376`. */
function parseLoose4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0x[0-9a-f]*|\d+)$/i.test(part))) return undefined;
  const numbers = parts.map((part) => {
    if (/^0x/i.test(part)) return BigInt(part.length === 2 ? 0 : part);
    return /^0[0-7]+$/.test(part) ? BigInt(`0o${part}`) : BigInt(part);
  });
  const last = numbers.at(-1) as bigint;
  return numbers.slice(0, -1).reduce((sum, part, index) => sum + (part << BigInt(24 - 8 * index)), last);
}

/** Up to eight groups of hex digits, one run of zeros left out, the last two groups also as an IPv4 address. */
function parse6(text: string): bigint | undefined {
  const plain = text.replace(/:\d{1,3}(\.\d{1,3}){3}$/, ':0:0');
  if (!/^([0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}$/i.test(plain)) return undefined;
  const [head, tail, ...more] = text.split('::');
  const left = groups6(head as string);
  const right = groups6(tail ?? '');
  const gap = 8 - left.length - right.length;
  if (more.length > 0 || (tail === undefined ? gap !== 0 : gap < 1)) return undefined;
  return [...left, ...Array.from({ length: gap }, () => 0n), ...right].reduce(
    (sum, group) => (sum << 16n) | group,
    0n,
  );
}

function groups6(text: string): readonly bigint[] {
  return text
    .split(':')
    .filter(Boolean)
    .flatMap((group) => {
      const four = parse4(group);
      return four === undefined ? [BigInt(`0x${group}`)] : [four >> 16n, four & 0xffffn];
    });
}
