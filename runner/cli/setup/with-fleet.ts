import type { AwsClients } from '../../adapters/aws/clients.ts';
import { shownPath } from '../../adapters/references/shown-path.ts';
import type { AppOptions, NoticeOptions } from '../../app.ts';
import { placeOf } from '../../app-parts.ts';
import { type App, composeApp } from '../../compose-app.ts';
import { runnerSubject } from '../../core/alert/runner-alerts.ts';
import { DeliveryError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/format.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { Environment } from '../../core/model/project.ts';
import type { Notifier } from '../../core/notice/notifier.ts';
import type { Reporter } from '../../core/report/reporter.ts';
import { joinReporters, type Reporters } from '../../core/report/reporters.ts';
import type { StateStore } from '../../core/store/ports.ts';
import type { Leases } from '../../core/taps/ports.ts';
import { alertingOf } from '../../engine/alerting/alerting.ts';
import { earlierRuns } from '../../engine/context/earlier-runs.ts';
import type { Engine } from '../../engine/engine.ts';
import {
  type Fleet,
  type FleetContext,
  STACK_TOPIC,
  scheduledIn,
  TERMINAL,
  withDefaultChannel,
} from '../../engine/fleet-context.ts';
import { type InboxOptions, localInboxes } from '../../runs/local-inbox.ts';
import { openStore, type StateOptions, stateFileOf } from '../../runs/open-store.ts';
import { environmentOf, select } from '../../runs/selection.ts';
import { UsageError } from '../../runs/usage-error.ts';
import { type Settings, settingsFrom } from '../../settings.ts';
import { type FormerState, formerStatesOf } from './former-states.ts';
import { EXIT, type Io } from './io.ts';
import { oneProject, projectOf, sound } from './selection.ts';
import { terminalNotifier } from './terminal-channel.ts';
import { reportingFaults } from './with-store.ts';

/** A fleet with its state, ready to be watched over or acted upon. */
export interface Watched {
  readonly context: FleetContext;
  readonly leases: Leases;
  readonly clients: AwsClients;
  /** Location of its state, for display. */
  readonly stateAt: string;
  /** Names of canaries of the environment that have no schedule. */
  readonly unscheduled: readonly string[];
  /** States of environments that the project no longer has. */
  former(): Promise<readonly FormerState[]>;
  /** The same context with other reporters. */
  contextWith(reporters: Reporters): FleetContext;
  /** The context of another fleet with another state. */
  contextFor(fleet: Fleet, store: StateStore): FleetContext;
  close(): Promise<void>;
}

export interface FleetOptions extends StateOptions, InboxOptions {
  readonly env?: string;
  /** URL of the pages that notices link to. */
  readonly pagesUrl?: string;
}

/** Work with a fleet. */
interface FleetWork {
  /** Permits a new state file. Without it, a state that does not exist is refused. */
  readonly create: boolean;
  work(watched: Watched): Promise<number>;
}

/** Runs a function with the fleet at some paths. Faults of its files or its state are printed, and decide the exit code. */
export async function withFleet(
  paths: readonly string[],
  options: FleetOptions,
  io: Io,
  { create, work }: FleetWork,
): Promise<number> {
  let watched: Watched | undefined;
  try {
    return await reportingFaults(io, async () => {
      watched = await fleetAt(paths, { ...options, create }, io);
      return watched === undefined ? EXIT.usage : work(watched);
    });
  } finally {
    await watched?.close();
  }
}

/**
 * Loads the canaries at some paths and opens their state. Faults of files are printed, and there is no fleet. Its queue and its reports do
 * nothing: a command that runs canaries replaces them.
 */
async function fleetAt(
  paths: readonly string[],
  options: FleetOptions & Pick<FleetWork, 'create'>,
  io: Io,
): Promise<Watched | undefined> {
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return undefined;
  const at = projectOf(loaded);
  const project = oneProject(loaded);
  const environment = environmentOf(project, options.env);
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const store = await openStore({ ...options, ...at, environment }, options.create, io);
  const application = applicationOf({ settings, project, environment }, options, io);
  const canaries = scheduledIn(
    loaded.map(({ canary }) => canary),
    environment,
  );
  // A command on a deployed stack's table leaves the notices to the stack, but one that watches sends them itself.
  const isOfStack = options.table !== undefined && !options.create;
  const fleet = withDefaultChannel({ project, environment, canaries }, isOfStack ? STACK_TOPIC : TERMINAL);
  const engine = keepingEngine(application, store, settings);
  const noticeOptions = noticeOptionsOf(paths, options, environment);
  const printed = terminalNotifier(io, { ...settings, ...engine, ...noticeOptions });
  const notifiers = new Map([[TERMINAL.name, printed], ...(await application.notifiers(noticeOptions))]);
  const contextOf = (reporters: Reporters, of: Fleet, { alerts, runs, leases }: StateStore): FleetContext => {
    const shared = { engine: { ...engine, reporters }, fleet: of, alerts, owner: settings.owner };
    const notifierOf = (channel: string): Notifier => notifiers.get(channel) ?? leftToStack(channel);
    const queue = { holds: () => false, send: async () => {} };
    return { ...shared, runs, alerting: alertingOf({ ...shared, leases, notifierOf }), queue };
  };
  const { clock } = engine;
  const last = joinReporters([lastResort(io)], { clock, endWithinMs: 0, failed: () => {} });
  return {
    context: contextOf(last, fleet, store),
    contextWith: (reporters) => contextOf(reporters, fleet, store),
    contextFor: (of, its) => contextOf(last, of, its),
    former: async () => formerStatesOf({ ...options, ...at, environment }, io),
    leases: store.leases,
    clients: application.clients,
    stateAt: options.table ?? shownPath(io.cwd, stateFileOf({ ...options, ...at, environment }, io)),
    unscheduled: loaded
      .map(({ canary }) => canary)
      .filter(({ schedule, only }) => schedule === undefined && only?.includes(environment.name) !== false)
      .map(({ name }) => name),
    close: async () => {
      await store.close();
      await application.close();
    },
  };
}

/** The application of a fleet, whose end is that of its inboxes too. */
function applicationOf(
  of: Pick<AppOptions, 'settings' | 'project' | 'environment'>,
  options: FleetOptions,
  { secrets }: Io,
): App {
  const inboxes = localInboxes(options, of.settings);
  const application = composeApp({ ...of, inboxes, secrets, stateTable: options.table });
  return {
    ...application,
    close: async () => {
      await application.close();
      await inboxes.close();
    },
  };
}

/** Options of notices: the arguments of commands that they name, and the pages that they link to. */
function noticeOptionsOf(
  paths: readonly string[],
  options: FleetOptions,
  environment: Environment,
): NoticeOptions & { readonly commandOptions: string } {
  const commandOptions = commandOptionsOf(paths, options, environment);
  return { commandOptions, ...omitUndefined({ pagesUrl: options.pagesUrl }) };
}

/** Arguments by which another command finds the same canaries and the same state. */
function commandOptionsOf(
  paths: readonly string[],
  { state, table }: StateOptions,
  { name }: Environment,
): string {
  const options = Object.entries({ env: name, state, table });
  return [
    ...paths.map(shellWord),
    ...options.flatMap(([key, value]) => (value === undefined ? [] : [`--${key} ${shellWord(value)}`])),
  ].join(' ');
}

/** Prints the notices that no channel is left for. */
export function lastResort({ stderr }: Pick<Io, 'stderr'>): Reporter {
  return {
    name: 'last resort',
    onUndelivered: (notices) => {
      for (const { kind, about } of notices) {
        const subject = runnerSubject(about.canary);
        const [whose, command] =
          subject === undefined
            ? [about.canary, `explain ${about.canary} --alert`]
            : [`Coalmine itself (${subject})`, 'status'];
        stderr.write(
          `No channel is left for the notice '${kind}' of ${whose}. Look at 'coalmine ${command}'.\n`,
        );
      }
    },
  };
}

/** The engine of runs that are kept. */
function keepingEngine({ engine }: App, { cleanups, runs }: StateStore, settings: Settings): Engine {
  return {
    ...engine,
    cleanups: { list: cleanups, owner: settings.process },
    earlier: earlierRuns(runs, placeOf(settings)),
  };
}

/** For the default channel of a deployed stack: a command on this machine cannot reach it. */
function leftToStack(channel: string): Notifier {
  const refuse = async (): Promise<never> => {
    throw new DeliveryError(`The deployed stack sends to '${channel}', not this command.`);
  };
  return { address: refuse, send: refuse };
}
