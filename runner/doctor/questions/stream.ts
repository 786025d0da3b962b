import { streamNameOf } from '../../core/aws/resources/stream.ts';
import { streamAt } from '../../kinds/streams/stream-address.ts';
import { MOST_SHARDS } from '../../kinds/streams/stream-reader.ts';
import type { Question } from '../question/question.ts';

/** Properties of a stream. */
export interface StreamFacts {
  readonly name: string;
  readonly status: string;
  /** Shards that are written to now. */
  readonly shards: number;
}

/** Checks that the stream exists, and that its shards are few enough to be watched. */
export const stream: Question<StreamFacts> = {
  called: ({ name }) => `stream ${streamNameOf(name)}`,
  missing: () => "Check its name, and the environment's region and account.",
  ask: async ({ name }, { clients, signal }) => {
    const { KinesisClient, DescribeStreamSummaryCommand } = await import('@aws-sdk/client-kinesis');
    const client = clients.clientOf(KinesisClient, 'observe', name);
    const command = new DescribeStreamSummaryCommand(streamAt(name));
    const { StreamDescriptionSummary: found } = await client.send(command, { abortSignal: signal });
    return {
      name: streamNameOf(name),
      status: found?.StreamStatus ?? 'ACTIVE',
      shards: found?.OpenShardCount ?? 0,
    };
  },
  judge: ({ name, status, shards }, { step }) => {
    if (status === 'CREATING' || status === 'DELETING')
      return [{ level: 'problem', what: `stream ${name} is ${status}` }];
    if (shards <= MOST_SHARDS || step === undefined || step.mode === 'act') return [];
    return [
      {
        level: 'problem',
        what: `stream ${name} has ${shards} shards`,
        why: `A check reads each shard once a second, and ${MOST_SHARDS} at most: this check ends in an error.`,
        todo: 'Expect the effect behind the stream instead: an item, an object or a log line.',
      },
    ];
  },
};
