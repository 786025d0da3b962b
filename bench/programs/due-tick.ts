import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { sqsRunQueue } from '../../runner/adapters/runtime/sqs-run-queue.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import type { RunStore } from '../../runner/core/store/ports.ts';
import { tick } from '../../runner/engine/schedule/tick.ts';
import { scheduled, TestFleet } from '../../test/support/run/fleet.ts';

/**
 * A tick for many canaries that are all due, and again within the next minute: its seconds as JSON. Every call of the store takes five
 * milliseconds; the queue is one of the local AWS.
 */
const [endpoint = '', region = '', canaries = '0'] = process.argv.slice(2);
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
const clients = awsClients({ endpoint, region });
const { QueueUrl: url = '' } = await clients
  .clientOf(SQSClient, 'observe')
  .send(new CreateQueueCommand({ QueueName: 'due' }));
const fleet = new TestFleet(
  ...Array.from({ length: Number(canaries) }, (_, index) => scheduled(`canary-${index}`)),
);
const clock = systemClock();
const context = fleet.monitor({
  runs: slowly(fleet.store.runs),
  queue: sqsRunQueue({ clients, url, clock }),
  engine: { ...fleet.harness.engine, clock },
});
for (const { name } of context.fleet.canaries)
  await fleet.store.runs.advance({ canary: name, toMs: clock.nowMs() - 60_000 });
const beganAtMs = performance.now();
const { planned, faults } = await tick(context);
const seconds = (performance.now() - beganAtMs) / 1_000;
const due = new Set(planned.map(({ canary }) => canary)).size;
if (due !== Number(canaries) || faults.length > 0)
  throw new Error(`planned ${due} canaries, ${faults.length} faults`);
process.stdout.write(JSON.stringify({ seconds }));
process.exit(0);

function slowly(runs: RunStore): RunStore {
  return new Proxy(runs, {
    get: (of, key) => async (ask: never) => {
      await new Promise((done) => setTimeout(done, 5));
      return (of[key as keyof RunStore] as (ask: never) => unknown)(ask);
    },
  });
}
