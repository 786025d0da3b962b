import type { ClientOf } from '../../../../reporters/contract.ts';
import { verdictOf } from '../../../../reporters/files/json.ts';
import { awsClients } from '../../../adapters/aws/clients.ts';
import { loopDelay } from '../../../adapters/runtime/loop-delay.ts';
import { systemClock } from '../../../adapters/runtime/system-clock.ts';
import { accountOf, clientOptions } from '../../../app-parts.ts';
import { type App, composeApp } from '../../../compose-app.ts';
import { CanaryError } from '../../../core/base/errors.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { parseRunId } from '../../../core/base/run-id.ts';
import type { CleanupEntry } from '../../../core/cleanup/pending-cleanups.ts';
import type { RunResult } from '../../../core/model/run-result.ts';
import { isShort, SHORTEST_SECRET } from '../../../core/redaction/encodings.ts';
import type { Reporters } from '../../../core/report/reporters.ts';
import { earlierRuns } from '../../../engine/context/earlier-runs.ts';
import type { Engine, RunRequest } from '../../../engine/engine.ts';
import { type DryRunRequest, dryRun } from '../../../engine/run/dry-run.ts';
import { runFleet } from '../../../engine/run/run-fleet.ts';
import { Interrupted } from '../../../engine/steps/classify-error.ts';
import type { LoadedCanary } from '../../../load/index.ts';
import { type Settings, settingsFrom } from '../../../settings.ts';
import { formatDryRun } from '../../output/format-dry-run.ts';
import { type Keeper, keeperFor } from '../../output/record-results.ts';
import { reportersFor } from '../../output/reporters.ts';
import { EXIT, type Io, UsageError } from '../../setup/io.ts';
import type { StateOptions } from '../../setup/open-store.ts';
import { formatSwept, pendingCleanups, type SweepsWith, sweepAll } from '../../setup/pending-cleanups.ts';
import { environmentOf, select, sound, tagged } from '../../setup/selection.ts';

export interface RunOptions extends StateOptions {
  readonly tag: readonly string[];
  readonly reporter: readonly string[];
  readonly concurrency: number;
  readonly env?: string;
  readonly seed?: string;
  readonly as?: string;
  readonly dryRun?: boolean;
  readonly showValues?: boolean;
  readonly keep?: boolean;
}

/** `coalmine run`: runs canaries now, by the same engine as a schedule would. */
export async function run(paths: readonly string[], options: RunOptions, io: Io): Promise<number> {
  if (options.showValues === true && options.dryRun !== true)
    throw new UsageError('--show-values goes with --dry-run.');
  const seed = options.seed === undefined ? undefined : parseRunId(options.seed);
  if (options.seed !== undefined && seed === undefined)
    throw new UsageError(`'${options.seed}' is not a run id: it must be 32 hex digits.`);
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const chosen = tagged(loaded, options.tag);
  const { reporters, endReporters, close } = await openedReporters(options, settings, io);
  const ending = new AbortController();
  const fleets = fleetsOf(chosen, options, { settings, reporters, io });
  refuseWeakSecrets(fleets, settings);
  const stopListening = io.onInterrupt({
    message: 'Ending: cleaning up. Press Ctrl-C again to leave at once.',
    act: () => ending.abort(new Interrupted('The run was interrupted.')),
  });
  const own = { ...omitUndefined({ seed }), keep: options.keep === true };
  const requests = fleets.map((fleet) =>
    fleet.canaries.map(
      (one): RunRequest => ({ ...one, ...own, environment: fleet.environment, signal: ending.signal }),
    ),
  );
  try {
    const { showValues = false } = options;
    if (options.dryRun === true)
      return await dry(
        requests.flat().map((one) => ({ ...one, showValues })),
        fleets,
        io,
      );
    const results = await runAll(fleets, requests, options, io);
    await endReporters();
    return ending.signal.aborted ? EXIT.interrupted : exitCodeOf(results);
  } finally {
    stopListening();
    close();
    await Promise.all(fleets.map(async ({ application }) => application.close()));
  }
}

/** The reporters of the command line, and what ends them. */
async function openedReporters({ reporter }: RunOptions, settings: Settings, io: Io) {
  const clients = awsClients(clientOptions(settings));
  const clock = systemClock();
  const clientOf: ClientOf = (constructor) => clients.clientOf(constructor, 'observe');
  const reporters = await reportersFor(reporter, { place: 'run', io, clock, clientOf });
  const delay = reporters.has('onHealth') ? loopDelay() : undefined;
  const endReporters = async (): Promise<void> => {
    if (delay !== undefined)
      reporters.emit('onHealth', {
        runner: io.who.host,
        atMs: clock.nowMs(),
        eventLoopDelayMs: delay.longestMs(),
      });
    await reporters.end();
  };
  const close = (): void => {
    delay?.end();
    clients.close();
  };
  return { reporters, endReporters, close };
}

