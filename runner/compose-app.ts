import { awsClients } from './adapters/aws/clients.ts';
import { fixtureLeases, tapLeases } from './adapters/dynamodb/leases.ts';
import { systemClock } from './adapters/runtime/system-clock.ts';
import { systemRandom } from './adapters/runtime/system-random.ts';
import { memoryJournal } from './adapters/taps/memory-journal.ts';
import { sqsTaps } from './adapters/taps/sqs-taps.ts';
import { tapProbe } from './adapters/taps/tap-probe.ts';
import { type App, type AppOptions, createApp } from './app.ts';
import { clientOptions } from './app-parts.ts';
import { leaseTableOf } from './core/taps/lease-table.ts';
import type { Fixtures } from './engine/engine.ts';
import { type FeedsOf, feedsOf } from './engine/taps/tap-subscriptions.ts';

export type { App } from './app.ts';

export interface ComposeOptions
  extends Pick<
    AppOptions,
    'settings' | 'project' | 'environment' | 'secrets' | 'reporters' | 'stateTable' | 'inboxes'
  > {
  /** Name of personal taps. */
  readonly as?: string;
  /** Called if another process, or another call, reads a tap: then its end is awaited. Absent: the tap is refused. */
  readonly waiting?: FeedsOf['waiting'];
  /** Called if another run has the fixture of a setup: then its end is awaited. */
  readonly waitingForFixture?: Fixtures['waiting'];
}

/** Puts an application of one process together, whose own tap readers read the taps. A deployed one: lambda/deployment.ts. */
export function composeApp(given: ComposeOptions): App {
  const { settings, project, environment, as, waiting, waitingForFixture } = given;
  const clock = systemClock();
  const random = systemRandom();
  const clients = awsClients(clientOptions(settings, environment));
  const own = as === undefined ? {} : { as };
  const table = { clients, clock, name: leaseTableOf(project.name) };
  const { owner } = settings;
  return createApp({
    ...given,
    clock,
    random,
    clients,
    fixtures: { leases: fixtureLeases(table), owner, waiting: waitingForFixture },
    // A validator is only for values put in at run time: ajv and yaml take longer to load than most runs to run.
    inputFault: async (kind, input) => (await import('./load/step/step-input.ts')).inputProblem(kind, input),
    feeds: (definitions) =>
      feedsOf({
        taps: sqsTaps({ clients, project, environment: environment.name, ...own }),
        definitions,
        journal: memoryJournal(),
        leases: tapLeases(table),
        clock,
        probe: tapProbe({ clients, correlation: project.correlation, clock, random }),
        owner,
        waiting,
      }),
  });
}
