import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { pemFault } from '../../../runner/core/network/pem.ts';
import { selfSigned } from '../../support/network/certificate.ts';

const pair = selfSigned('client');
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const escaped = (pem: string): string => pem.replaceAll('\n', '\\n');

describe('a client certificate and its key', () => {
  it('have no fault if they belong together', () => {
    expect(pemFault(pair)).toBeUndefined();
  });

  it('are checked one by one: the key may not be known yet', () => {
    expect(pemFault({ cert: pair.cert })).toBeUndefined();
    expect(pemFault({ cert: 'nothing' })).toMatchObject({ of: 'cert' });
  });

  it.each([
    { of: 'cert', given: { ...pair, cert: escaped(pair.cert) }, says: 'its line breaks are escaped' },
    { of: 'key', given: { ...pair, key: escaped(pair.key) }, says: 'its line breaks are escaped' },
    { of: 'cert', given: { ...pair, cert: 'nothing' }, says: 'it is not a certificate in PEM' },
    { of: 'key', given: { ...pair, key: 'nothing' }, says: 'it is not a private key in PEM' },
    { of: 'key', given: { ...pair, key: encrypted }, says: 'the key is encrypted' },
    {
      of: 'key',
      given: { ...pair, key: selfSigned('other').key },
      says: 'does not belong to the certificate',
    },
  ])('have a fault of the $of: $says', ({ of, given, says }) => {
    const fault = pemFault(given);

    expect(fault).toMatchObject({ of, message: expect.stringContaining(says) });
    expect(JSON.stringify(fault)).not.toContain(given.key.slice(30, 60) || 'nothing at all');
  });
});
