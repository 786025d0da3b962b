import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Json, JsonMap } from '../../core/json.ts';
import { bucketFault } from '../buckets.ts';
import type { Noun } from '../kind.ts';
import { closed, text } from '../schema.ts';

const input = closed({
  bucket: text('Name of the S3 bucket'),
  key: text('Key of the object'),
});

/** Bodies are read up to here; a check on more is an `error`. In bytes. */
const LONGEST_BODY_BYTES = 1_048_576;
const MOST_NEARBY = 3;

/** Reads an object of a bucket. S3 is strongly consistent: what was put is seen at the next look. */
export const object = {
  name: 'object',
  summary: 'an object in an S3 bucket',
  input,
  view: {
    size: { description: 'in bytes' },
    contentType: { description: 'its content type' },
    metadata: { description: 'its own metadata by name, without x-amz-meta-' },
    body: { description: 'parsed when the content type says JSON, otherwise text; read up to 1 MiB' },
  },
  selects: 'address',
  consistency:
    'Strongly consistent: what was put is there at the next look. Without `s3:ListBucket`, S3 says of a missing object that access is denied, which is an error.',
  reads: { most: LONGEST_BODY_BYTES, unit: 'bytes of a body', beyond: 'a check of `body`' },
  pauseMs: { first: 25, longest: 2_000 },
  // Without the right to list, S3 says "access denied" of an object that is not there yet.
  permissions: ({ bucket, key }) => [
    { action: 's3:GetObject', resource: `${bucket}/${key}` },
    { action: 's3:ListBucket', resource: bucket },
  ],
  hop: ({ bucket, key }) => `bucket ${bucket} · ${key}`,
  quotes: ['body'],
  example: `expect: object
bucket: invoices
key: canary/inv_1.pdf
has:
  contentType: application/pdf
  size:
    $above: 1000
within: 30s
`,
  faults: ({ bucket }) => bucketFault(bucket),
  open: async (address, context) => ({
    look: async ({ last }) => {
      const { S3Client: Client } = await import('@aws-sdk/client-s3');
      const client = context.clientOf(Client);
      const found = await get(address, client, context.signal);
      if (found === undefined) {
        return { selected: [], nearby: last ? await neighbours(address, client, context.signal) : [] };
      }
      const id = `${address.bucket}/${address.key}`;
      const evidence = { kind: 'object', id, takenAtMs: context.clock.nowMs(), ...found };
      return { selected: [evidence], nearby: [] };
    },
    close: async () => {},
  }),
} satisfies Noun<typeof input>;

interface Address {
  readonly bucket: string;
  readonly key: string;
}

interface Found {
  readonly data: JsonMap;
  readonly cut?: readonly string[];
}

async function get(
  { bucket, key }: Address,
  client: S3Client,
  abortSignal: AbortSignal,
): Promise<Found | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    return await read(answer);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'NoSuchKey') return undefined;
    throw thrown;
  }
}

async function read(answer: GetObjectCommandOutput): Promise<Found> {
  const { ContentLength: size = 0, ContentType: contentType = '', Metadata: metadata = {}, Body } = answer;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > LONGEST_BODY_BYTES) break; // leaving the loop destroys the stream, and with it the connection
  }
  const words = Buffer.concat(chunks).subarray(0, LONGEST_BODY_BYTES).toString();
  const cut = bytes > LONGEST_BODY_BYTES;
  const body = cut ? words : parsedBody(words, contentType);
  return { data: { size, contentType, metadata, body }, ...(cut ? { cut: ['body'] } : {}) };
}

function parsedBody(words: string, contentType: string): Json {
  if (!/[/+]json\b/i.test(contentType)) return words;
  try {
    return JSON.parse(words) as Json;
  } catch {
    return words; // called JSON and is not: it stays text, and a map expected of it is a mismatch that says so
  }
}

/** What lies beside the object that is not there: a wrong key is found out by its neighbours. */
async function neighbours(
  { bucket, key }: Address,
  client: S3Client,
  abortSignal: AbortSignal,
): Promise<readonly string[]> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, MaxKeys: MOST_NEARBY });
  const { Contents = [] } = await client.send(command, { abortSignal }).catch((thrown: unknown) => {
    if (abortSignal.aborted) throw thrown;
    return { Contents: [] }; // who may not list is told less: what lies beside decides nothing
  });
  return Contents.map(({ Key = '', Size = 0 }) => `${bucket} holds ${Key} (${Size} bytes)`);
}
