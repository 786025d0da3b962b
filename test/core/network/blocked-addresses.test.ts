import { describe, expect, it } from '@jest/globals';
import { forbiddenAddress, forbiddenHost, isWithin } from '../../../runner/core/network/blocked-addresses.ts';
import { inside6, spellings4 } from '../../kinds/http/forbidden-urls.ts';

const METADATA = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.0.1',
  '169.254.255.255',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
];
const NO_HOSTS = ['0.0.0.0', '224.0.0.1', '255.255.255.255'];

const REFUSED = [
  ...[...METADATA, ...NO_HOSTS].flatMap(spellings4),
  ...METADATA.flatMap(inside6),
  ...NO_HOSTS.flatMap((ip) => inside6(ip).slice(0, 13)), // an ambiguous host is blocked in one of its readings only
  `[${inside6('169.254.169.254')[0]}]`,
];
const REFUSED_6 = [
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'FD00:EC2:0:0:0:0:0:254',
  'ff02::1',
  '::',
];
const ALLOWED = [
  '127.0.0.1',
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '8.8.8.8',
  '169.253.255.255',
  '169.255.0.0',
  '::1',
  'fd00:ec3::1',
  '2001:db8::1',
  '::ffff:10.0.0.1',
  'fec0::1',
  '100.100.100.201',
];

describe('forbiddenHost', () => {
  it('covers more than 300 spellings', () => {
    expect(REFUSED.length).toBeGreaterThan(300);
  });

  it.each([...REFUSED, ...REFUSED_6])('refuses %s', (host) => {
    expect(forbiddenHost(host, 80)).toBeDefined();
  });

  it.each(ALLOWED)('lets %s through', (host) => {
    expect(forbiddenHost(host, 80)).toBeUndefined();
    expect(forbiddenAddress(host)).toBeUndefined();
  });

  it.each(['instance-data', 'metadata.google.internal', 'METADATA.google.internal.', 'metadata'])(
    'refuses the name %s',
    (host) => {
      expect(forbiddenHost(host, 80)).toBe('it is a metadata service');
    },
  );

  it.each([
    { host: '127.0.0.1', port: 9001, refused: true },
    { host: '127.1', port: 9001, refused: true },
    { host: '0x7f000001', port: 9001, refused: true },
    { host: 'localhost', port: 9001, refused: true },
    { host: 'localhost.', port: 9001, refused: true },
    { host: '[::1]', port: 9001, refused: true },
    { host: 'api.localhost', port: 9001, refused: true },
    { host: '[::ffff:127.8.8.8]', port: 9001, refused: true },
    { host: '::1%lo', port: 9001, refused: true },
    { host: 'localhost.example', port: 9001, refused: false },
    { host: '10.0.0.1', port: 9001, refused: false },
    { host: '[fd00::1]', port: 9001, refused: false },
    { host: 'RUNTIME.example.', port: 8080, refused: true },
    { host: 'runtime.example', port: 8081, refused: false },
    { host: '127.0.0.1', port: 8080, refused: false },
    { host: '127.0.0.1', port: 9002, refused: false },
    { host: 'runtime.example', port: 8080, refused: true },
    { host: 'example.com', port: 9001, refused: false },
    { host: '0x', port: 80, refused: true },
  ])('refuses the Lambda runtime API at $host:$port: $refused', ({ host, port, refused }) => {
    expect(forbiddenHost(host, port, 'runtime.example:8080') !== undefined).toBe(refused);
  });

  it.each(['example.com', '', '1.2.3.4.5', '1:2', '1::2::3', '1:2:3:4:5:6:7:8:9', 'g::1', '::1.2', '0x'])(
    'takes %j for no refused address',
    (host) => {
      expect(forbiddenAddress(host)).toBeUndefined();
    },
  );

  it.each(['1.2.3.4.5', 'a b', ''])(
    'takes %j, which no URL can have as its host, for no refused host',
    (host) => {
      expect(forbiddenHost(host, 80)).toBeUndefined();
    },
  );
});

describe('isWithin', () => {
  it('is false for a range without a length', () => {
    expect(isWithin('10.0.0.1', '10.0.0.0')).toBe(false);
    expect(isWithin('10.0.0.1', '10.0.0.0/8')).toBe(true);
  });
});
