/** One URL that no canary may reach, and which trick it is. */
export interface ForbiddenUrl {
  readonly trick: string;
  readonly url: string;
}

/** Addresses that hand out credentials or the runner's own work; one at each edge of a range, and each known service. */
const METADATA_4 = [
  '169.254.169.254', // IMDS
  '169.254.170.2', // ECS task credentials
  '169.254.170.23', // EKS Pod Identity
  '169.254.169.253', // the VPC's DNS
  '169.254.100.1', // the Lambda runtime API of newer sandboxes
  '169.254.0.0',
  '169.254.255.255',
];
const OTHER_4 = [
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
];
const METADATA_6 = [
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd00:ec2::253',
  'fe80::1',
  'febf:ffff::1',
  'fd20:ce::254',
];

type Bytes = readonly [number, number, number, number];

/** An IPv4 address in every spelling of URL parsers and C resolvers. */
export function spellings4(ip: string): readonly string[] {
  const bytes = bytesOf(ip);
  const [a, b, c, d] = bytes;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const dotted = (write: (n: number) => string): string => bytes.map(write).join('.');
  return [
    ip,
    `${ip}.`,
    String(whole),
    hex(whole),
    hex(whole).toUpperCase(),
    `0x0000${whole.toString(16)}`,
    octal(whole),
    dotted(hex),
    dotted((n) => hex(n).toUpperCase()),
    dotted((n) => `0x00${n.toString(16)}`),
    dotted(octal),
    dotted((n) => `00${octal(n)}`),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${hex(a)}.${b}.${octal(c)}.${d}`,
    `${octal(a)}.${hex((b * 256 + c) * 256 + d)}`,
    `${whole}.`,
  ];
}

/** An IPv4 address inside every sort of IPv6 address that a translator or a tunnel takes apart again. */
export function inside6(ip: string): readonly string[] {
  const [a, b, c, d] = bytesOf(ip);
  const high = (a * 256 + b).toString(16);
  const low = (c * 256 + d).toString(16);
  const two = (n: number): string => n.toString(16).padStart(2, '0');
  return [
    `::ffff:${ip}`,
    `::ffff:${high}:${low}`,
    `::FFFF:${high.toUpperCase()}:${low.toUpperCase()}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `0000:0000:0000:0000:0000:ffff:${ip}`,
    `::ffff:0:${high}:${low}`,
    `::${ip}`,
    `::${high}:${low}`,
    `64:ff9b::${ip}`,
    `64:ff9b::${high}:${low}`,
    `0064:ff9b:0:0:0:0:${high}:${low}`,
    `64:ff9b:1::${ip}`,
    `64:ff9b:1:abcd:12:3456:${high}:${low}`, // a prefix of 96 bits inside the range
    `64:ff9b:1:5:${two(a)}:${two(b)}${two(c)}:${two(d)}00:0`, // of 64
    `64:ff9b:1:5${two(a)}:${two(b)}:${two(c)}${two(d)}::`, // of 56
    `64:ff9b:1:${two(a)}${two(b)}:${two(c)}:${two(d)}00::`, // of 48
    `2002:${high}:${low}::1`,
    `2002:${high}:${low}:5:6:7:8:9`,
    `2001:0:101:101:0:0:${((a * 256 + b) ^ 0xffff).toString(16)}:${((c * 256 + d) ^ 0xffff).toString(16)}`,
    `2001:0:${high}:${low}:0:0:fefe:fefe`,
  ];
}

/** An IPv6 address in its several spellings. */
export function spellings6(ip: string): readonly string[] {
  const [head = '', tail = ''] = ip.split('::');
  const left = head.split(':');
  const right = tail.split(':');
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return [
    ip,
    ip.toUpperCase(),
    groups.join(':'),
    groups.map((one) => one.padStart(4, '0')).join(':'),
    groups.map((one) => one.padStart(4, '0').toUpperCase()).join(':'),
    `${groups.slice(0, 6).join(':')}:${dottedTail(groups)}`,
  ];
}

const HOST = '169.254.169.254';

