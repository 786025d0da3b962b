import type { DeployedTap } from '../adapters/tap-control.ts';
import type { Project, TapDefinition } from '../core/project.ts';
import { busNameOf, queueNameOf, topicNameOf } from '../core/resource-name.ts';

/** A tap of the stack, with what the project file says of it. */
export interface KnownTap extends TapDefinition, Omit<DeployedTap, 'on'> {
  /** Its key in the journal: `bus orders`. */
  readonly feed: string;
}

/**
 * The taps of a stack. What a project file says of one (its `ids`, its `probe`) is looked up by its address, which may have to
 * be read from outside: so it is asked for only where there is something to say.
 */
export function deployedTaps(
  { taps }: Pick<Project, 'taps'>,
  deployed: readonly DeployedTap[],
  definitions: () => Promise<readonly TapDefinition[]>,
): () => Promise<readonly KnownTap[]> {
  const isPlain = taps.every(({ ids, probe }) => ids.length === 0 && !probe);
  let known: Promise<readonly KnownTap[]> | undefined;
  const find = async (): Promise<readonly KnownTap[]> => {
    const said = isPlain ? [] : await definitions();
    return deployed.map((tap) => {
      const feed = feedOf(tap.on);
      const { ids = [], probe = false } = said.find(({ on }) => feedOf(on) === feed) ?? {};
      return { ...tap, ids, probe, feed };
    });
  };
  return async () => {
    known ??= find();
    known.catch(() => {
      known = undefined; // the next run asks again
    });
    return known;
  };
}

/** The tap whose queue an event source's ARN names. */
export function tapOf(taps: readonly KnownTap[], sourceArn: string): KnownTap | undefined {
  const name = queueNameOf(sourceArn);
  return taps.find(({ queueUrl }) => queueNameOf(queueUrl) === name);
}

function feedOf(on: TapDefinition['on']): string {
  return 'bus' in on ? `bus ${busNameOf(on.bus)}` : `topic ${topicNameOf(on.topic)}`;
}
