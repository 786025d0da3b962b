import { placeOf } from '../app-parts.ts';
import { type App, composeApp } from '../compose-app.ts';
import { CanaryError } from '../core/base/errors.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import { parseRunId } from '../core/base/run-id.ts';
import type { CleanupEntry } from '../core/cleanup/pending-cleanups.ts';
import type { Environment } from '../core/model/project.ts';
import type { RunResult } from '../core/model/run-result.ts';
import { isShort, SHORTEST_SECRET } from '../core/redaction/encodings.ts';
import type { Reporters } from '../core/report/reporters.ts';
import { earlierRuns } from '../engine/context/earlier-runs.ts';
import type { Engine, RunRequest } from '../engine/engine.ts';
import { type DryRun, dryRun } from '../engine/run/dry-run.ts';
import { runFleet } from '../engine/run/run-fleet.ts';
import type { LoadedCanary } from '../load/index.ts';
import type { Settings } from '../settings.ts';
import { type InboxOptions, type LocalInboxes, localInboxes } from './local-inbox.ts';
import type { StateOptions } from './open-store.ts';
import { formatSwept, pendingCleanups, type SweepsWith, sweepAll } from './pending-cleanups.ts';
import { type Keeper, keeperFor, NO_KEEPER } from './record-results.ts';
import { environmentOf } from './selection.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/** Canaries to run now, and the way to run them. */
export interface RunsOf extends StateOptions, InboxOptions {
  readonly canaries: readonly LoadedCanary[];
  /** An environment of the project file. */
  readonly env?: string | undefined;
  /** The id of an earlier run whose generated data is wanted again. */
  readonly seed?: string | undefined;
  /** Name of personal taps. */
  readonly as?: string | undefined;
  /** True to skip cleanup. */
  readonly keep?: boolean | undefined;
  /** True to store the results. */
  readonly store: boolean;
  readonly settings: Settings;
  readonly reporters: Reporters;
  /** Ends the runs early; their cleanup still runs. */
  readonly signal: AbortSignal;
  /** True to wait for another reader of a tap, with a warning. @default such a tap is refused */
  readonly waitsForTaps?: boolean;
  /** Writes an environment as the caller's option. */
  readonly envOption?: (name: string) => string;
}

/** Runs of canaries that can be made: every option was checked, and nothing was done yet. */
export interface Runs {
  /** Makes the runs, so many at a time in each project, and gives their results, project by project. */
  make(concurrency: number): Promise<readonly RunResult[]>;
  /** Plans the runs without acting. */
  plan(options: { readonly showValues: boolean }): Promise<readonly DryRun[]>;
  /** Closes every connection. */
  close(): Promise<void>;
}

/**
 * Prepares runs of canaries on demand, by the same engine as a schedule would make them: for the command line and for other programs.
 * @throws UsageError for an option that cannot be used, and for a secret that is too short to be masked.
 */
export function openRuns(of: RunsOf, around: Surroundings): Runs {
  const seed = seedOf(of.seed);
  refuseWeakSecrets(of);
  const inboxes = localInboxes(of, of.settings);
  const fleets = fleetsOf(of, around, inboxes);
  const requestsOf = ({ canaries, environment }: Fleet): readonly RunRequest[] =>
    canaries.map(({ canary, project }) => ({
      canary,
      project,
      environment,
      signal: of.signal,
      keep: of.keep === true,
      ...omitUndefined({ seed }),
    }));
  return {
    make: async (concurrency) => {
      const keepers = await Promise.all(
        fleets.map(async (fleet) =>
          of.store ? keeperFor({ ...of, ...fleet, mayLeave: mayLeave(fleet) }, around) : NO_KEEPER,
        ),
      );
      try {
        const made = fleets.map(async (fleet, index) => {
          const keeper = keepers[index] as Keeper;
          const results = await runFleet(requestsOf(fleet), keepingEngine(fleet, keeper, of), {
            concurrency,
            ended: keeper.keep,
          });
          await sweepEarlier(fleet, keeper, { of, around });
          return results;
        });
        return (await Promise.all(made)).flat();
      } finally {
        await Promise.all(keepers.map(async ({ close }) => close()));
      }
    },
    plan: async ({ showValues }) => {
      const plans = fleets.flatMap((fleet) =>
        requestsOf(fleet).map(async (request) =>
          dryRun({ ...request, showValues }, fleet.application.engine),
        ),
      );
      return Promise.all(plans);
    },
    close: async () => {
      await Promise.all([...fleets.map(async ({ application }) => application.close()), inboxes.close()]);
    },
  };
}

