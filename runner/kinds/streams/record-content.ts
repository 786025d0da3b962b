import type { JsonMap } from '../../core/base/json.ts';
import type { Evidence, Unread } from '../../core/model/run-result.ts';
import { readBody } from '../body.ts';

/** A record of a stream as its fields, and as the text that is searched for ids. */
export interface OpenedRecord extends Pick<Evidence, 'truncated' | 'unread'> {
  readonly data: JsonMap;
  readonly text: string;
  /** The reason why the text may lack an id that the record carries. */
  readonly opaque?: string;
}

/** The parts of a record that are opened. */
export interface SealedRecord {
  readonly partitionKey: string;
  readonly bytes: Uint8Array;
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** The first bytes of data in a form of its own, in hex. */
interface Form {
  readonly begins: RegExp;
  /** Its name in messages. */
  readonly name: string;
  /** The content encoding by which it is read. @default it is not read */
  readonly encoding?: string;
}

/** RFC 1952, RFC 8878, and the frame formats of Snappy, LZ4, bzip2 and XZ. */
const FORMS: readonly Form[] = [
  { begins: /^1f8b/, name: 'gzip', encoding: 'gzip' },
  { begins: /^28b52ffd/, name: 'Zstandard', encoding: 'zstd' },
  { begins: /^ff060000734e61507059/, name: 'Snappy' },
  { begins: /^04224d18/, name: 'LZ4' },
  { begins: /^425a683[1-9]314159265359/, name: 'bzip2' },
  { begins: /^fd377a585a00/, name: 'XZ' },
];
const LONGEST_BEGIN = 10;

/** The magic number of an aggregated record (amazon-kinesis-producer, aggregation-format.md). */
const AGGREGATED = 'f3899ac2';
const MANY: Unread = {
  path: 'body',
  why: 'the Kinesis Producer Library put several records into this one, and these are not read apart',
  absent: true,
};

/** Opens a record: gzip, Zstandard and JSON are read, binary data is text as far as it goes. */
export async function openRecord(record: SealedRecord): Promise<OpenedRecord> {
  const { partitionKey, shardId, sequenceNumber } = record;
  const bytes = Buffer.from(record.bytes);
  const about = { partitionKey, shardId, sequenceNumber };
  const begin = bytes.toString('hex', 0, LONGEST_BEGIN);
  const raw = `${partitionKey}\n${bytes.toString()}`;
  if (begin.startsWith(AGGREGATED)) {
    return { data: { ...about, body: bytes.toString('base64') }, text: raw, unread: [MANY] };
  }
  const form = FORMS.find(({ begins }) => begins.test(begin));
  if (form !== undefined && form.encoding === undefined) {
    const opaque = `it is compressed by ${form.name}`;
    const unread = [{ path: 'body', why: opaque, absent: true }] as const;
    return { data: { ...about, body: bytes.toString('base64') }, text: raw, unread, opaque };
  }
  const { body, ...more } = await readBody({
    bytes,
    isWhole: true,
    contentEncoding: form?.encoding,
    contentType: undefined,
  });
  const data = { ...about, body };
  if (form === undefined) return { data, text: raw, ...more };
  const text = `${partitionKey}\n${typeof body === 'string' ? body : JSON.stringify(body)}`;
  const { truncated, unread = [] } = more;
  const isDamaged = unread.some(({ garbled }) => garbled === true);
  if (isDamaged) {
    const why = `it begins as ${form.name}, and is damaged`;
    return { data, text, unread: [{ path: 'body', why, garbled: true }], opaque: why };
  }
  return { data, text, ...more, ...(truncated === undefined ? {} : { opaque: 'it is longer than 1 MiB' }) };
}
