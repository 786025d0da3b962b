import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** A key and the certificate that it signed for itself, in PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

const ECDSA_WITH_SHA256 = oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const SERIAL_NUMBER = oid(0x55, 0x04, 0x05);
const SUBJECT_ALT_NAME = oid(0x55, 0x1d, 0x11);

/**
 * A certificate for one DNS name, or for ::1, valid from 2020 to 2049. It is made when a test needs one, so no private key lies
 * in the repository.
 */
export function selfSigned(name: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Two that are trusted in one process must not have one subject: OpenSSL takes the first of them for the issuer of both.
  const named = sequence(
    tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(name)))),
    tagged(0x31, sequence(SERIAL_NUMBER, tagged(0x13, Buffer.from(randomUUID())))),
  );
  const validity = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'));
  const altName = sequence(SUBJECT_ALT_NAME, tagged(0x04, sequence(alternativeOf(name))));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))), // version 3
    tagged(0x02, Buffer.of(1)), // serial number
    sequence(ECDSA_WITH_SHA256),
    named,
    validity,
    named,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(altName)),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)]);
  const certificate = sequence(body, sequence(ECDSA_WITH_SHA256), tagged(0x03, signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}

/** RFC 5280, 4.2.1.6: a DNS name, or the 16 bytes of an address. */
function alternativeOf(name: string): Buffer {
  return name === '::1'
    ? tagged(0x87, Buffer.concat([Buffer.alloc(15), Buffer.of(1)]))
    : tagged(0x82, Buffer.from(name));
}

function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const head =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), value]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function oid(...bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function utcTime(text: string): Buffer {
  return tagged(0x17, Buffer.from(text));
}
