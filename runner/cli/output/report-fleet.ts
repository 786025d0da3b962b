import type { CanaryReport } from '../../core/report/reporter.ts';
import type { FleetContext } from '../../engine/fleet-context.ts';
import { isPaused } from '../../engine/schedule/sync-fleet.ts';

const MOST_ENTRIES = 50; // entries of a canary's history, for its newest run

interface ReportOptions {
  /** True for the newest run of each canary, which takes a read for each. */
  readonly newest: boolean;
  /** Names of the canaries that are paused, if they are known already. @default as the state has it */
  readonly paused?: ReadonlySet<string>;
}

/** Every canary of the fleet, for reporters. */
export async function fleetReport(
  context: Pick<FleetContext, 'fleet' | 'alerts' | 'runs'>,
  { newest, paused: known }: ReportOptions,
): Promise<readonly CanaryReport[]> {
  const paused = known ?? (await pausedIn(context));
  return Promise.all(
    context.fleet.canaries.map(async ({ name }) => ({
      canary: name,
      paused: paused.has(name),
      ...(newest ? await newestOf(name, context) : {}),
    })),
  );
}

/** The names of the canaries that are paused. */
async function pausedIn({ alerts }: Pick<FleetContext, 'alerts'>): Promise<ReadonlySet<string>> {
  const states = await alerts.all();
  return new Set(states.filter(isPaused).map(({ canary }) => canary));
}

async function newestOf(
  canary: string,
  { runs }: Pick<FleetContext, 'runs'>,
): Promise<Pick<CanaryReport, 'newest'>> {
  const entries = await runs.history({ canary, most: MOST_ENTRIES });
  const run = entries.find(({ what, run: one }) => what === 'done' && one !== undefined)?.run;
  return run === undefined ? {} : { newest: run };
}
