import { setTimeout as pause } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { memoryJournal } from '../../../runner/adapters/taps/memory-journal.ts';
import { sqsTaps } from '../../../runner/adapters/taps/sqs-taps.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { feedsOf } from '../../../runner/engine/taps/tap-subscriptions.ts';

/** One run that watches a queue: it sends a dead letter of its own, or none. */
export interface QueueRun {
  readonly endpoint: string;
  readonly region: string;
  readonly url: string;
  readonly runId: string;
  readonly sends: boolean;
}

/** Outcome: the number of its own messages seen, or the reason why the feed was incomplete. */
export async function watchQueue({
  endpoint,
  region,
  url,
  runId,
  sends,
}: QueueRun): Promise<number | string> {
  const clients = awsClients({ endpoint, region });
  const clock = systemClock();
  const feeds = feedsOf({
    taps: sqsTaps({ clients, project: NO_PROJECT, environment: 'local' }),
    definitions: async () => [],
    journal: memoryJournal(),
    leases: { take: async () => ({ held: true }), drop: async () => {} },
    clock,
    probe: async () => '',
    owner: 'test',
  });
  try {
    const feed = await feeds.open({ queue: url });
    const sinceMs = clock.nowMs();
    const MessageBody = JSON.stringify({ runId });
    const group = url.endsWith('.fifo') ? { MessageGroupId: 'g', MessageDeduplicationId: runId } : {};
    if (sends)
      await clients
        .clientOf(SQSClient, 'act')
        .send(new SendMessageCommand({ QueueUrl: url, MessageBody, ...group }));
    await pause(200);
    await feed.assertComplete(sinceMs);
    return (await feed.read({ key: runId, sinceMs: 0 })).length;
  } catch (thrown) {
    return String(thrown);
  } finally {
    await feeds.close();
    clients.close();
  }
}

if (import.meta.main) {
  const run = JSON.parse(process.argv[2] ?? '{}') as QueueRun;
  process.stdout.write(JSON.stringify(await watchQueue(run)));
}
