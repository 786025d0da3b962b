import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { bundleFunction } from '../../scripts/lambda-bundle.ts';
import type { FunctionName } from '../../scripts/lambda-entry.ts';

import { fleetFrom, LocalStack } from '../support/aws/local-stack.ts';

const FLEET = fleetFrom({
  'coalmine.config.yaml': `project: bundled
environments: { aws: {} }
channels: { topic: { sns: "\${env:COALMINE_ALERT_TOPIC_ARN}" } }
`,
  'odd.canary.yaml': `canary: odd-input
owner: team
schedule: { every: 1m }
timeout: 30s
alert: { to: [topic] }
vars:
  many: [a, b]
steps:
  - sendMessage: runs
    body: x
    groupId: \${many}
`,
});

describe('functions as they are deployed, in a process of their own', () => {
  let stack: LocalStack;
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-functions-'));

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    stack = await LocalStack.start();
    for (const name of ['tick', 'worker'] as const) await bundleFunction(name, FLEET, join(folder, name));
  });

  afterAll(async () => stack.close());

  /** Calls the handler of a bundle, and returns its answer after its output. */
  const call = async (name: FunctionName, event: object): Promise<readonly unknown[]> => {
    const script = `require(${JSON.stringify(join(folder, name, 'index.js'))})
      .handler(${JSON.stringify(event)}, { awsRequestId: '${name}', getRemainingTimeInMillis: () => 60000 })
      .then((answer) => { process.stdout.write(JSON.stringify(answer ?? null) + '\\n'); process.exit(0); });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: { ...process.env, ...stack.around(name).env, NODE_OPTIONS: '' },
    });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  };

  it('tick and work, with inputs checked by what was compiled from their shapes', async () => {
    const at = { table: 'state', project: 'bundled', environment: 'aws' };
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const store = dynamodbStore(at, { clients, clock: systemClock() });
    await store.runs.advance({ canary: 'odd-input', toMs: Date.now() - 60_000 });

    const ticked = await call('tick', {});
    const event = await stack.queued(2);
    const worked = await call('worker', event);

    expect(ticked).toContainEqual(expect.objectContaining({ Stack: 'test-stack', Heartbeat: 1 }));
    expect(event.Records).toHaveLength(1);
    expect(worked.at(-1)).toEqual({ batchItemFailures: [] });
    expect(worked).toContainEqual(
      expect.objectContaining({
        message: 'run',
        result: expect.objectContaining({
          verdict: 'error',
          steps: [expect.objectContaining({ reason: expect.stringContaining("'groupId' of 'sendMessage'") })],
        }),
      }),
    );
    clients.close();
  });
});
