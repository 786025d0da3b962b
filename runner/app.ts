import type { AwsClients } from './adapters/aws/clients.ts';
import { classifyAwsError } from './adapters/aws/errors.ts';
import { changeReader } from './adapters/changes/change-reader.ts';
import * as changes from './adapters/changes/table.ts';
import { SOURCES } from './adapters/references/sources.ts';
import { referencesFor } from './app-parts.ts';
import { refusingOwn } from './core/aws/own-resources.ts';
import type { Clock, Random } from './core/base/clock.ts';
import { omitUndefined } from './core/base/omit-undefined.ts';
import type { Inboxes } from './core/inbox/ports.ts';
import type { Environment, Project, TapDefinition } from './core/model/project.ts';
import type { Notifier } from './core/notice/notifier.ts';
import { type Secrets, secretsOf } from './core/redaction/redact.ts';
import type { Reporters } from './core/report/reporters.ts';
import type { Feeds } from './core/taps/feeds.ts';
import { fillTaps } from './core/taps/tap-addresses.ts';
import type { Engine, Fixtures } from './engine/engine.ts';
import * as nouns from './kinds/nouns/table.ts';
import * as verbs from './kinds/verbs/table.ts';
import type { Settings } from './settings.ts';

/** Parts of an application. */
export interface AppOptions {
  readonly settings: Settings;
  readonly project: Project;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: Random;
  /** The clients of canaries. */
  readonly clients: AwsClients;
  readonly inputFault: Engine['inputFault'];
  /** The table of state, if it is one of DynamoDB: no canary may touch it. */
  readonly stateTable?: string | undefined;
  /** Shared registry of secrets, if more than this application masks them. */
  readonly secrets?: Secrets | undefined;
  readonly reporters?: Reporters;
  /** Inboxes of runs; absent for a command that makes none. */
  readonly inboxes?: Inboxes | undefined;
  readonly fixtures: Fixtures;
  /** Feeds of the project's taps, whose addresses are known once their references were read. */
  feeds(definitions: () => Promise<readonly TapDefinition[]>): Feeds & { close(): Promise<void> };
}

/** Options of notices, apart from the settings. */
export interface NoticeOptions {
  /** Options by which a command finds the state of the runner. */
  readonly commandOptions?: string;
  /** URL of the pages of the runner. */
  readonly pagesUrl?: string;
}

/** An engine, and a function that closes everything it opened. */
export interface App {
  readonly engine: Engine;
  readonly clients: AwsClients;
  /** The project with the references of its taps filled in. */
  resolvedProject(): Promise<Project>;
  /** A notifier for each channel of the project, by its name. The options are for the commands and links that notices give. */
  notifiers(options?: NoticeOptions): Promise<ReadonlyMap<string, Notifier>>;
  /** Stops the reading of queues; the next watch restarts it. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Composes an application that makes runs. Connections are opened on demand. */
export function createApp(of: AppOptions): App {
  const { settings, project, environment, clock, random, clients, secrets = secretsOf() } = of;
  const { reporters, inboxes, fixtures } = of;
  const references = referencesFor({ ...of, sources: SOURCES, secrets });
  const taps = async () => fillTaps(project, environment, references);
  const feeds = of.feeds(taps);
  const engine: Engine = {
    clock,
    random,
    verbs,
    nouns,
    references,
    feeds,
    redactor: secrets.redactor,
    clientOf: clientsApartFrom(of.stateTable, clients),
    classifyAwsError,
    changes: changeReader(changes, clients),
    inputFault: of.inputFault,
    proxyFor: settings.proxyFor,
    ...omitUndefined({ runtimeApi: settings.runtimeApi, reporters, inboxes, fixtures }),
  };
  return {
    engine,
    clients,
    resolvedProject: async () => ({ ...project, taps: await taps() }),
    notifiers: async (options = {}) => {
      // Loaded with the first notice: most runs send none.
      const [{ notifiersOf }, kinds] = await Promise.all([
        import('../reporters/notifications/notifiers.ts'),
        import('../reporters/notifications/table.ts'),
      ]);
      return notifiersOf({
        ...settings,
        ...engine,
        ...options,
        kinds,
        project,
        environment,
        clientOf: (constructor, address) => clients.clientOf(constructor, 'act', address),
      });
    },
    rest: async () => feeds.close(),
    close: async () => {
      await feeds.close();
      clients.close();
    },
  };
}

/** Clients for all but the state of Coalmine itself. */
function clientsApartFrom(stateTable: string | undefined, clients: AwsClients): Engine['clientOf'] {
  const refuseOwn = refusingOwn([stateTable ?? ''], 'the state of Coalmine itself');
  return (constructor, purpose, address = '') => {
    refuseOwn(address);
    return clients.clientOf(constructor, purpose, address);
  };
}