interface Fleet {
  readonly canaries: readonly LoadedCanary[];
  readonly project: LoadedCanary['project'];
  readonly projectFile?: string;
  readonly environment: Environment;
  readonly application: App;
}

/** One application for each project file: its taps, its names, its secrets. */
function fleetsOf(of: RunsOf, { secrets, warn }: Surroundings, inboxes: LocalInboxes): readonly Fleet[] {
  const projects = Map.groupBy(of.canaries, ({ projectFile }) => projectFile ?? '');
  const chosen = [...projects.values()].map((canaries) => {
    const [{ project, projectFile }] = canaries as [LoadedCanary];
    const environment = environmentOf(project, of.env, of.envOption);
    return { canaries, project, environment, ...omitUndefined({ projectFile }) };
  });
  const waiting = (feed: string, by: string): void =>
    warn(`The tap on ${feed} is read by ${by}. Runs that need it wait for the end of that.`);
  const waitingForFixture = (canary: string, by: string): void =>
    warn(`The setup of ${canary} waits for the end of a run of ${by}, which has the same fixture.`);
  return chosen.map((fleet) => {
    const { project, environment } = fleet;
    const { settings, reporters, table: stateTable, as } = of;
    const own = of.waitsForTaps === true ? { waiting } : {};
    const shared = {
      settings,
      reporters,
      stateTable,
      secrets,
      inboxes,
      waitingForFixture,
      ...own,
      ...omitUndefined({ as }),
    };
    return { ...fleet, application: composeApp({ ...shared, project, environment }) };
  });
}

function seedOf(written: string | undefined): RunRequest['seed'] {
  if (written === undefined) return undefined;
  const seed = parseRunId(written);
  if (seed === undefined) throw new UsageError(`'${written}' is not a run id: it must be 32 hex digits.`);
  return seed;
}

/** A short secret would mask half of every report; one that is not set cannot be masked at all. */
function refuseWeakSecrets({ canaries, settings: { env } }: RunsOf): void {
  const names = new Set(canaries.flatMap(({ project }) => project.secrets));
  const weak = [...names].filter((name) => env[name] !== undefined && isShort(env[name] ?? ''));
  if (weak.length === 0) return;
  throw new UsageError(
    `The secret in ${weak.join(', ')} is shorter than ${SHORTEST_SECRET} characters, too short to be masked. Use a longer one.`,
  );
}

function mayLeave({ canaries }: Fleet): boolean {
  return canaries.some(({ canary }) => canary.cleanup.length > 0);
}

function keepingEngine({ application }: Fleet, { cleanups: list, runs }: Keeper, of: RunsOf): Engine {
  const { settings } = of;
  return {
    ...application.engine,
    ...(list === undefined ? {} : { cleanups: { list, owner: settings.process } }),
    ...(runs === undefined ? {} : { earlier: earlierRuns(runs, placeOf(settings)) }),
  };
}

/** Cleans up after earlier runs that were killed. Its outcome is a warning, and changes no verdict. */
async function sweepEarlier(
  fleet: Fleet,
  { cleanups: list }: Keeper,
  { of, around }: { readonly of: RunsOf; readonly around: Surroundings },
): Promise<void> {
  if (list === undefined) return;
  const { clock, classifyAwsError } = fleet.application.engine;
  const given: SweepsWith = { ...fleet, list, owner: of.settings.owner, signal: of.signal };
  try {
    const { over } = await pendingCleanups(list, clock.nowMs(), around.who);
    const fresh = over.filter(({ tries }) => tries === 0);
    for (const one of await sweepAll(fresh, given))
      around.warn(`${formatWhy(one.entry)}:\n${formatSwept(one, clock.nowMs())}`);
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    around.warn(`Leftovers of earlier runs were not swept. ${fault.message}`);
  }
}

function formatWhy({ late = false }: CleanupEntry): string {
  return late
    ? 'Cleaned up again, for late effects of an earlier run that did not pass'
    : 'Left by an earlier run that was killed';
}
