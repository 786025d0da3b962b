import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../runner/adapters/aws/clients.ts';
import { invocationClock } from '../../runner/adapters/runtime/invocation-clock.ts';
import { sqsRunQueue } from '../../runner/adapters/runtime/sqs-run-queue.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { systemRandom } from '../../runner/adapters/runtime/system-random.ts';
import { tapControl } from '../../runner/adapters/taps/control-message.ts';
import { openEvent, openMessage } from '../../runner/core/taps/envelope.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:ships';

describe('adapters of the deployed shape', () => {
  let aws: LocalAws;
  let clients: AwsClients;
  let sqs: SQSClient;
  const clock = systemClock();
  const correlation = { header: 'x-correlation-id', field: 'metadata.correlationId' };

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    aws = await startLocalAws();
    clients = awsClients({ endpoint: aws.url, region: aws.region });
    sqs = clients.clientOf(SQSClient, 'observe');
  });

  afterAll(async () => {
    clients.close();
    await aws.close();
  });

  const queue = async (QueueName: string): Promise<string> =>
    String((await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl);
  const received = async (QueueUrl: string): Promise<readonly string[]> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    return Messages.map(({ Body = '' }) => Body);
  };

  describe('the run queue', () => {
    const slotOf = (canary: string, inMs = 0) => ({
      canary,
      slotAtMs: 60_000,
      notBeforeMs: clock.nowMs() + inMs,
    });

    it('sends what is asked at nearly the same moment together, ten in a batch', async () => {
      const runs = sqsRunQueue({ clients, url: await queue('batches'), clock });
      let sent = 0;
      sqs.middlewareStack.add((next) => async (args) => ((sent += 1), next(args)), {
        step: 'initialize',
        name: 'count',
      });

      await Promise.all(Array.from({ length: 25 }, async (_, index) => runs.send([slotOf(`c${index}`)])));
      sqs.middlewareStack.remove('count');

      expect(sent).toBe(3);
      expect(runs.holds('c1')).toBe(false);
    });

    it('keeps a slot back until its moment', async () => {
      const url = await queue('later');
      const runs = sqsRunQueue({ clients, url, clock });

      await runs.send([slotOf('later', 60_000), slotOf('now')]);

      expect((await received(url)).map((body) => (JSON.parse(body) as { canary: string }).canary)).toEqual([
        'now',
      ]);
    });

    it('names the slots that were not taken, and a queue that does not exist', async () => {
      const refusing = {
        ...clients,
        clientOf: (() => ({
          send: async () => ({ Failed: [{ Id: '1', Code: 'InternalError' }] }),
        })) as AwsClients['clientOf'],
      };
      const partly = sqsRunQueue({ clients: refusing, url: 'http://queue', clock });
      const nowhere = sqsRunQueue({ clients, url: `${aws.url}/${aws.account}/nowhere`, clock });

      const first = partly.send([slotOf('taken')]);
      const second = partly.send([slotOf('refused')]);

      await expect(first).resolves.toBeUndefined();
      await expect(second).rejects.toThrow(
        'The run queue did not take a run of refused: AWS could not do it. AWS says: InternalError',
      );
      await expect(nowhere.send([slotOf('lost')])).rejects.toThrow();
    });
  });

  describe('control messages of a tap', () => {
    it('come in the form of what comes there, and carry the run id that was given', async () => {
      const urls = [await queue('bus-tap'), await queue('topic-tap')] as const;
      const control = tapControl({ clients, correlation, clock, random: systemRandom() });

      const ids = [
        await control({ on: { bus: 'default' }, queueUrl: urls[0], filler: '' }),
        await control({ on: { topic: TOPIC }, queueUrl: urls[1], filler: '' }),
      ];

      const about = { messageId: 'm', receipt: 'r', attributes: {}, sentAtMs: 0, receiveCount: 1 };
      const [event = ''] = await received(urls[0]);
      const [message = ''] = await received(urls[1]);
      expect(openEvent({ ...about, body: event })).toMatchObject({
        id: `control-${ids[0]}`,
        text: expect.stringContaining(String(ids[0])),
      });
      expect(openMessage({ ...about, body: message })).toMatchObject({
        id: `control-${ids[1]}`,
        text: expect.stringContaining(String(ids[1])),
      });
    });
  });

  it('the clock of an invocation keeps its appointments when it is begun anew', async () => {
    const own = invocationClock();
    const before = own.nowMs();
    own.renew();

    const { promise, resolve } = Promise.withResolvers<void>();
    own.at(own.nowMs() + 1, resolve);
    await promise;

    expect(own.nowMs()).toBeGreaterThan(before - 1_000);
  });
});