/** Spellings of the URL around an address. */
const AROUND: Readonly<Record<string, readonly string[]>> = {
  'digits and dots of other alphabets': [
    `http://${mapped(HOST, 0xff10, '．')}/`,
    `http://${mapped(HOST, 0xff10, '.')}/`,
    ...['。', '．', '｡'].map((dot) => `http://${HOST.replaceAll('.', dot)}/`),
    ...[0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6].map((zero) => `http://${mapped(HOST, zero, '.')}/`),
    `http://${HOST.replaceAll('1', '①').replaceAll('2', '②').replaceAll('9', '⑨')}/`,
    `http://${HOST.replaceAll('1', '¹').replaceAll('2', '²').replaceAll('9', '⁹')}/`,
    `http://${HOST.replaceAll('1', '₁').replaceAll('2', '₂')}/`,
    'http://０ｘa9fea9fe/',
    `http://${mapped('2852039166', 0xff10, '.')}/`,
    'http://ｍｅｔａｄａｔａ.google.internal/',
    'http://ⓜetadata.google.internal/',
  ],
  'characters that a parser drops': [
    'http://169.254.169\u00ad.254/',
    'http://169.254.\u200b169.254/',
    'http://169.254\u2060.169.254/',
    'http://169.254.169.254\ufeff/',
    'http://169.\t254.169.254/',
    'http://169.254.\r\n169.254/',
    'http:/\t/169.254.169.254/',
    ' http://169.254.169.254/',
    '\u0000http://169.254.169.254/',
    'http://169.254.169.254/\u0000',
  ],
  'characters that are percent-encoded': [
    'http://%31%36%39%2e%32%35%34%2e%31%36%39%2e%32%35%34/',
    'http://169%2e254%2e169%2e254/',
    'http://169.254.169.25%34/',
    'http://%EF%BC%91%EF%BC%96%EF%BC%99.254.169.254/',
    'http://169%E3%80%82254%E3%80%82169%E3%80%82254/',
    'http://%6d%65tadata.google.internal/',
  ],
  'a user in front': [
    'http://user@169.254.169.254/',
    'http://user:password@169.254.169.254/',
    'http://api.example.com@169.254.169.254/',
    'http://api.example.com:80@169.254.169.254/',
    'http://api.example.com%2f@169.254.169.254/',
    'http://api.example.com%23@169.254.169.254/',
    'http://10.0.0.1%40@169.254.169.254/',
    'http://a@b@169.254.169.254/',
    'http://:@169.254.169.254/',
    'http://@169.254.169.254/',
    'http://[::1]@169.254.169.254/',
    'http://user@[fd00:ec2::254]/',
  ],
  'slashes, schemes and ends': [
    'http:\\\\169.254.169.254\\',
    'http:/169.254.169.254/',
    'http:169.254.169.254/',
    'http:////169.254.169.254/',
    'http:\\/169.254.169.254/',
    'HTTP://169.254.169.254/',
    'hTTp://169.254.169.254',
    'http://169.254.169.254\\@api.example.com/',
    'http://169.254.169.254/@api.example.com/',
    'http://169.254.169.254#@api.example.com/',
    'http://169.254.169.254?@api.example.com/',
    'http://169.254.169.254;@169.254.169.254/',
    'http://169.254.169.254:80/',
    'http://169.254.169.254:080/',
    'http://169.254.169.254:0000000080/',
    'http://169.254.169.254:/',
    'http://169.254.169.254:8080/',
    'https://169.254.169.254/',
    'https://169.254.169.254:80/',
    'https://[fd00:ec2::254]/',
    'https://[::ffff:169.254.169.254]:8443/',
  ],
  'names of metadata services': [
    ...['metadata.google.internal', 'METADATA.google.INTERNAL', 'metadata.google.internal.'].flatMap(
      atBothSchemes,
    ),
    ...['instance-data', 'instance-data.ec2.internal', 'instance-data.', 'metadata', 'Metadata.'].flatMap(
      atBothSchemes,
    ),
    ...['metadata.azure.internal'].flatMap(atBothSchemes),
    'http://metadata.google.internal../',
    'http://user@metadata.google.internal:8080/',
  ],
  'all of this network': ['http://00/', 'http://0x/', 'http://0.0/', 'http://[::]/'],
};

