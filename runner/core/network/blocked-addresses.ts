import { BlockList, isIPv4, isIPv6 } from 'node:net';

const METADATA = 'it is a metadata service';
const NOT_A_HOST = 'it is not the address of one host';

/**
 * Addresses that no canary may ever reach, by the reason: those that hand out the runner's own credentials or work. Private ranges and
 * loopback stay open, since canaries watch internal systems too (docs/guide/security.md).
 */
const BLOCKED: readonly (readonly [why: string, list: BlockList])[] = [
  ['link-local addresses hand out cloud credentials', listOf('169.254.0.0/16', 'fe80::/10')],
  [
    METADATA,
    listOf(
      '100.100.100.200/32', // Alibaba
      '168.63.129.16/32', // Azure
      '192.0.0.192/32', // Oracle
      'fd00:ec2::/32', // IMDS, ECS, EKS, DNS and time of Nitro instances
      'fd20:ce::/32', // Google
    ),
  ],
  [NOT_A_HOST, listOf('0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8', '::/128')],
];

const LOOPBACK = listOf('127.0.0.0/8', '::1/128');

/** IPv6 ranges that carry an IPv4 address. Each reading shifts one place of that address into the last 32 bits. */
const CARRIERS: readonly { readonly list: BlockList; readonly read: readonly ((six: bigint) => bigint)[] }[] =
  [
    // Mapped, translated, compatible, NAT64.
    {
      list: listOf('::ffff:0:0/96', '::ffff:0:0:0/96', '::/96', '64:ff9b::/96'),
      read: [(six) => six],
    },
    { list: listOf('2002::/16'), read: [(six) => six >> 80n] }, // 6to4
    { list: listOf('2001::/32'), read: [(six) => ~six, (six) => six >> 64n] }, // Teredo
    {
      // A network chooses the length of its own NAT64 prefix; each length puts the address elsewhere (RFC 8215, RFC 6052 2.2).
      list: listOf('64:ff9b:1::/48'),
      read: [
        (six) => six,
        (six) => six >> 24n,
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

/** The reason why an IP address may never be reached, or undefined. Takes the dotted and the colon spelling, as a socket does. */
export function forbiddenAddress(ip: string): string | undefined {
  const address = withoutZone(ip);
  if (!isIPv4(address) && !isSix(address)) return undefined;
  const [first, ...more] = carriedBy(address);
  const own = blocked(address) ?? (first === undefined ? undefined : blocked(first));
  // A second reading may be no address at all, so that reason does not count.
  return own ?? more.map(blocked).find((why) => why !== undefined && why !== NOT_A_HOST);
}

/**
 * The reason why a host and port may never be reached, or undefined. The host is that of a URL, before its name is looked up, or
 * an address that a name led to. `runtimeApi` is the host:port of AWS_LAMBDA_RUNTIME_API, if there is one.
 */
export function forbiddenHost(hostname: string, port: number, runtimeApi?: string): string | undefined {
  const host = canonical(hostname);
  if (METADATA_HOSTS.has(host)) return METADATA;
  const apis = runtimeApi === undefined ? [RUNTIME_API] : [RUNTIME_API, runtimeApi];
  if (apis.some((api) => isAt(host, port, api))) return 'it is the Lambda runtime API';
  return forbiddenAddress(host);
}

/** True for this machine: loopback in every spelling, and names below `localhost`. */
export function isLoopback(hostname: string): boolean {
  return placeOf(canonical(hostname)) === 'loopback';
}

/** True if a host is an address in a range such as `10.0.0.0/8`; false for a range that is none. */
export function isWithin(host: string, range: string): boolean {
  const [first = '', bits] = range.split('/');
  const most = isIPv4(first) ? 32 : 128;
  if (!(isIPv4(first) || isSix(first)) || !/^\d+$/.test(bits ?? '') || Number(bits) > most) return false;
  return isIn(listOf(range), host);
}

/** The port of an http or https URL, also if it is left out. */
export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

function isAt(host: string, port: number, api: string): boolean {
  const colon = api.lastIndexOf(':');
  return port === Number(api.slice(colon + 1)) && placeOf(host) === placeOf(canonical(api.slice(0, colon)));
}

/** One word for every spelling of a canonical host; all of loopback is one place. */
function placeOf(host: string): string {
  const [address = host] = carriedBy(host);
  return isIn(LOOPBACK, address) || /^(.+\.)?localhost$/.test(address) ? 'loopback' : address;
}

/**
 * One spelling of a host. An IPv4 address has many that a C resolver takes (`0xa9.254.43518`, `2852039166`,
 * `0251.0376.0251.0376`), and the parser of URLs knows all of them.
 */
function canonical(hostname: string): string {
  const host = withoutZone(bare(hostname));
  return bare(URL.parse(`http://${isSix(host) ? `[${host}]` : host}`)?.hostname ?? host);
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

/** The IPv4 addresses that an IPv6 address leads to, in the places that translators and tunnels use; none of any other host. */
function carriedBy(host: string): readonly string[] {
  if (!isSix(host) || LOOPBACK.check(host, 'ipv6')) return [];
  const read = CARRIERS.find(({ list }) => isIn(list, host))?.read ?? [];
  return read.map((one) => dotted(one(bitsOf(host))));
}

/** The bits of an IPv6 address. In a URL it has only groups of hex digits, and one run of zeros left out. */
function bitsOf(six: string): bigint {
  const [left = [], right = []] = new URL(`http://[${six}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return BigInt(`0x${[...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('')}`);
}

/** The last 32 bits as an IPv4 address. */
function dotted(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
}

function blocked(address: string): string | undefined {
  return BLOCKED.find(([, list]) => isIn(list, address))?.[0];
}

function isIn(list: BlockList, host: string): boolean {
  if (isIPv4(host)) return list.check(host, 'ipv4');
  return isSix(host) && list.check(host, 'ipv6');
}

/** True if a host is an IPv6 address. Node compiles its pattern for these at the first use, which takes 7 ms; a host without a colon needs none. */
function isSix(host: string): boolean {
  return host.includes(':') && isIPv6(host);
}

function listOf(...subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [first = '', bits] = subnet.split('/');
    list.addSubnet(first, Number(bits), first.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
