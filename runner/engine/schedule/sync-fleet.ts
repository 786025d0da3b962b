import type { CanaryState } from '../../core/alert/alert-state.ts';
import { channelOfAlerts, RUNNER } from '../../core/alert/runner-alerts.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import { randomHex } from '../../core/base/run-id.ts';
import { canaryOf, type FleetContext, factsOf } from '../fleet-context.ts';

/** Changes to the canaries that were known before, and those that are paused. */
export interface SyncedFleet {
  readonly deleted: readonly string[];
  readonly recreated: readonly string[];
  readonly paused: ReadonlySet<string>;
}

/**
 * Makes the loaded fleet the scheduled one: closes incidents of removed canaries, and starts returning ones anew.
 * @throws DefinitionError if the fleet is empty, or half of it or more has vanished, unless that is confirmed.
 */
export async function syncFleet(
  context: FleetContext,
  { allowShrink }: { readonly allowShrink: boolean },
): Promise<SyncedFleet> {
  const all = await context.alerts.all();
  await resolveGoneChannels(all, context);
  const states = all.filter(({ canary }) => !canary.startsWith(RUNNER));
  const living = states.filter(({ alert }) => alert.life !== 'deleted').map(({ canary }) => canary);
  const gone = living.filter((name) => canaryOf(context, name) === undefined);
  if (!allowShrink) refuseShrinking(context, living, gone);
  for (const name of gone) await context.alerting.apply(name, [{ kind: 'delete' }]);
  const back = states.flatMap(({ canary, alert }) =>
    alert.life === 'deleted' ? (canaryOf(context, canary) ?? []) : [],
  );
  for (const canary of back) {
    const incarnation = randomHex(context.engine.random, 4);
    const about = factsOf(canary, context.fleet);
    await context.alerting.apply(canary.name, [{ kind: 'recreate', incarnation, about }]);
  }
  const paused = states.filter((state) => isPaused(state) && !gone.includes(state.canary));
  return {
    deleted: gone,
    recreated: back.map(({ name }) => name),
    paused: new Set(paused.map(({ canary }) => canary)),
  };
}

export function isPaused({ alert }: CanaryState): boolean {
  return alert.life === 'paused';
}

/** A channel that is not in the project any more is not broken any more. */
async function resolveGoneChannels(states: readonly CanaryState[], context: FleetContext): Promise<void> {
  const { channels } = context.fleet.project;
  for (const { canary, alert } of states) {
    const channel = channelOfAlerts(canary);
    const isGone = channel !== undefined && channels.every(({ name }) => name !== channel);
    if (!isGone || alert.observer.incident === undefined) continue;
    const reason = `Channel '${channel}' is not in the project any more.`;
    await context.alerting.apply(canary, [{ kind: 'resolved', reason }]);
  }
}

/** A fleet that has all but vanished is more often a bad deployment than a wish. */
function refuseShrinking({ fleet }: FleetContext, living: readonly string[], gone: readonly string[]): void {
  const what =
    'Nothing was changed. If that is meant, watch with --allow-shrink, or deploy the stack with AllowShrink=yes.';
  if (fleet.canaries.length === 0) {
    throw new DefinitionError(
      `There is no canary with a schedule for environment '${fleet.environment.name}', so nothing would be watched. ` +
        (living.length === 0 ? "Give one a 'schedule'." : `Before, there were ${living.length}. ${what}`),
    );
  }
  if (gone.length < 2 || gone.length * 2 < living.length) return;
  const named = gone.slice(0, 5).join(', ');
  throw new DefinitionError(
    `${gone.length} of ${living.length} canaries are gone (${named}${gone.length > 5 ? ', …' : ''}). ${what}`,
  );
}
