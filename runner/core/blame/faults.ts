import {
  asMissing,
  type CanaryError,
  DefinitionError,
  type FaultOptions,
  ObserverError,
  RunnerError,
  TargetError,
} from '../base/errors.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { Blame } from '../base/verdict.ts';
import type { Row } from './row.ts';
import { meaningOf } from './sorts.ts';
import { rowOf } from './table.ts';

/** Details for the message of a row, as far as they are known. */
export interface Details {
  readonly code: string;
  readonly action?: string | undefined;
  readonly host?: string | undefined;
  readonly profile?: string | undefined;
  readonly offset?: string | undefined;
}

/** A code of AWS and its message. */
export interface Coded {
  readonly code: string;
  readonly words?: string | undefined;
  /** The service's name in IAM. */
  readonly service?: string | undefined;
}

/** The row for a code that the table does not have. */
export const UNKNOWN: Row = { codes: [], sort: 'unknown' };

/** The message of a row, with details filled in. */
export function formatRow({ sort, message }: Row, details: Details): string {
  const words = message ?? meaningOf(sort).message;
  const {
    code,
    action = 'this',
    host = 'The address of the AWS API',
    profile = 'default',
    offset = 'not that of AWS, or the call waited too long before it was sent',
  } = details;
  const known: Readonly<Record<string, string>> = { code, action, host, profile, offset };
  return words.replace(/\{(\w+)\}/g, (_, name: string) => known[name] as string);
}

/** The error for a row; its class follows the row's blame. */
export function faultOf(row: Row, message: string, cause?: unknown): CanaryError {
  const { blame, permanent = false, retryable = false, again = false } = meaningOf(row.sort);
  const fault = faultBlaming(blame, message, {
    permanent,
    retryable,
    again,
    ...omitUndefined({ cause }),
  });
  return row.sort === 'missing' ? asMissing(fault) : fault;
}

export function faultBlaming(
  blame: Blame,
  message: string,
  { again = false, ...options }: FaultOptions & { readonly again?: boolean },
): CanaryError {
  switch (blame) {
    case 'definition':
      return new DefinitionError(message, options);
    case 'target':
      return new TargetError(message, options);
    case 'runner':
      return new RunnerError(message, options);
    case 'observer':
      return new ObserverError(message, { ...options, again });
  }
}

/** PutEvents answers a missing bus with the code for any invalid argument; only the message differs. */
function entryRow({ code, words = '', service }: Coded): Row {
  const found = rowOf(code, service) ?? UNKNOWN;
  const isMissing = found.sort === 'invalid' && /\bdoes not exist\b/.test(words);
  return isMissing ? (rowOf('ResourceNotFoundException', service) as Row) : found;
}

/**
 * The error for a refused entry: PutEvents and the batches of SQS answer 200 and name a code for each entry. The codes are those of the
 * table; `about` names the resource.
 */
export function entryFault(refused: Coded, about: string): CanaryError {
  return entriesFault([refused], about, { taken: 0 });
}

/**
 * The error for the refused entries of a batch, by the code of the first. `taken` entries were accepted: a retry would send them twice, so
 * then none is made.
 */
export function entriesFault(
  refused: readonly [Coded, ...Coded[]],
  about: string,
  { taken }: { readonly taken: number },
): CanaryError {
  const [first] = refused;
  const row = entryRow(first);
  const said = new Set(refused.map(({ code, words }) => (words === undefined ? code : `${code}: ${words}`)));
  const message = `${about}: ${formatRow(row, { code: first.code })} AWS says: ${[...said].join('; ')}`;
  const fault = faultOf(row, message);
  return taken === 0 ? fault : faultBlaming(fault.blame, message, { permanent: fault.permanent });
}
