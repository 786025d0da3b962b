import type { AwsClients } from '../../adapters/aws/clients.ts';
import { classifyAwsError } from '../../adapters/aws/errors.ts';
import { accountOf } from '../../app-parts.ts';
import { type App, composeApp } from '../../compose-app.ts';
import { CanaryError, DeliveryError } from '../../core/base/errors.ts';
import type { StateStore } from '../../core/store/ports.ts';
import type { Leases } from '../../core/taps/ports.ts';
import { earlierRuns } from '../../engine/context/earlier-runs.ts';
import type { Engine } from '../../engine/engine.ts';
import { type FleetContext, scheduledIn } from '../../engine/fleet-context.ts';
import { type Settings, settingsFrom } from '../../settings.ts';
import { EXIT, type Io, UsageError } from './io.ts';
import { openStore, type StateOptions, stateFileOf } from './open-store.ts';
import { environmentOf, oneProject, projectAt, select, sound } from './selection.ts';

/** A fleet with its state, ready to be watched over or acted upon. */
export interface Watched {
  readonly context: FleetContext;
  readonly leases: Leases;
  readonly clients: AwsClients;
  /** Where its state is kept, for people. */
  readonly stateAt: string;
  close(): Promise<void>;
}

/** Options that say which fleet, and where its state is. */
export interface FleetOptions extends StateOptions {
  readonly env?: string;
}

/**
 * Does something with the fleet at some paths. What is wrong with its files or its state is printed, and gives the exit code.
 */
export async function withFleet(
  paths: readonly string[],
  options: FleetOptions,
  io: Io,
  work: (watched: Watched) => Promise<number>,
): Promise<number> {
  let watched: Watched | undefined;
  try {
    watched = await fleetAt(paths, options, io);
    return watched === undefined ? EXIT.usage : await work(watched);
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    io.stderr.write(`${fault.message}\n`);
    return fault.blame === 'definition' ? EXIT.usage : EXIT.error;
  } finally {
    await watched?.close();
  }
}

/**
 * Loads the canaries at some paths and opens their state. Where a file is faulty its faults are printed, and there is no fleet.
 * The queue and the reports are those of nobody: who runs canaries puts others in their place.
 */
async function fleetAt(
  paths: readonly string[],
  options: FleetOptions,
  io: Io,
): Promise<Watched | undefined> {
  const loaded = sound(await select(paths, io), io);
  const at = loaded === undefined ? undefined : await projectAt(paths, io);
  if (loaded === undefined || at === undefined) return undefined;
  const project = oneProject(loaded);
  const environment = environmentOf(project, options.env);
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const application = composeApp({ settings, project, environment, secrets: io.secrets });
  const store = await openStore({ ...options, ...at, environment }, true, io);
  const notifiers = await application.notifiers();
  const context: FleetContext = {
    engine: keepingEngine(application, store, settings),
    fleet: {
      project,
      environment,
      canaries: scheduledIn(
        loaded.map(({ canary }) => canary),
        environment,
      ),
    },
    runs: store.runs,
    alerts: store.alerts,
    queue: { holds: () => false, send: async () => {} },
    owner: settings.owner,
    notifierOf: (channel) =>
      notifiers.get(channel) ?? { send: async () => Promise.reject(noChannel(channel)) },
    report: async () => {},
    undelivered: async (notices) => {
      for (const { kind, about } of notices)
        io.stderr.write(
          `Nobody could be told that ${about.canary} ${kind}: no channel is left. Look at 'coalmine explain --alert'.\n`,
        );
    },
  };
  return {
    context,
    leases: store.leases,
    clients: application.clients,
    stateAt: options.table ?? stateFileOf({ ...options, ...at, environment }, io),
    close: async () => {
      await store.close();
      await application.close();
    },
  };
}

/** The engine of runs that are kept. */
function keepingEngine({ engine }: App, { cleanups, runs }: StateStore, settings: Settings): Engine {
  return {
    ...engine,
    cleanups: { list: cleanups, owner: settings.process },
    earlier: earlierRuns(runs, accountOf(settings)),
  };
}

/** A channel that was there when its notice was decided, and is not in the project file any more. */
function noChannel(channel: string): DeliveryError {
  return new DeliveryError(`There is no channel '${channel}' in the project file any more.`, {
    permanent: true,
  });
}
