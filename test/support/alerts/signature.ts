import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A signed request as a server received it. */
export interface Signed {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Parts of a signature, and the result of its check with the secret key. */
export interface Signature {
  readonly keyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly valid: boolean;
}

/** Works a Signature Version 4 out again, from the AWS General Reference and with nothing of the SDK's. */
export function signatureOf(
  { method, url, headers, body }: Signed,
  secretKey: string,
): Signature | undefined {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]+)$/.exec(
      headers.authorization ?? '',
    );
  if (found === null) return undefined;
  const [, keyId = '', day = '', region = '', service = '', signed = '', given = ''] = found;
  const { pathname, searchParams } = new URL(url, 'http://any');
  // S3 takes the path as it is sent; every other service expects it encoded once more.
  const path = service === 's3' ? pathname : pathname.split('/').map(encodeURIComponent).join('/');
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join('&');
  const signedHeaders = signed.split(';');
  const lines = signedHeaders.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('');
  const canonical = [method, path, query, lines, signed, sha256(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretKey}`));
  return { keyId, region, service, signedHeaders, valid: hmac(key, text).toString('hex') === given };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
