import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChannelKind } from '../../reporters/notifications/notifiers.ts';
import type { NotifierKind } from '../../reporters/notifications/shared/notifier.ts';
import * as table from '../../reporters/notifications/table.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { bundleFunction } from '../../runner/deploy/build/bundle-function.ts';
import { SERVED } from '../support/alerts/channel-servers.ts';
import { callBuilt } from '../support/aws/built-function.ts';
import { fleetFrom, LocalStack } from '../support/aws/local-stack.ts';
import { builtFunctionCode } from '../support/built.ts';
import { sampleOf } from '../support/effort.ts';
import { type FaultServer, startFaultServer } from '../support/network/fault-server.ts';

const TABLE: Readonly<Record<ChannelKind, NotifierKind>> = table;
const KINDS = Object.keys(TABLE) as readonly ChannelKind[];
/** Resources of the local AWS that an address may name. */
const ADDRESSES: Readonly<Record<string, (stack: LocalStack) => string>> = {
  topic: ({ topicArn }) => topicArn,
  bus: () => 'default',
};

/** A fleet of one canary that fails, whose only channel is of a kind. It makes no HTTP request of its own. */
function fleetTelling(kind: ChannelKind, stack: LocalStack, origin: string) {
  const { reach } = TABLE[kind];
  const served = SERVED[kind].at(origin);
  const address = reach.by === 'aws' ? ADDRESSES[reach.resource]?.(stack) : served.address;
  const fleet = fleetFrom({
    'coalmine.config.yaml': `project: by-${kind}
environments: { aws: {} }
channels: { only: { eventbridge: replaced-below } }
operators: [only]
`,
    'one.canary.yaml': `canary: failing
owner: team
schedule: { every: 1m }
timeout: 30s
alert: { after: 1, to: [only] }
steps:
  - sendMessage: alerts
    body: x
    response: { messageId: never }
`,
  });
  // A file refuses the secret in the address.
  const only = { name: 'only', kind, address: String(address), options: served.options ?? {} };
  return { ...fleet, project: { ...fleet.project, channels: [only] } };
}

describe('a channel', () => {
  let stack: LocalStack;
  let server: FaultServer;

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    [stack, server] = await Promise.all([LocalStack.start(), startFaultServer()]);
  });

  afterAll(async () => Promise.all([stack.close(), server.close()]));

  /** Counts what was sent by a kind: requests to the server, or calls of its action. */
  const sentBy = (kind: ChannelKind): number => {
    const { reach } = TABLE[kind];
    return reach.by === 'http' ? server.taken.length : stack.callsOf(reach.action);
  };

  it.each(sampleOf(KINDS, 2))('of kind %s sends from the built tick and the built worker', async (kind) => {
    const fleet = fleetTelling(kind, stack, server.origin);
    const folder = mkdtempSync(join(tmpdir(), 'coalmine-channels-'));
    await Promise.all(
      (['tick', 'worker'] as const).map(async (name) =>
        bundleFunction(name, fleet, join(folder, name), builtFunctionCode()),
      ),
    );
    server.behave(SERVED[kind].accepts);
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const at = { table: 'state', project: fleet.project.name, environment: 'aws' };
    const { runs } = dynamodbStore(at, { clients, clock: systemClock() });
    const minuteMs = Math.floor(Date.now() / 60_000) * 60_000;
    for (const ago of [12, 11, 10]) {
      const slotAtMs = minuteMs - ago * 60_000;
      const claim = { canary: 'failing', slotAtMs, owner: 'a process that died', nowMs: slotAtMs };
      await runs.claim({ ...claim, leaseUntilMs: slotAtMs + 60_000 });
    }

    const before = sentBy(kind);
    const ticked = await callBuilt(join(folder, 'tick'), {}, stack.around('tick'));
    const sentByTick = sentBy(kind) - before;
    const slot = { canary: 'failing', slotAtMs: minuteMs, notBeforeMs: minuteMs };
    const record = { messageId: 'm-1', receiptHandle: 'none', body: JSON.stringify(slot) };
    const worked = await callBuilt(join(folder, 'worker'), { Records: [record] }, stack.around('worker'));
    clients.close();

    expect(ticked).toContainEqual(expect.objectContaining({ message: 'tick', lost: 3, faults: 0 }));
    expect(worked).toContainEqual(
      expect.objectContaining({ result: expect.objectContaining({ verdict: 'failed' }) }),
    );
    expect({ tick: sentByTick, worker: sentBy(kind) - before - sentByTick }).toEqual({
      tick: 1,
      worker: 1,
    });
  });
});
