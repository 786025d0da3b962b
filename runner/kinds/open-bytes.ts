import type { Json } from '../core/base/json.ts';
import type { Evidence } from '../core/model/run-result.ts';
import { readBody } from './body.ts';

/** Bytes without a content type, read as far as that goes. */
export interface OpenedBytes extends Pick<Evidence, 'truncated' | 'unread'> {
  /** JSON or text; base64 if its compression is not read. */
  readonly body: Json;
  /** The text that is searched for ids. */
  readonly text: string;
  /** The name of its compression. */
  readonly compression?: string;
  /** The reason why the text may lack an id that the bytes carry. */
  readonly opaque?: string;
}

/** The first bytes of data in a form of its own, in hex. */
interface Form {
  readonly begins: RegExp;
  /** Its name in messages. */
  readonly name: string;
  /** The content encoding by which it is read. @default it is not read */
  readonly encoding?: string;
}

/** RFC 1952, RFC 1950, RFC 8878, and the frame formats of Snappy, LZ4, bzip2 and XZ. */
const FORMS: readonly Form[] = [
  { begins: /^1f8b/, name: 'gzip', encoding: 'gzip' },
  { begins: /^78(?:01|9c|da)/, name: 'zlib', encoding: 'deflate' },
  { begins: /^28b52ffd/, name: 'Zstandard', encoding: 'zstd' },
  { begins: /^ff060000734e61507059/, name: 'Snappy' },
  { begins: /^04224d18/, name: 'LZ4' },
  { begins: /^425a683[1-9]314159265359/, name: 'bzip2' },
  { begins: /^fd377a585a00/, name: 'XZ' },
];
const LONGEST_BEGIN = 10;

/** Opens bytes: gzip, zlib, Zstandard and JSON are read, other binary data is text as far as it goes. */
export async function openBytes(bytes: Buffer): Promise<OpenedBytes> {
  const begin = bytes.toString('hex', 0, LONGEST_BEGIN);
  const form = FORMS.find(({ begins }) => begins.test(begin));
  if (form === undefined) return { ...(await read(bytes)), text: bytes.toString() };
  const { name, encoding } = form;
  if (encoding === undefined) return unreadable(bytes, `it is compressed by ${name}`, name);
  const { body, truncated, unread = [], ...more } = await read(bytes, encoding);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const opened = { ...more, body, text, compression: name };
  if (unread.some(({ garbled }) => garbled === true)) {
    const why = `it begins as ${name}, and is damaged`;
    return { ...opened, unread: [{ path: 'body', why, garbled: true }], opaque: why };
  }
  if (truncated !== undefined) return { ...opened, truncated, opaque: 'it is longer than 1 MiB' };
  return unread.length === 0 ? opened : { ...opened, unread };
}

/** Bytes that are not read, with the reason: nothing is known of them. */
function unreadable(bytes: Buffer, why: string, compression: string): OpenedBytes {
  const unread = [{ path: 'body', why, absent: true }];
  return { body: bytes.toString('base64'), text: bytes.toString(), compression, unread, opaque: why };
}

async function read(bytes: Buffer, contentEncoding?: string) {
  return readBody({ bytes, isWhole: true, contentEncoding, contentType: undefined });
}
