import type { GetObjectCommandOutput, HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../../../core/base/clock.ts';
import { formatDuration } from '../../../core/base/duration.ts';
import { ObserverError, thrownMessage } from '../../../core/base/errors.ts';
import type { JsonMap } from '../../../core/base/json.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import { bucketFault, keyFault } from '../../aws/bucket-errors.ts';
import { BODY_VIEW, LONGEST_BODY_BYTES, mostBytes, readBody } from '../../body.ts';
import { decodeWords } from '../../encoded-words.ts';
import type { Noun } from '../../kind.ts';
import { closed, text } from '../../schema.ts';

const input = closed({
  bucket: text('Name of the S3 bucket'),
  key: text('Key of the object'),
});

const MOST_NEARBY = 3;

/** Reads an object of a bucket. S3 is strongly consistent: the next poll sees a new object. */
export const object = {
  name: 'object',
  summary: 'an object in an S3 bucket',
  input,
  view: {
    size: { type: 'number', description: 'in bytes' },
    contentType: { type: 'text', description: 'its content type' },
    metadata: {
      type: 'map',
      description: 'its own metadata by name, without x-amz-meta-; encoded words (RFC 2047) are decoded',
    },
    body: { description: BODY_VIEW },
  },
  selects: 'address',
  vanishes: true,
  consistency:
    'Strongly consistent: what was put is there at the next poll. Of an archived object everything but the body is seen. Without `s3:ListBucket`, S3 says of a missing object that access is denied, which is an error.',
  reads: { most: LONGEST_BODY_BYTES, unit: 'bytes of a body', beyond: 'a check of `body`' },
  pauseMs: { first: 25, longest: 2_000 },
  // Without the right to list, S3 answers "access denied" for a missing object.
  permissions: ({ bucket, key }) => [
    { action: 's3:GetObject', resource: bucket, below: key },
    { action: 's3:ListBucket', resource: bucket },
  ],
  hop: ({ bucket, key }) => `bucket ${bucket} · ${key}`,
  quotes: ['body'],
  lacksId: () => 'neither its metadata nor its body has the id',
  example: `expect: object
bucket: invoices
key: canary/inv_1.pdf
has:
  contentType: application/pdf
  size:
    $above: 1000
within: 30s
`,
  faults: ({ bucket, key }, of) => [...bucketFault(bucket), ...keyFault(key, of)],
  open: async (address, context) => ({
    poll: async ({ last }) => {
      const { S3Client: Client } = await import('@aws-sdk/client-s3');
      const asking = { client: context.clientOf(Client), abortSignal: context.signal };
      const found = await get(address, asking, context.clock);
      if (found === undefined) {
        return { selected: [], nearby: last ? await neighbours(address, asking) : [], present: true };
      }
      const id = `${address.bucket}/${address.key}`;
      const evidence = { kind: 'object', id, takenAtMs: context.clock.nowMs(), ...found };
      return { selected: [evidence], nearby: [], present: true };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

interface Address {
  readonly bucket: string;
  readonly key: string;
}

type ObjectView = Pick<Evidence, 'truncated' | 'unread'> & { readonly data: JsonMap };

interface ObjectContext {
  readonly client: S3Client;
  readonly abortSignal: AbortSignal;
}

/** A body may break off, stop, or not match its checksum, on the way: then it is read once more. */
const MOST_TRIES = 2;
/** The SDK waits for ever for a body that stops on the way, since its call has succeeded (aws-sdk-js-v3, issue 8098). */
const LONGEST_BODY_MS = 5_000;

async function get(address: Address, asking: ObjectContext, clock: Clock): Promise<ObjectView | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const { client, abortSignal } = asking;
  const command = new GetObjectCommand({ Bucket: address.bucket, Key: address.key });
  for (let tries = 1; ; tries += 1) {
    const answer = await client.send(command, { abortSignal }).catch((thrown: Error) => thrown);
    if (answer instanceof Error) return withoutBody(answer, address, asking);
    const body = answer.Body as { destroy(error: Error): void } | undefined;
    const forget = clock.at(clock.nowMs() + LONGEST_BODY_MS, () => body?.destroy(tooSlow()));
    try {
      return await read(answer);
    } catch (cause) {
      abortSignal.throwIfAborted();
      if (tries === MOST_TRIES) throw unreadable(address, cause);
    } finally {
      forget();
    }
  }
}

function tooSlow(): Error {
  return new Error(`it took longer than ${formatDuration(LONGEST_BODY_MS)}`);
}

function unreadable({ bucket, key }: Address, cause: unknown): ObserverError {
  const reason = thrownMessage(cause);
  return new ObserverError(
    `The body of ${bucket}/${key} did not arrive whole, in ${MOST_TRIES} tries: ${reason.replace(/\.$/, '')}.`,
    { cause },
  );
}

/** The object whose body S3 does not give: it is not there, or it is archived (S3 API reference, GetObject). */
async function withoutBody(
  fault: Error,
  { bucket, key }: Address,
  asking: ObjectContext,
): Promise<ObjectView | undefined> {
  if (fault.name === 'NoSuchKey') return undefined;
  if (fault.name !== 'InvalidObjectState') throw fault;
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const { client, abortSignal } = asking;
  const { StorageClass: tier = 'S3 does not say where' } = fault as { readonly StorageClass?: string };
  const archived = `it is archived (${tier}), so its body cannot be read until it is restored`;
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    const { data, unread = [] } = headOf(head);
    return { data, unread: [...unread, { path: 'body', why: archived, absent: true }] };
  } catch {
    abortSignal.throwIfAborted();
    return { data: {}, unread: [{ path: '', why: `${archived}, and S3 gives no more of it`, absent: true }] };
  }
}

/** All fields except the body. */
function headOf(answer: HeadObjectCommandOutput | GetObjectCommandOutput): ObjectView {
  const { ContentLength: size = 0, ContentType: contentType = '', Metadata = {}, MissingMeta = 0 } = answer;
  const metadata = Object.fromEntries(
    Object.entries(Metadata).map(([name, value]) => [name, decodeWords(value)]),
  );
  const data = { size, contentType, metadata };
  const why = `S3 left out ${MissingMeta} entries of its metadata`;
  return MissingMeta === 0 ? { data } : { data, unread: [{ path: 'metadata', why }] };
}

async function read(answer: GetObjectCommandOutput): Promise<ObjectView> {
  const { Body, ContentEncoding: contentEncoding, ContentType: contentType } = answer;
  const { data, unread = [] } = headOf(answer);
  const most = mostBytes(contentEncoding);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > most) break; // leaving the loop destroys the stream, and with it the connection
  }
  const raw = { bytes: Buffer.concat(chunks), isWhole: bytes <= most, contentEncoding, contentType };
  const { body, ...more } = await readBody(raw);
  const all = [...unread, ...(more.unread ?? [])];
  return { data: { ...data, body }, ...more, ...(all.length === 0 ? {} : { unread: all }) };
}

/** Neighbours of a missing object, which reveal a wrong key. */
async function neighbours({ bucket, key }: Address, asking: ObjectContext): Promise<readonly string[]> {
  const { client, abortSignal } = asking;
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, MaxKeys: MOST_NEARBY });
  const { Contents = [] } = await client.send(command, { abortSignal }).catch((thrown: unknown) => {
    if (abortSignal.aborted) throw thrown;
    return { Contents: [] }; // without the right to list there are no neighbours: they decide nothing
  });
  return Contents.map(({ Key = '', Size = 0 }) => `${bucket} holds ${Key} (${Size} bytes)`);
}
