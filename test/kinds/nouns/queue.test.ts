import { DeleteMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import type { Noun, WatchContext } from '../../../runner/kinds/kind.ts';
import { queue as counted } from '../../../runner/kinds/nouns/messages/queue.ts';
import { watchContext } from '../../support/run/kind-contexts.ts';
import { type KindHarness, startKindHarness } from '../../support/run/kind-harness.ts';

const queue: Noun = counted;
let harness: KindHarness;

beforeAll(async () => {
  harness = await startKindHarness();
});
afterAll(async () => harness.close());

describe('the counts of a queue', () => {
  const put = async (DelaySeconds = 0): Promise<unknown> =>
    harness
      .clientOf(SQSClient)
      .send(new SendMessageCommand({ QueueUrl: urlOf(), MessageBody: 'x', DelaySeconds }));
  const urlOf = (): string => `${harness.aws.url}/${harness.aws.account}/${harness.names.queue}`;

  it('are of what is there, what a reader holds, and what is delayed; and none is taken', async () => {
    const watch = await harness.open(queue, { queue: harness.names.queue });
    const look = async () => (await watch.poll({ sinceMs: 0, last: true })).selected.map(({ data }) => data);
    const counts = [await look()];
    await put();
    await put(900);
    counts.push(await look());
    const received = await harness.receive(harness.names.queue);
    counts.push(await look());
    const Entries = [{ Id: '0', ReceiptHandle: received?.ReceiptHandle }];
    await harness.clientOf(SQSClient).send(new DeleteMessageBatchCommand({ QueueUrl: urlOf(), Entries }));
    counts.push(await look());
    await watch.close();

    expect(counts).toEqual([
      [{ visible: 0, inFlight: 0, delayed: 0 }],
      [{ visible: 1, inFlight: 0, delayed: 1 }],
      [{ visible: 0, inFlight: 1, delayed: 1 }],
      [{ visible: 0, inFlight: 0, delayed: 1 }],
    ]);
    expect(harness.proxy.calls('ReceiveMessage')).toEqual([]);
  });

  it('are an error of the observer if the answer lacks one: what is missing is not zero', async () => {
    const send = async () => ({ Attributes: { ApproximateNumberOfMessages: '0' } });
    const clientOf = (() => ({ send })) as unknown as WatchContext['clientOf'];
    const address = { queue: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders' };
    const watch = await queue.open(address, watchContext({ clientOf }));

    await expect(watch.poll({ sinceMs: 0, last: false })).rejects.toMatchObject({
      blame: 'observer',
      message:
        'SQS did not give ApproximateNumberOfMessagesNotVisible and ApproximateNumberOfMessagesDelayed of queue orders.',
    });
  });
});

describe('a condition on the counts', () => {
  it.each<{ mode: 'expect' | 'never'; has?: Json; where?: Json; lasts: number }>([
    { mode: 'expect', has: { visible: 0 }, lasts: 90_000 },
    { mode: 'expect', has: { visible: { $below: 10 }, delayed: 0 }, lasts: 90_000 },
    { mode: 'expect', has: { visible: '${most}' }, lasts: 90_000 },
    { mode: 'expect', lasts: 90_000 },
    { mode: 'expect', has: { visible: { $atLeast: 1 } }, lasts: 0 },
    { mode: 'expect', has: { visible: 0, inFlight: 1 }, lasts: 0 },
    { mode: 'expect', where: { visible: 1 }, has: { inFlight: 0 }, lasts: 0 },
    { mode: 'never', has: { visible: { $above: 10 } }, lasts: 90_000 },
  ])('must last for $lasts ms: $mode $has $where', ({ lasts, ...step }) => {
    expect(queue.leastStay?.(step)?.ms ?? 0).toBe(lasts);
  });
});
