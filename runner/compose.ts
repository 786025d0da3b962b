import { awsClients } from './adapters/aws-clients.ts';
import { dynamodbLeases } from './adapters/dynamodb-leases.ts';
import { memoryJournal } from './adapters/memory-journal.ts';
import { sqsTaps } from './adapters/sqs-taps.ts';
import { systemClock } from './adapters/system-clock.ts';
import { systemRandom } from './adapters/system-random.ts';
import { leaseTableOf } from './adapters/tap-name.ts';
import { tapProbe } from './adapters/tap-probe.ts';
import { type Application, type ApplicationOf, applicationOf } from './application.ts';
import { feedsOf } from './engine/feeds.ts';
import { clientOptions } from './outside.ts';

export type { Application } from './application.ts';

/** What an application is put together for. */
export interface ComposeFor
  extends Pick<ApplicationOf, 'settings' | 'project' | 'environment' | 'secrets' | 'onProgress'> {
  /** Taps of somebody's own. */
  readonly as?: string;
}

/** Puts an application of one process together, whose own witnesses read the taps. A deployed one: lambda/deployment.ts. */
export function compose(given: ComposeFor): Application {
  const { settings, project, environment, as } = given;
  const clock = systemClock();
  const random = systemRandom();
  const clients = awsClients(clientOptions(settings, environment));
  const own = as === undefined ? {} : { as };
  return applicationOf({
    ...given,
    clock,
    random,
    clients,
    // A validator is only for values put in at run time: ajv and yaml take longer to load than most runs to run.
    inputFault: async (kind, input) => (await import('./load/step-input.ts')).inputProblem(kind, input),
    feeds: (definitions) =>
      feedsOf({
        taps: sqsTaps({ clients, project, environment: environment.name, ...own }),
        definitions,
        journal: memoryJournal(),
        leases: dynamodbLeases(clients, leaseTableOf(project.name)),
        clock,
        probe: tapProbe({ clients, correlation: project.correlation, clock, random }),
        owner: settings.owner,
      }),
  });
}
