import { type AwsClients, awsClients } from '../adapters/aws/clients.ts';
import { classifyAwsError } from '../adapters/aws/errors.ts';
import { dynamodbJournal } from '../adapters/dynamodb/journal.ts';
import { dynamodbStore } from '../adapters/dynamodb/store.ts';
import { invocationClock } from '../adapters/runtime/invocation-clock.ts';
import { type SqsRunQueue, sqsRunQueue } from '../adapters/runtime/sqs-run-queue.ts';
import { systemRandom } from '../adapters/runtime/system-random.ts';
import { clientOptions, placeOf, referencesFor } from '../app-parts.ts';
import type { Clock, Random } from '../core/base/clock.ts';
import { ObserverError } from '../core/base/errors.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import type { References } from '../core/expression/reference.ts';
import type { Notifier } from '../core/notice/notifier.ts';
import { type Secrets, secretsOf } from '../core/redaction/redact.ts';
import type { Reporters } from '../core/report/reporters.ts';
import type { StateStore } from '../core/store/ports.ts';
import type { Journal } from '../core/taps/ports.ts';
import { fillTaps } from '../core/taps/tap-addresses.ts';
import { alertingOf } from '../engine/alerting/alerting.ts';
import { earlierRuns } from '../engine/context/earlier-runs.ts';
import type { Engine } from '../engine/engine.ts';
import type { Fleet, FleetContext } from '../engine/fleet-context.ts';
import { type Bundle, fleetIn, type NotifyingBundle } from './bundle.ts';
import type { DeployedSettings } from './deployed-settings.ts';
import { deployedTaps, type KnownTap } from './deployed-taps.ts';

/** Shared state of a container's invocations, of every function, with or without runs. */
export interface Deployment {
  readonly settings: DeployedSettings;
  readonly fleet: Fleet;
  readonly clock: Clock & { renew(): void };
  readonly random: Random;
  readonly secrets: Secrets;
  /** The stack's own clients: for state, taps and notices, whatever role canaries use. */
  readonly own: AwsClients;
  readonly clients: AwsClients;
  readonly references: References;
  readonly store: StateStore;
  readonly journal: Journal;
  readonly queue: SqsRunQueue;
  taps(): Promise<readonly KnownTap[]>;
}

/** Composes the common parts of all functions. Connections are opened on demand. */
export function deploymentOf(bundle: Bundle, settings: DeployedSettings): Deployment {
  const fleet = fleetIn(bundle);
  const { project, environment } = fleet;
  const { table } = settings;
  const clock = invocationClock();
  const secrets = secretsOf();
  const own = awsClients(clientOptions(settings));
  const isOwn = environment.role === undefined && environment.region === undefined;
  const clients = isOwn ? own : awsClients(clientOptions(settings, environment));
  const references = referencesFor({
    settings,
    project,
    environment,
    sources: bundle.sources,
    clients,
    clock,
    secrets,
  });
  const at = { table, project: project.name, environment: environment.name };
  const namespace = `${at.project}/${at.environment}`;
  return {
    settings,
    fleet,
    clock,
    random: systemRandom(),
    secrets,
    own,
    clients,
    references,
    store: dynamodbStore(at, { clients: own, clock }),
    journal: dynamodbJournal({ clients: own, table, namespace, clock }),
    queue: sqsRunQueue({ clients: own, url: settings.runQueueUrl, clock }),
    taps: deployedTaps(project, settings.taps, async () => fillTaps(project, environment, references)),
  };
}

/** An engine for functions that make no runs. The outcome of a run that its worker left is applied without a reading of changes. */
export function idleEngine({
  clock,
  random,
  secrets,
  references,
  clients,
  settings,
  store,
}: Deployment): Engine {
  return {
    clock,
    random,
    verbs: {},
    nouns: {},
    references,
    feeds: { open: async () => Promise.reject(new Error('this function makes no runs')) },
    redactor: secrets.redactor,
    clientOf: clients.clientOf,
    classifyAwsError,
    inputFault: () => undefined,
    cleanups: { list: store.cleanups, owner: settings.process },
    earlier: earlierRuns(store.runs, placeOf(settings)),
    changes: async () => {
      throw new ObserverError('The worker that made the run ended before it read them.');
    },
    proxyFor: settings.proxyFor,
    ...omitUndefined({ runtimeApi: settings.runtimeApi }),
  };
}

/** The fleet context of an invocation, by its name and its reporters. */
export function monitors(
  deployment: Deployment,
  engine: Engine,
  { notifiers: kinds }: NotifyingBundle,
): (owner: string, reporters: Reporters) => FleetContext {
  const { settings, fleet, store, queue, own } = deployment;
  let notifiers: Promise<ReadonlyMap<string, Notifier>> | undefined;
  const all = async () => {
    notifiers ??= import('../../reporters/notifications/notifiers.ts').then(({ notifiersOf }) =>
      notifiersOf({
        ...settings,
        ...engine,
        ...fleet,
        commandOptions: `--env ${fleet.environment.name} --table ${settings.table}`,
        kinds,
        clientOf: (constructor, address) => own.clientOf(constructor, 'act', address),
      }),
    );
    return notifiers;
  };
  const notifierOf = (channel: string): Notifier => ({
    address: async () => ((await all()).get(channel) as Notifier).address(),
    send: async (notice, ask) => ((await all()).get(channel) as Notifier).send(notice, ask),
  });
  return (owner, reporters) => {
    const { alerts, runs, leases } = store;
    const shared = { engine: { ...engine, reporters }, fleet, alerts, owner };
    return {
      ...shared,
      runs,
      alerting: alertingOf({ ...shared, leases, notifierOf }),
      queue,
      askSweep: async () => queue.askSweep(),
    };
  };
}
