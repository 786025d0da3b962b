import { type AwsLocation, contradicts, formatLocation, locate } from '../../core/aws/location.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { FeedAddress } from '../../kinds/kind.ts';

/** A tap, as an address of a check is compared with it. */
export interface TapPlace {
  /** The name of what the tap listens to: `bus orders`. */
  readonly feed: string;
  /** The location of what the tap listens to. */
  readonly place: AwsLocation;
  /** The location of what canaries give by its name alone. */
  readonly home: AwsLocation;
  /** The sentence that tells how the two become the same. */
  readonly remedy: string;
}

/** @throws DefinitionError if a check names a bus or topic, and the tap listens to one of the same name in another account or region. */
export function refuseElsewhere(
  address: Exclude<FeedAddress, { queue: string }>,
  { feed, place, home, remedy }: TapPlace,
): void {
  const asked = locate(address, home);
  if (!contradicts(asked, place)) return;
  throw new DefinitionError(
    `The tap on ${feed} listens in ${formatLocation(place)}, and the check names a ${feed.split(' ')[0]} of that name in ` +
      `${formatLocation(asked)}, of which nothing can be seen. ${remedy}`,
  );
}
