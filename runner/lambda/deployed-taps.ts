import type { DeployedTap } from '../adapters/taps/control-message.ts';
import { feedNameOf } from '../core/aws/feed.ts';
import { locate, locationOf } from '../core/aws/location.ts';
import { queueNameOf } from '../core/aws/resources/queue.ts';
import type { Project, TapDefinition } from '../core/model/project.ts';
import type { LocatedTap } from '../engine/taps/journal-feeds.ts';

/** A tap of the stack, with its settings in the project file. */
export interface KnownTap extends LocatedTap, Omit<DeployedTap, 'on'> {
  /** Its key in the journal: `bus orders`. */
  readonly feed: string;
}

/**
 * The taps of a stack. The settings of one in the project file (its `ids`, its `probe`) are found by its address. The address may
 * have to be read from outside, but only if the file has such settings.
 */
export function deployedTaps(
  { taps }: Pick<Project, 'taps'>,
  deployed: readonly DeployedTap[],
  definitions: () => Promise<readonly TapDefinition[]>,
): () => Promise<readonly KnownTap[]> {
  const isPlain = taps.every(({ ids, probe }) => ids.length === 0 && !probe);
  let known: Promise<readonly KnownTap[]> | undefined;
  const find = async (): Promise<readonly KnownTap[]> => {
    const defined = isPlain ? [] : await definitions();
    return deployed.map((tap) => {
      const feed = feedNameOf(tap.on);
      const { ids = [], probe = false } = defined.find(({ on }) => feedNameOf(on) === feed) ?? {};
      // A rule lies in the stack's account and region, and so does a bus that the stack gives by name.
      return { ...tap, ids, probe, feed, place: locate(tap.on, locationOf(tap.filler)) };
    });
  };
  return async () => {
    known ??= find();
    known.catch(() => {
      known = undefined; // the next run repeats it
    });
    return known;
  };
}

/** The tap whose queue an event source's ARN names. */
export function tapOf(taps: readonly KnownTap[], sourceArn: string): KnownTap | undefined {
  const name = queueNameOf(sourceArn);
  return taps.find(({ queueUrl }) => queueNameOf(queueUrl) === name);
}
