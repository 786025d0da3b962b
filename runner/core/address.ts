/**
 * Which addresses no canary may ever reach: those that hand out the runner's own credentials or work. Private ranges and
 * loopback stay open, since canaries watch internal systems too (docs/security.md).
 */
interface Range {
  readonly first: bigint;
  readonly bits: number;
  readonly why: string;
}

const LINK_LOCAL = 'link-local addresses hand out cloud credentials';
const NOT_A_HOST = 'it is not the address of one host';

const RANGES_4: readonly Range[] = [
  range4('169.254.0.0', 16, LINK_LOCAL),
  range4('0.0.0.0', 8, NOT_A_HOST),
  range4('224.0.0.0', 4, NOT_A_HOST),
  range4('240.0.0.0', 4, NOT_A_HOST),
  range4('100.100.100.200', 32, 'it is a metadata service'),
];

const RANGES_6: readonly Range[] = [
  range6('fe80::', 10, LINK_LOCAL),
  range6('fd00:ec2::', 32, 'it is a metadata service'), // IMDS, ECS, EKS, DNS and time of Nitro instances
  range6('ff00::', 8, NOT_A_HOST),
  range6('::', 128, NOT_A_HOST),
];

/** IPv6 ranges that carry an IPv4 address: where its 32 bits begin, counted from the right. */
const CARRIERS: readonly (Range & { readonly shift: bigint })[] = [
  { ...range6('::ffff:0:0', 96, 'mapped'), shift: 0n },
  { ...range6('::ffff:0:0:0', 96, 'translated'), shift: 0n },
  { ...range6('::', 96, 'compatible'), shift: 0n },
  { ...range6('64:ff9b::', 96, 'NAT64'), shift: 0n },
  { ...range6('64:ff9b:1::', 96, 'NAT64'), shift: 0n },
  { ...range6('2002::', 16, '6to4'), shift: 80n },
];

const METADATA_HOSTS: ReadonlySet<string> = new Set([
  'instance-data',
  'instance-data.ec2.internal',
  'metadata',
  'metadata.google.internal',
  'metadata.azure.internal',
]);

/** Where the Lambda runtime API listens inside a function (AWS Lambda developer guide, "Runtime API"). */
const RUNTIME_API = { host: '127.0.0.1', port: 9001 };

/** Why an IP address may never be reached, or undefined. Takes the dotted and the colon spelling, as a socket does. */
export function forbiddenAddress(ip: string): string | undefined {
  const four = parse4(ip);
  if (four !== undefined) return forbidden4(four);
  const six = parse6(ip.replace(/%.*$/, ''));
  if (six === undefined) return undefined;
  const own = RANGES_6.find((range) => covers(range, six, 128));
  if (own !== undefined) return own.why;
  const carrier = CARRIERS.find((range) => covers(range, six, 128));
  return carrier === undefined || six === 1n ? undefined : forbidden4((six >> carrier.shift) & 0xffffffffn);
}

/**
 * Why a host and port of a URL may never be reached, or undefined, as far as it shows before the name is looked up.
 * `runtimeApi` is the host:port of AWS_LAMBDA_RUNTIME_API, where there is one.
 */
export function forbiddenHost(hostname: string, port: number, runtimeApi?: string): string | undefined {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '');
  if (METADATA_HOSTS.has(host)) return 'it is a metadata service';
  if (isRuntimeApi(host, port) || `${host}:${port}` === runtimeApi) return 'it is the Lambda runtime API';
  const loose = parseLoose4(host);
  return loose === undefined ? forbiddenAddress(host) : forbidden4(loose);
}

function isRuntimeApi(host: string, port: number): boolean {
  const four = parseLoose4(host);
  const loopback = host === 'localhost' || host === '::1' || (four !== undefined && four >> 24n === 127n);
  return port === RUNTIME_API.port && loopback;
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
