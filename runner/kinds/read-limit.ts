import { ObserverError } from '../core/base/errors.ts';

/** The most that one poll reads. */
export interface ReadLimit {
  readonly most: number;
  /** The thing counted, in the plural: `items under one key`. */
  readonly unit: string;
  /** The check that is an error if there is more. @default every check */
  readonly beyond?: string;
}

/**
 * The error of a poll that found more than it reads. The unread part may hold anything, so no verdict is possible.
 * @param place the resource with its type: `table orders`
 * @param remedy a sentence that says how to narrow the check
 */
export function beyondLimit({ most, unit }: ReadLimit, place: string, remedy: string): ObserverError {
  return new ObserverError(
    `There are more than ${most.toLocaleString('en-US')} ${unit} in ${place}, and a look reads no more. ${remedy}`,
    { permanent: true },
  );
}

/** The limit of a poll, as a sentence for the docs. */
export function formatReads(reads: ReadLimit | 'all'): string {
  if (reads === 'all') return 'all that is there; a part that could not be read is an error.';
  const { most, unit, beyond = 'the check' } = reads;
  return `up to ${most.toLocaleString('en-US')} ${unit}; if there is more, ${beyond} is an error.`;
}
