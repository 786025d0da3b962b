import type { NotifiersOf } from '../reporters/notifications/notifiers.ts';
import { type AwsClients, awsClients } from './adapters/aws-clients.ts';
import { sortFault } from './adapters/aws-faults.ts';
import { dynamodbLeases } from './adapters/dynamodb-leases.ts';
import { envReferences } from './adapters/env-references.ts';
import { eventProbe } from './adapters/event-probe.ts';
import { memoryJournal } from './adapters/memory-journal.ts';
import { sqsTaps } from './adapters/sqs-taps.ts';
import { systemClock } from './adapters/system-clock.ts';
import { systemRandom } from './adapters/system-random.ts';
import { leaseTableOf } from './adapters/tap-name.ts';
import type { Notifier } from './core/ports.ts';
import type { Progress } from './core/progress.ts';
import type { Environment, Project } from './core/project.ts';
import { redactorOf } from './core/redact.ts';
import { fillTaps } from './core/tap-addresses.ts';
import type { Engine } from './engine/engine.ts';
import { feedsOf } from './engine/feeds.ts';
import * as nouns from './kinds/nouns/table.ts';
import * as verbs from './kinds/verbs/table.ts';
import { inputProblem } from './load/step-input.ts';
import { awsOptions, type Settings } from './settings.ts';

/** What an application is put together for. */
export interface ComposeFor {
  readonly settings: Settings;
  readonly project: Project;
  readonly environment: Environment;
  /** Taps of somebody's own. */
  readonly as?: string;
  onProgress?(progress: Progress): void;
}

/** An engine, and what ends all that it opened. */
export interface Application {
  readonly engine: Engine;
  readonly clients: AwsClients;
  /** The project with the references of its taps filled in. */
  resolvedProject(): Promise<Project>;
  /** A notifier for each channel of the project, by its name. */
  notifiers(): Promise<ReadonlyMap<string, Notifier>>;
  close(): Promise<void>;
}

/** Puts the application together: the only place that makes adapters. Nothing is connected before it is used. */
export function compose({ settings, project, environment, as, onProgress }: ComposeFor): Application {
  const clock = systemClock();
  const random = systemRandom();
  const clients = awsClients(awsOptions(settings, environment));
  const references = envReferences(settings.env, project.secrets);
  const own = as === undefined ? {} : { as };
  const feeds = feedsOf({
    taps: sqsTaps({ clients, project: project.name, environment: environment.name, ...own }),
    definitions: () => fillTaps(project, environment, references),
    journal: memoryJournal(),
    leases: dynamodbLeases(clients, leaseTableOf(project.name)),
    clock,
    probe: eventProbe({ clients, correlation: project.correlation, clock, random }),
    owner: settings.owner,
  });
  const secrets = project.secrets.flatMap((name) => settings.env[name] ?? []);
  const engine: Engine = {
    clock,
    random,
    verbs,
    nouns,
    references,
    feeds,
    redactor: redactorOf(secrets),
    clientOf: (constructor, purpose) => clients.clientOf(constructor, purpose),
    sortFault,
    inputFault: inputProblem,
    ...(settings.runtimeApi === undefined ? {} : { runtimeApi: settings.runtimeApi }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  return {
    engine,
    clients,
    resolvedProject: async () => ({ ...project, taps: await fillTaps(project, environment, references) }),
    notifiers: async () =>
      notifiersFor({
        ...settings,
        ...engine,
        project,
        environment,
        clientOf: (constructor) => clients.clientOf(constructor, 'act'),
      }),
    close: async () => {
      await feeds.close();
      clients.close();
    },
  };
}

/** Loaded when somebody is to be told: most runs tell nobody. */
async function notifiersFor(of: Omit<NotifiersOf, 'post'> & Pick<Settings, 'runtimeApi'>) {
  const [{ notifiersOf }, { poster }] = await Promise.all([
    import('../reporters/notifications/notifiers.ts'),
    import('../reporters/notifications/post.ts'),
  ]);
  return notifiersOf({ ...of, post: poster(of) });
}
