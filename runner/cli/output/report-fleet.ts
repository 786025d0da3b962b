import type { CanaryReport } from '../../core/report/reporter.ts';
import type { FleetContext } from '../../engine/fleet-context.ts';

const MOST_ENTRIES = 50; // entries of a canary's history, for its newest run

/** Every canary of the fleet for reporters; with `newest`, its newest run too, which takes a read for each canary. */
export async function fleetReport(
  context: Pick<FleetContext, 'fleet' | 'alerts' | 'runs'>,
  { newest }: { readonly newest: boolean },
): Promise<readonly CanaryReport[]> {
  const paused = await pausedIn(context);
  return Promise.all(
    context.fleet.canaries.map(async ({ name }) => ({
      canary: name,
      paused: paused.has(name),
      ...(newest ? await newestOf(name, context) : {}),
    })),
  );
}

/** The names of the canaries that are paused. */
export async function pausedIn({ alerts }: Pick<FleetContext, 'alerts'>): Promise<ReadonlySet<string>> {
  const states = await alerts.all();
  return new Set(states.filter(({ alert }) => alert.life === 'paused').map(({ canary }) => canary));
}

async function newestOf(
  canary: string,
  { runs }: Pick<FleetContext, 'runs'>,
): Promise<Pick<CanaryReport, 'newest'>> {
  const entries = await runs.history({ canary, most: MOST_ENTRIES });
  const run = entries.find(({ what, run: one }) => what === 'done' && one !== undefined)?.run;
  return run === undefined ? {} : { newest: run };
}
