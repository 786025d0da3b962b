import type { SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { chunksOf } from '../../core/aws/chunks.ts';
import type { Clock } from '../../core/base/clock.ts';
import { type Coded, entryFault } from '../../core/blame/faults.ts';
import type { QueuedSlot, RunQueue } from '../../core/store/run-queue.ts';
import type { AwsClients } from '../aws/clients.ts';

export interface SqsRunQueueOf {
  readonly clients: AwsClients;
  readonly url: string;
  readonly clock: Clock;
}

export interface SqsRunQueue extends RunQueue {
  /** Requests a sweep of pending cleanups from a worker. */
  askSweep(): Promise<void>;
  /** Hides a message that was received for that much longer. */
  postpone(receipt: string, forMs: number): Promise<void>;
}

/** Message that requests a sweep, in place of a slot. */
const SWEEP = { sweep: true };

const BATCH = 10; // Amazon SQS API, SendMessageBatch
const LONGEST_DELAY_SECONDS = 900; // same source; the receiving worker forwards slots that are due later
const GATHER_MS = 5; // sends of many canaries at nearly the same moment share a call

interface Waiting {
  readonly slot: QueuedSlot;
  readonly done: PromiseWithResolvers<void>;
}

/** Slots on their way to workers in an SQS queue: each comes at least once, at its moment or later. */
export function sqsRunQueue({ clients, url, clock }: SqsRunQueueOf): SqsRunQueue {
  let waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const all = waiting;
    waiting = [];
    const batches = chunksOf(all, BATCH);
    await Promise.all(batches.map(async (batch) => sendBatch(batch, { clients, url, clock })));
  };
  return {
    holds: () => false,
    send: async (slots) => {
      if (waiting.length === 0) clock.at(clock.nowMs() + GATHER_MS, () => void flush());
      const mine = slots.map((slot) => ({ slot, done: Promise.withResolvers<void>() }));
      waiting.push(...mine);
      await Promise.all(mine.map(async ({ done }) => done.promise));
    },
    askSweep: async () => {
      const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
      await (await clientOf(clients)).send(
        new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(SWEEP) }),
      );
    },
    postpone: async (receipt, forMs) => {
      const { ChangeMessageVisibilityCommand } = await import('@aws-sdk/client-sqs');
      const VisibilityTimeout = Math.ceil(forMs / 1_000);
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receipt,
        VisibilityTimeout,
      });
      await (await clientOf(clients)).send(command);
    },
  };
}

/** Each caller gets the result of its own slots: a batch may succeed in part. */
async function sendBatch(batch: readonly Waiting[], { clients, url, clock }: SqsRunQueueOf): Promise<void> {
  const nowMs = clock.nowMs();
  const refused = new Map<string, Coded>();
  try {
    const { SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
    const Entries = batch.map(({ slot }, index) => entryOf(slot, index, nowMs));
    const { Failed = [] } = await (await clientOf(clients)).send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries }),
    );
    for (const { Id = '', Code = '', Message } of Failed)
      refused.set(Id, { code: Code, words: Message, service: 'sqs' });
  } catch (thrown) {
    for (const { done } of batch) done.reject(thrown);
    return;
  }
  for (const [index, { slot, done }] of batch.entries()) {
    const why = refused.get(String(index));
    if (why === undefined) done.resolve();
    else done.reject(entryFault(why, `The run queue did not take a run of ${slot.canary}`));
  }
}

function entryOf(slot: QueuedSlot, index: number, nowMs: number): SendMessageBatchRequestEntry {
  const waitSeconds = Math.ceil((slot.notBeforeMs - nowMs) / 1_000);
  return {
    Id: String(index),
    MessageBody: JSON.stringify(slot),
    DelaySeconds: Math.min(Math.max(0, waitSeconds), LONGEST_DELAY_SECONDS),
  };
}

/** Retries after lost answers: a slot that arrives twice is run once. */
async function clientOf(clients: AwsClients): Promise<SQSClient> {
  const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
  return clients.clientOf(Client, 'observe');
}