/** The host of the Lambda runtime API in every spelling of loopback. */
const RUNTIME_API_HOSTS = [
  ...spellings4('127.0.0.1'),
  ...spellings4('127.255.255.254').slice(0, 8),
  ...inside6('127.0.0.1').slice(0, 12),
  ...['0177.1', '0x7f.1', 'localhost', 'LOCALHOST', 'localhost.', 'ｌｏｃａｌｈｏｓｔ', '%6cocalhost'],
  ...[
    'api.localhost',
    'user@localhost',
    'user:9002@127.0.0.1',
    '::1',
    '0:0:0:0:0:0:0:1',
    '0000::0001',
    '127。0。0。1',
  ],
].map(inBrackets);

/** Every URL of the corpus, each once. */
export const FORBIDDEN_URLS: readonly ForbiddenUrl[] = [
  ...METADATA_4.flatMap((ip) =>
    spellings4(ip).map((host) => ({ trick: 'a spelling', url: `http://${host}/` })),
  ),
  ...OTHER_4.flatMap((ip) =>
    spellings4(ip)
      .slice(0, 6)
      .map((host) => ({ trick: 'a spelling', url: `http://${host}/` })),
  ),
  ...[...METADATA_4, '100.100.100.200', '168.63.129.16'].flatMap((ip) =>
    inside6(ip).map((host) => ({ trick: 'inside IPv6', url: `http://[${host}]/` })),
  ),
  ...METADATA_6.flatMap((ip) => spellings6(ip).map((host) => ({ trick: 'IPv6', url: `http://[${host}]/` }))),
  ...Object.entries(AROUND).flatMap(([trick, urls]) => urls.map((url) => ({ trick, url }))),
  ...RUNTIME_API_HOSTS.flatMap((host) =>
    ['http', 'https'].map((scheme) => ({
      trick: 'the Lambda runtime API',
      url: `${scheme}://${host}:9001/2018-06-01/runtime/invocation/next`,
    })),
  ),
];

/** Permitted addresses: a watched system may be anywhere else, on loopback and private ranges too. */
export const ALLOWED_HOSTS: readonly string[] = [
  ...[
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.255.254',
    '100.64.0.1',
  ],
  ...[
    '127.0.0.1:9002',
    '127.0.0.1:90',
    '127.0.0.53:9000',
    'localhost:9002',
    '[::1]:9002',
    '[::ffff:127.0.0.1]:9002',
  ],
  ...[
    '10.0.0.1:9001',
    '192.168.1.1:9001',
    '[fd12:3456::1]:9001',
    '1.1.1.1',
    '8.8.8.8',
    '223.255.255.255',
    '1.0.0.0',
  ],
  ...[
    '169.253.255.255',
    '169.255.0.0',
    '168.254.169.254',
    '170.254.169.254',
    '169.25.4.169',
    '100.100.100.201',
  ],
  ...[
    '[fd00:ec1::254]',
    '[fd00:ec3::254]',
    '[fd00::1]',
    '[fc00::1]',
    '[fec0::1]',
    '[fe00::1]',
    '[2001:db8::1]',
  ],
  ...[
    '[::ffff:10.0.0.1]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b:1::10.0.0.1]',
    '[2002:a00:1::1]',
    '[2600:1f00::1]',
  ],
  ...[
    '168.63.129.17',
    '192.0.0.191',
    '[2001:4860:4860::8888]',
    '2130706433:9002',
    '0x7f000001:9002',
    '0177.1:9002',
  ],
];

function bytesOf(ip: string): Bytes {
  return ip.split('.').map(Number) as unknown as Bytes;
}

function hex(n: number): string {
  return `0x${n.toString(16)}`;
}

function octal(n: number): string {
  return `0${n.toString(8)}`;
}

function dottedTail(groups: readonly string[]): string {
  const [high, low] = groups.slice(6).map((group) => Number.parseInt(group, 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function mapped(ip: string, zero: number, dot: string): string {
  return ip.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit))).replaceAll('.', dot);
}

function atBothSchemes(host: string): readonly string[] {
  return [`http://${host}/`, `https://${host}/`];
}

function inBrackets(host: string): string {
  return /^[\da-f:.]*:[\da-f:.]*$/i.test(host) ? `[${host}]` : host;
}
