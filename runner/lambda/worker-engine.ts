import { changeReader } from '../adapters/changes/change-reader.ts';
import { fixtureLeases } from '../adapters/dynamodb/leases.ts';
import { dynamodbDesk } from '../adapters/inbox/dynamodb-desk.ts';
import { poster } from '../adapters/runtime/post.ts';
import { inspectDeployed, tapControl } from '../adapters/taps/control-message.ts';
import { memoryJournal } from '../adapters/taps/memory-journal.ts';
import { sqsTaps } from '../adapters/taps/sqs-taps.ts';
import { tapProbe } from '../adapters/taps/tap-probe.ts';
import { type AwsLocation, homeOf, locationOf } from '../core/aws/location.ts';
import { refusingOwn } from '../core/aws/own-resources.ts';
import { queueNameOf } from '../core/aws/resources/queue.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import { newSpanId } from '../core/base/run-id.ts';
import type { Inboxes } from '../core/inbox/ports.ts';
import type { Environment } from '../core/model/project.ts';
import type { Feeds } from '../core/taps/feeds.ts';
import { leaseTableOf } from '../core/taps/lease-table.ts';
import type { Engine, Fixtures } from '../engine/engine.ts';
import { inboxesOf } from '../engine/inbox/inboxes.ts';
import { journalFeeds } from '../engine/taps/journal-feeds.ts';
import { PROBE_EVERY_MS } from '../engine/taps/tap-path.ts';
import { feedsOf } from '../engine/taps/tap-subscriptions.ts';
import { inputProblemBy } from '../load/yaml/input-problem.ts';
import type { WorkerBundle } from './bundle.ts';
import type { DeployedSettings } from './deployed-settings.ts';
import type { KnownTap } from './deployed-taps.ts';
import { type Deployment, idleEngine } from './deployment.ts';

/** An engine that makes runs, and a function that stops the reading of queues until the next watch. */
export interface WorkerEngine {
  readonly engine: Engine;
  rest(): Promise<void>;
}

export function workerEngine(
  deployment: Deployment,
  { verbs, nouns, checks, changes }: WorkerBundle,
): WorkerEngine {
  const { feeds, rest } = feedsFor(deployment);
  const refuseOwn = refusingOwn(ownNames(deployment.settings), 'the stack of Coalmine itself');
  const engine: Engine = {
    ...idleEngine(deployment),
    verbs,
    nouns,
    changes: changeReader(changes, deployment.clients),
    ...omitUndefined({ inboxes: inboxesFor(deployment) }),
    fixtures: fixturesFor(deployment),
    feeds: {
      open: async (on) => {
        if ('queue' in on) refuseOwn(on.queue);
        return feeds.open(on);
      },
    },
    clientOf: (constructor, purpose, address = '') => {
      refuseOwn(address);
      return deployment.clients.clientOf(constructor, purpose, address);
    },
    inputFault: (kind, input) => {
      const check = checks[kind.name];
      return check === undefined ? undefined : inputProblemBy(check, kind, input);
    },
  };
  return { engine, rest };
}

/** Inboxes at the URL of the inbox function; undefined for a fleet without one. */
function inboxesFor(deployment: Deployment): Inboxes | undefined {
  const { settings, fleet, own: clients, clock, random, journal } = deployment;
  const { inboxUrl, table, env, runtimeApi } = settings;
  if (inboxUrl === undefined) return undefined;
  const namespace = `${fleet.project.name}/${fleet.environment.name}`;
  return inboxesOf({
    desk: dynamodbDesk({ clients, clock, table, namespace }),
    journal,
    clock,
    random,
    baseUrl: async () => inboxUrl,
    post: poster({ env, runtimeApi }),
    remedy:
      'Look at the errors and throttles of the inbox function. A worker in a VPC reaches its URL by a NAT gateway.',
  });
}

/** Leases in the table of the project, where the canaries are: runs outside of the stack hold theirs there. */
function fixturesFor({ settings, fleet, clients, clock }: Deployment): Fixtures {
  const name = leaseTableOf(fleet.project.name);
  return { leases: fixtureLeases({ clients, clock, name }), owner: settings.owner };
}

/** The table and the queues of the stack. */
function ownNames({ table, runQueueUrl, taps }: DeployedSettings): readonly string[] {
  return [table, ...[runQueueUrl, ...taps.map(({ queueUrl }) => queueUrl)].map(queueNameOf)];
}

/** Taps are read through the journal that the tap reader function fills; queues of the watched system are read here. */
function feedsFor(deployment: Deployment): { readonly feeds: Feeds; rest(): Promise<void> } {
  const { settings, fleet, clients, own, clock, random, journal, store, taps } = deployment;
  const { project, environment } = fleet;
  const { correlation } = project;
  const sending = { clients: own, correlation, clock, random };
  const probe = tapProbe(sending);
  const queues = feedsOf({
    taps: sqsTaps({ clients, project, environment: environment.name }),
    definitions: taps,
    journal: memoryJournal(),
    leases: store.leases,
    clock,
    probe,
    owner: settings.owner,
  });
  const feeds = journalFeeds<KnownTap>({
    journal,
    clock,
    definitions: taps,
    home: homeIn(settings, environment),
    control: tapControl(sending),
    probe: async ({ on }) => probe(on),
    // The lease is neither released nor renewed: it lasts until the next probe is due.
    mayProbe: async (feed) => {
      const lease = { name: `probe of ${feed}`, owner: newSpanId(random) };
      const ask = { ...lease, nowMs: clock.nowMs(), forMs: PROBE_EVERY_MS, evenAhead: true };
      return (await store.leases.take(ask)).held;
    },
    inspect: async (tap) => inspectDeployed(tap, { clients: own, project }),
    openQueue: (address) => queues.open(address),
  });
  const rest = async (): Promise<void> => {
    feeds.rest();
    await queues.close();
  };
  return { feeds, rest };
}

/** Location of canaries: by their environment, or else by the stack. */
function homeIn({ region, taps }: DeployedSettings, environment: Environment): AwsLocation {
  const { account } = locationOf(taps.find(({ on }) => 'bus' in on)?.filler ?? '');
  const stack = {
    ...omitUndefined({ region, account }),
  };
  return { ...stack, ...homeOf(environment) };
}
