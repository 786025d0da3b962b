import { feedNameOf } from '../core/aws/feed.ts';
import { type AwsLocation, contradicts, formatLocation, homeOf, locate } from '../core/aws/location.ts';
import { settled } from '../core/expression/settled.ts';
import { isTemplate } from '../core/expression/template.ts';
import type { Step } from '../core/model/canary.ts';
import type { Fleet } from '../engine/fleet-context.ts';

/** A bus that a stack must read, with its location as far as known. */
interface AwaitedBus {
  readonly bus: string;
  readonly place: AwsLocation;
  /** The check or the tap that names it, with its place in the file. */
  readonly by: string;
}

/** Required location of a stack that reads the buses of its canaries, with the reason. */
export interface StackPlace {
  readonly region?: Required;
  readonly account?: Required;
}

interface Required {
  readonly value: string;
  /** The bus that requires it. */
  readonly for: AwaitedBus;
}

/**
 * Finds the required location of a fleet's stack: EventBridge fills a stack's queues only from buses of the stack's own account and region.
 * A bus given by name is in the environment's region and in the account of its role.
 * @returns with `faults` if two buses are in different places, so that no stack can read both: state, reason and remedy, in a sentence
 * each.
 */
export function stackPlaceOf(fleet: Fleet): {
  readonly place: StackPlace;
  readonly faults: readonly string[];
} {
  const buses = [...awaitedBy(fleet), ...listenedTo(fleet)];
  const place: { region?: Required; account?: Required } = {};
  for (const one of buses) {
    for (const part of ['region', 'account'] as const) {
      const value = one.place[part];
      if (value !== undefined) place[part] ??= { value, for: one };
    }
  }
  const required = Object.fromEntries(Object.entries(place).map(([part, { value }]) => [part, value]));
  const faults = buses.filter((one) => contradicts(one.place, required)).map((one) => faultOf(one, place));
  return { place, faults: [...new Set(faults)] };
}

function awaitedBy({ canaries, environment }: Fleet): readonly AwaitedBus[] {
  return canaries.flatMap(({ steps, vars }) =>
    steps.flatMap((step): readonly AwaitedBus[] => {
      const { bus: written } = step.input;
      if (step.mode === 'act' || typeof written !== 'string') return [];
      const bus = settled(written, environment, { ...environment.vars, ...vars });
      return isTemplate(bus)
        ? []
        : [{ bus, place: locate({ bus }, homeOf(environment)), by: `${formatPlace(step)} waits for` }];
    }),
  );
}

/** A tap with a bus given by name is in the reader's place. */
function listenedTo({ project, environment }: Fleet): readonly AwaitedBus[] {
  return project.taps.flatMap(({ on }) => {
    const bus = 'bus' in on ? settled(on.bus, environment, environment.vars) : '';
    if (bus === '' || isTemplate(bus)) return [];
    return [{ bus, place: locate({ bus }, {}), by: 'a tap of the project file listens to' }];
  });
}

function formatPlace({ at: { file, line, column }, mode, kind }: Step): string {
  return `${file}:${line}:${column}: '${mode}: ${kind}'`;
}

function formatAwaited({ bus, place, by }: AwaitedBus): string {
  return `${by} ${feedNameOf({ bus })} in ${formatLocation(place)}`;
}

function faultOf(one: AwaitedBus, place: StackPlace): string {
  const part =
    one.place.region !== undefined && one.place.region !== place.region?.value ? 'region' : 'account';
  const other = formatAwaited((place[part] as Required).for);
  return (
    `${formatAwaited(one)}, and ${other}. A stack reads buses of one account and region only. Let a rule forward the events to ` +
    'a bus in the account and region of the other, and name that bus; or deploy the two in stacks of their own.'
  );
}
