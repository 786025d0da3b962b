import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QueueRun } from '../support/aws/watch-queue.ts';
import { type Aws, BOTH } from './judge/two-aws.ts';

const SCRIPT = join(import.meta.dirname, '..', 'support', 'aws', 'watch-queue.ts');
const AT_ONCE = 5;
const TURNS = 10;

/** One run in a process of its own. */
async function inProcess(run: QueueRun): Promise<unknown> {
  const { env } = process; // with the credentials that the tests have set
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, JSON.stringify(run)], { env });
  return JSON.parse(stdout);
}

describe.each(BOTH)('$name', ({ start }) => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await start();
  });
  afterAll(async () => aws.close());

  it.each(['', '.fifo'])(
    'shows a watched queue%s to one process after the other: each its own dead letter, and none where there is none',
    async (suffix) => {
      const queues = Array.from({ length: AT_ONCE }, (_, n) => `turns-${n}${suffix}`);
      const wrong = await Promise.all(
        queues.map(async (QueueName) => {
          const { QueueUrl: url = '' } = await aws
            .clientOf(SQSClient)
            .send(new CreateQueueCommand({ QueueName }));
          const reported: unknown[] = [];
          for (let turn = 0; turn < TURNS; turn += 1) {
            const runId = randomBytes(16).toString('hex');
            const sends = turn % 2 === 0;
            const seen = await inProcess({ endpoint: aws.url, region: aws.region, url, runId, sends });
            if (seen !== (sends ? 1 : 0)) reported.push({ QueueName, turn, sends, seen });
          }
          return reported;
        }),
      );

      expect(wrong.flat()).toEqual([]);
    },
  );
});
