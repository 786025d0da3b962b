import { type AwsLocation, contradicts, formatLocation, locate } from '../../core/aws/location.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { FeedAddress } from '../../core/taps/feeds.ts';

/** A tap, as an address of a check is compared with it. */
export interface TapPlace {
  /** Feed of the tap: `bus orders`. */
  readonly feed: string;
  /** The location of the tap's source. */
  readonly place: AwsLocation;
  /** The location of resources given by name only. */
  readonly home: AwsLocation;
  /** The sentence that says how to make both the same. */
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
