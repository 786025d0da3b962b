import { type Json, parseLooseJson } from '../core/base/json.ts';
import { REPLACEMENT } from '../core/evidence/unread.ts';
import { openText } from '../core/matching/open-text.ts';
import type { Evidence, Unread } from '../core/model/run-result.ts';

/** Bodies are read up to here, decoded; a check on more is an `error`. In bytes. */
export const LONGEST_BODY_BYTES = 1_048_576;

/** Description of a body in evidence, for the docs. */
export const BODY_VIEW =
  'decoded as its headers say, up to 1 MiB. JSON is parsed (a map or list of any content type, anything of a JSON type), the rest is text';

/** Limit of bytes to read of an encoded body: encoding lengthens incompressible data by less than an eighth. */
export function mostBytes(contentEncoding: unknown): number {
  return contentEncoding === undefined ? LONGEST_BODY_BYTES : LONGEST_BODY_BYTES * 1.125;
}

/** A body as received, with its headers. */
export interface RawBody {
  readonly bytes: Buffer;
  /** False if the rest of it was not read. */
  readonly isWhole: boolean;
  readonly contentEncoding: string | undefined;
  readonly contentType: string | undefined;
}

/** A body as evidence has it, at the path `body`. */
export type Body = { readonly body: Json } & Pick<Evidence, 'truncated' | 'unread'>;

/**
 * Decodes a body: its content encodings, its charset, and JSON. Content that contradicts its headers stays text, and a check on it reports
 * that.
 */
export async function readBody(raw: RawBody): Promise<Body> {
  const decoded = await decode(raw);
  const { text, fault, mangled } = textOf(decoded.bytes, raw.contentType);
  if (decoded.fault !== undefined) return { body: text, unread: [decoded.fault] };
  if (!decoded.isWhole) return { body: text, truncated: ['body'] };
  if (fault !== undefined) return { body: text, unread: [fault] };
  const read = parsed(text, raw.contentType);
  return mangled === undefined ? read : { ...read, unread: [mangled, ...(read.unread ?? [])] };
}

interface DecodedBody extends Pick<RawBody, 'bytes' | 'isWhole'> {
  readonly fault?: Unread;
}

/** Encodings that change nothing of the content: S3 keeps the second from the uploads of some clients. */
const PLAIN: ReadonlySet<string> = new Set(['', 'identity', 'aws-chunked']);
const MOST_ENCODINGS = 4;

async function decode({ bytes, isWhole, contentEncoding = '' }: RawBody): Promise<DecodedBody> {
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  const encodings = names.filter((name) => !PLAIN.has(name)).toReversed();
  let decoded: DecodedBody = { bytes: bytes.subarray(0, LONGEST_BODY_BYTES), isWhole };
  if (encodings.length === 0 || bytes.length === 0) return decoded;
  if (encodings.length > MOST_ENCODINGS)
    return { ...decoded, fault: unknown(`${encodings.length} encodings`) };
  decoded = { bytes, isWhole };
  for (const encoding of encodings) {
    decoded = await inflate(decoded, encoding);
    if (decoded.fault !== undefined) return decoded;
  }
  return decoded;
}

function unknown(what: string): Unread {
  return { path: 'body', why: `its content-encoding has ${what}, which is not read here`, absent: true };
}

/** Decodes up to the limit and no further: of a bomb, the rest is never inflated. */
async function inflate({ bytes, isWhole }: DecodedBody, encoding: string): Promise<DecodedBody> {
  const decoder = await decoderOf(encoding, bytes);
  if (decoder === undefined) return { bytes, isWhole, fault: unknown(`'${encoding}'`) };
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    decoder.end(bytes);
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > LONGEST_BODY_BYTES)
        return { bytes: Buffer.concat(chunks, LONGEST_BODY_BYTES), isWhole: false };
    }
  } catch {
    if (!isWhole) return { bytes: Buffer.concat(chunks), isWhole };
    const [claim, is] =
      size === 0 ? [`says ${encoding}`, 'it is not'] : [`is ${encoding}`, 'it ends too soon or is damaged'];
    const fault = { path: 'body', why: `its content-encoding ${claim}, and ${is}`, garbled: true };
    return {
      bytes: size === 0 ? bytes.subarray(0, LONGEST_BODY_BYTES) : Buffer.concat(chunks),
      isWhole,
      fault,
    };
  }
  return { bytes: Buffer.concat(chunks), isWhole };
}

