import type { CanaryError } from '../../core/base/errors.ts';
import { type Coded, entriesFault } from '../../core/blame/faults.ts';
import type { InputFault } from '../kind.ts';

/** The most entries of one call, of PutEvents and of SendMessageBatch alike. */
export const MOST_ENTRIES = 10;

/** An entry that the service refused: its number, from 1 on, and why. */
export interface RefusedEntry extends Coded {
  readonly number: number;
}

/** The words for a batch and for its receiver. */
interface Batch {
  /** The receiver: `Queue inbox`. */
  readonly receiver: string;
  /** One entry: `message`. */
  readonly thing: string;
  readonly size: number;
}

/** The error for a batch of which some entries were refused; undefined if none was. It names each of them. */
export function refusedFault(
  [first, ...others]: readonly RefusedEntry[],
  { receiver, thing, size }: Batch,
): CanaryError | undefined {
  if (first === undefined) return undefined;
  const refused = [first, ...others] as const;
  const taken = size - refused.length;
  const numbers = refused.map(({ number }) => String(number));
  const which =
    size === 1
      ? `the ${thing}`
      : `${thing}${numbers.length === 1 ? '' : 's'} ${listed(numbers)} of ${size}${taken === 0 ? '' : `, and took ${taken}`}`;
  return entriesFault(refused, `${receiver} did not take ${which}`, { taken });
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The number of entries, for display: `1 message`, `2 messages`. */
export function entriesText({ length }: readonly unknown[], thing: string): string {
  return `${length} ${thing}${length === 1 ? '' : 's'}`;
}

/** A fault of an entry, placed in the list at `key`. One of its address is placed at the entry itself. */
export function inEntry(
  key: string,
  index: number,
  { key: own, within = [], ...fault }: InputFault,
): InputFault {
  return { ...fault, key, within: [index, own, ...within] };
}

/** The fault of a batch that is larger than its service takes, in bytes. */
export function batchFaults(
  key: string,
  bytes: number,
  { most, service }: { readonly most: number; readonly service: string },
): readonly InputFault[] {
  if (bytes <= most) return [];
  const message = `all of '${key}' has ${Math.ceil(bytes / 1_024)} KiB, more than ${service} takes at once`;
  return [{ key, message, hint: `write at most ${most / 1_024} KiB, or a step more` }];
}
