import { Type } from 'typebox';
import { addressFault } from '../../../core/aws/address-faults.ts';
import { stream as dataStream, streamNameOf } from '../../../core/aws/resources/stream.ts';
import { isJsonMap } from '../../../core/base/json.ts';
import { ownIdsBelow, withIds } from '../../../core/taps/propagation.ts';
import { bodyText } from '../../aws/message-attributes.ts';
import { receiptOf } from '../../aws/receipt.ts';
import { limitFaults, PARTITION_KEY, STREAM_RECORD } from '../../aws/service-limits.ts';
import type { Verb } from '../../kind.ts';
import { anyJson, closed, text } from '../../schema.ts';
import { streamAt } from '../../streams/stream-address.ts';

const input = closed({
  stream: text('Name or ARN of the Kinesis data stream'),
  body: anyJson("The record's data; sent as JSON, text as it is; our ids are added to a map"),
  partitionKey: Type.Optional(
    text("Records of one key keep their order; a key of the run's own when left out"),
  ),
});

/** Puts one record into a stream. */
export const putRecord = {
  name: 'putRecord',
  summary: 'puts a record into a Kinesis data stream',
  primaryInput: 'stream',
  input,
  view: {
    shardId: { type: 'text', description: 'the shard that took the record' },
    sequenceNumber: { type: 'text', description: "the record's number in that shard" },
  },
  blameOnTimeout: 'api',
  ownIds: (correlation) => ownIdsBelow(['body'], correlation),
  permissions: ({ stream }) => [{ action: 'kinesis:PutRecord', resource: stream }],
  hop: ({ stream }) => `stream ${streamNameOf(stream)}`,
  example: `putRecord: orders
partitionKey: ord_1
body:
  orderId: ord_1
  sku: CANARY-SKU-1
`,
  faults: ({ stream, body, partitionKey }, { filled }) => [
    ...addressFault(dataStream, stream),
    ...(body === undefined ? [] : limitFaults(bodyText(body), STREAM_RECORD, { key: 'body' }, { filled })),
    ...limitFaults(partitionKey, PARTITION_KEY, { key: 'partitionKey' }, { filled }),
  ],
  act: async ({ stream, body, partitionKey }, context) => {
    const { KinesisClient, PutRecordCommand } = await import('@aws-sdk/client-kinesis');
    const { correlate, correlation, runId, spanId } = context;
    const carried = correlate && isJsonMap(body) ? withIds(body, context, correlation) : body;
    const command = new PutRecordCommand({
      ...streamAt(stream),
      Data: Buffer.from(bodyText(carried)),
      PartitionKey: partitionKey ?? (correlate ? runId : spanId),
    });
    const { ShardId: shardId = '', SequenceNumber } = await context
      .clientOf(KinesisClient, stream)
      .send(command, { abortSignal: context.signal });
    const about = `The record was put into stream ${streamNameOf(stream)}`;
    const sequenceNumber = receiptOf(SequenceNumber, about);
    const data = { shardId, sequenceNumber };
    return { kind: 'putRecord', id: `${shardId}/${sequenceNumber}`, takenAtMs: context.clock.nowMs(), data };
  },
} satisfies Verb<typeof input>;