async function decoderOf(encoding: string, bytes: Buffer) {
  const zlib = await import('node:zlib');
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return hasZlibHeader(bytes) ? zlib.createInflate() : zlib.createInflateRaw();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress();
    default:
      return undefined;
  }
}

/** `deflate` means zlib (RFC 9110, section 8.4.1.2), and some servers send it raw; the checksum identifies a header (RFC 1950). */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length > 1 && ((bytes[0] as number) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

const LESS_THAN = 0x3c;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;
const XML_ENCODING = /^<\?xml\s[^>]*?encoding=["']([\w.:-]+)["']/;

interface Text {
  readonly text: string;
  readonly mangled?: Unread;
  readonly fault?: Unread;
}

function textOf(bytes: Buffer, type = ''): Text {
  const named = CHARSET.exec(type)?.[1] ?? xmlEncodingOf(bytes);
  const charset = markedCharset(bytes) ?? endianOf(bytes, named, type) ?? named ?? 'utf-8';
  if (/^utf-?8$/i.test(charset)) return utf8Of(bytes);
  try {
    return { text: new TextDecoder(charset).decode(bytes) };
  } catch {
    const why = `its charset '${charset}' is not read here`;
    return { text: bytes.toString(), fault: { path: 'body', why, absent: true } };
  }
}

function utf8Of(bytes: Buffer): Text {
  const whole = bytes.toString();
  const text = whole.startsWith('\uFEFF') ? whole.slice(1) : whole;
  if (!text.includes(REPLACEMENT) || bytes.includes(REPLACEMENT)) return { text };
  const why = 'its bytes are not UTF-8, and its content type names no other charset';
  return { text, mangled: { path: 'body', why, mangled: true } };
}

function xmlEncodingOf(bytes: Buffer): string | undefined {
  return bytes[0] === LESS_THAN ? XML_ENCODING.exec(bytes.toString('latin1', 0, 200))?.[1] : undefined;
}

/** A byte order mark overrides any header (WHATWG Encoding, section 6.1). */
function markedCharset(bytes: Buffer): string | undefined {
  const mark = bytes.toString('hex', 0, 3);
  if (mark === 'efbbbf') return 'utf-8';
  if (mark.startsWith('fffe')) return 'utf-16le';
  return mark.startsWith('feff') ? 'utf-16be' : undefined;
}

/** UTF-16 without a mark: in JSON the first character has one byte that is zero (RFC 4627, section 3). */
function endianOf(bytes: Buffer, named: string | undefined, type: string): string | undefined {
  const mayBe = named === undefined ? JSON_TYPE.test(type) : /^utf-?16$/i.test(named);
  if (!mayBe || bytes.length < 2 || (bytes[0] === 0) === (bytes[1] === 0)) return undefined;
  return bytes[0] === 0 ? 'utf-16be' : 'utf-16le';
}

/** `application/json`, `application/problem+json`, `application/x-amz-json-1.1`. */
const JSON_TYPE = /[/+](?:x-)?(?:amz-)?json\b/i;

/** Unless the type is JSON, only a map or a list is JSON: text may be a number or a word in quotes. */
function parsed(text: string, type = ''): Body {
  const isJson = JSON_TYPE.test(type);
  if (text === '' || !(isJson || /^\s*[[{]/.test(text))) return { body: text };
  try {
    const body = parseLooseJson(text);
    return { body: typeof body === 'string' ? openText(text) : body };
  } catch {
    const why = 'its content type says JSON, and it is not';
    return isJson ? { body: text, unread: [{ path: 'body', why }] } : { body: text };
  }
}