interface Fleet {
  readonly canaries: readonly Pick<LoadedCanary, 'canary' | 'project'>[];
  readonly project: LoadedCanary['project'];
  readonly projectFile?: string;
  readonly environment: RunRequest['environment'];
  readonly application: App;
  readonly settings: Settings;
}

/** Runs the fleets concurrently, and stores each result as soon as its run has ended. */
async function runAll(
  fleets: readonly Fleet[],
  requests: readonly (readonly RunRequest[])[],
  options: RunOptions,
  io: Io,
): Promise<readonly RunResult[]> {
  const keepers = await Promise.all(
    fleets.map(async (fleet) => keeperFor({ ...options, ...fleet, mayLeave: mayLeave(fleet) }, io)),
  );
  try {
    const results = fleets.map(async (fleet, index) => {
      const { keep, cleanups: list, runs } = keepers[index] as Keeper;
      const { engine } = fleet.application;
      const { owner, process } = fleet.settings;
      const noting: Engine = {
        ...engine,
        ...(list === undefined ? {} : { cleanups: { list, owner: process } }),
        ...(runs === undefined ? {} : { earlier: earlierRuns(runs, accountOf(fleet.settings)) }),
      };
      const { concurrency } = options;
      const some = await runFleet(requests[index] ?? [], noting, { concurrency, ended: keep });
      const [{ signal }] = requests[index] as [RunRequest];
      if (list !== undefined) await sweepEarlier({ ...fleet, list, owner, signal }, io);
      return some;
    });
    return (await Promise.all(results)).flat();
  } finally {
    await Promise.all(keepers.map(async ({ close }) => close()));
  }
}

function mayLeave({ canaries }: Fleet): boolean {
  return canaries.some(({ canary }) => canary.cleanup.length > 0);
}

/** Cleans up after earlier runs that were killed. Its outcome is printed, and changes no verdict. */
async function sweepEarlier(given: SweepsWith, { stderr, who }: Io): Promise<void> {
  const { clock, classifyAwsError } = given.application.engine;
  try {
    const { over } = await pendingCleanups(given.list, clock.nowMs(), who);
    for (const one of await sweepAll(
      over.filter(({ tries }) => tries === 0),
      given,
    ))
      stderr.write(`${formatWhy(one.entry)}:\n${formatSwept(one, clock.nowMs())}\n`);
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    stderr.write(`Leftovers of earlier runs were not swept. ${fault.message}\n`);
  }
}

function formatWhy({ late = false }: CleanupEntry): string {
  return late
    ? 'Cleaned up again, for late effects of an earlier run that did not pass'
    : 'Left by an earlier run that was killed';
}

/** One application for each project file: its taps, its names, its secrets. */
function fleetsOf(
  chosen: readonly LoadedCanary[],
  options: RunOptions,
  given: { readonly settings: Settings; readonly reporters: Reporters; readonly io: Io },
): readonly Fleet[] {
  const projects = Map.groupBy(chosen, ({ projectFile }) => projectFile ?? '');
  return [...projects.values()].map((canaries) => {
    const [{ project, projectFile }] = canaries as [LoadedCanary];
    const environment = environmentOf(project, options.env);
    const application = composeApp({
      stateTable: options.table,
      settings: given.settings,
      project,
      environment,
      reporters: given.reporters,
      ...omitUndefined({ as: options.as }),
      secrets: given.io.secrets,
    });
    return {
      canaries: canaries.map(({ canary }) => ({ canary, project })),
      project,
      environment,
      application,
      settings: given.settings,
      ...omitUndefined({ projectFile }),
    };
  });
}

/** A short secret would mask half of every report; one that is not set cannot be masked at all. */
function refuseWeakSecrets(fleets: readonly Fleet[], { env }: Settings): void {
  const weak = fleets
    .flatMap(({ project }) => project.secrets)
    .filter((name) => env[name] !== undefined && isShort(env[name] ?? ''));
  if (weak.length === 0) return;
  throw new UsageError(
    `The secret in ${weak.join(', ')} is shorter than ${SHORTEST_SECRET} characters, too short to be masked. Use a longer one.`,
  );
}

async function dry(requests: readonly DryRunRequest[], fleets: readonly Fleet[], io: Io): Promise<number> {
  const engineOf = (request: RunRequest) =>
    (fleets.find(({ project }) => project === request.project) as Fleet).application.engine;
  const plans = await Promise.all(requests.map(async (request) => dryRun(request, engineOf(request))));
  io.stdout.write(`${plans.map(formatDryRun).join('\n\n')}\n`);
  return plans.some(({ faults }) => faults.length > 0) ? EXIT.error : EXIT.good;
}

function exitCodeOf(results: readonly RunResult[]): number {
  const verdict = verdictOf(results);
  if (results.some((one) => one.verdict === 'failed')) return EXIT.failed;
  return verdict === 'error' ? EXIT.error : EXIT.good;
}
