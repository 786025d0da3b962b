import { createPrivateKey, X509Certificate } from 'node:crypto';

/** A client certificate and its key, in PEM. */
export interface PemPair {
  readonly cert: string;
  /** Absent until it is known: then only the certificate is checked. */
  readonly key?: string;
}

/** The fault of a pair: which of the two, the reason, and the remedy. */
export interface PemFault {
  readonly of: 'cert' | 'key';
  readonly message: string;
  readonly hint: string;
}

const KIND = { cert: 'a certificate', key: 'a private key' } as const;
const ESCAPED = 'store the value with its line breaks, not with the two characters \\n';

/** The reason why a pair is unusable; undefined if it is usable. Never contains any part of the key. */
export function pemFault({ cert, key }: PemPair): PemFault | undefined {
  const certificate = readOr(() => new X509Certificate(cert));
  if (certificate === undefined) return unreadable('cert', cert);
  if (key === undefined) return undefined;
  const secret = readOr(() => createPrivateKey(key));
  if (secret === undefined) return unreadable('key', key);
  if (certificate.checkPrivateKey(secret)) return undefined;
  const hint = 'give the key that the certificate was made with';
  return { of: 'key', message: 'the key does not belong to the certificate', hint };
}

function unreadable(of: 'cert' | 'key', pem: string): PemFault {
  if (pem.includes('\\n'))
    return { of, message: `it is not ${KIND[of]} in PEM: its line breaks are escaped`, hint: ESCAPED };
  if (pem.includes('ENCRYPTED'))
    return {
      of,
      message: 'the key is encrypted',
      hint: 'give it without a passphrase: openssl pkey -in FILE',
    };
  return {
    of,
    message: `it is not ${KIND[of]} in PEM`,
    hint: 'it begins with -----BEGIN and has line breaks',
  };
}

function readOr<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch {
    return undefined; // OpenSSL's message adds nothing to "cannot be read"
  }
}
