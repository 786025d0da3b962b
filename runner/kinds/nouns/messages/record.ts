import { addressFault } from '../../../core/aws/address-faults.ts';
import { stream as dataStream, streamNameOf } from '../../../core/aws/resources/stream.ts';
import type { Noun } from '../../kind.ts';
import { closed, text } from '../../schema.ts';
import { RECORDS_READ } from '../../streams/found-records.ts';
import { watchRecords } from '../../streams/watch-records.ts';

const input = closed({ stream: text('Name or ARN of the Kinesis data stream') });

/** Reads a stream from the run's start on; all watches of one stream in a process share its reads. */
export const record = {
  name: 'record',
  summary: 'a record of a Kinesis data stream, which keeps it for its consumers',
  input,
  view: {
    body: {
      description:
        'its data: JSON is parsed, gzip, zlib and Zstandard are decompressed, other text is text; up to 1 MiB',
    },
    partitionKey: { type: 'text', description: 'its partition key' },
    shardId: { type: 'text', description: 'the shard that it is in' },
    sequenceNumber: { type: 'text', description: 'its number in that shard' },
  },
  selects: 'id',
  consistency:
    'A stream keeps its records, so a check takes none away from consumers. One reader reads every shard once a second for all who watch the stream in a process, and follows a reshard. A shard gives all its readers together 5 reads and 2 MB a second. A record is dated by its arrival in Kinesis. A producer that repeats a record makes two. Records that the Kinesis Producer Library put together are taken apart. A `never` or a `count` that meets a record in a compression that is not read is an error.',
  reads: RECORDS_READ,
  pauseMs: { first: 500, longest: 1_000 },
  permissions: ({ stream }) => [
    { action: 'kinesis:ListShards', resource: stream },
    { action: 'kinesis:GetShardIterator', resource: stream },
    { action: 'kinesis:GetRecords', resource: stream },
  ],
  hop: ({ stream }) => `stream ${streamNameOf(stream)}`,
  quotes: ['body'],
  lacksId: () => 'neither its partition key nor its body has the id',
  example: `expect: record
stream: orders
has:
  body:
    sku: CANARY-SKU-1
within: 30s
`,
  faults: ({ stream }) => addressFault(dataStream, stream),
  open: async ({ stream }, context) => {
    const { KinesisClient } = await import('@aws-sdk/client-kinesis');
    return watchRecords(stream, context.clientOf(KinesisClient, stream), context);
  },
} satisfies Noun<typeof input>;
