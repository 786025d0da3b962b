import { UNKNOWN } from '../blame/faults.ts';
import { meaningOf, type Sort } from '../blame/sorts.ts';
import { rowOf } from '../blame/table.ts';

/** A failed or broken connection. */
export interface NetworkError {
  /** Code of Node, OpenSSL or undici; the error's name if it has none: `ECONNREFUSED`. */
  readonly code: string;
  readonly sort: Sort;
  /** Its meaning; the host is the subject if the sort is a hosted one: `refused the connection`. */
  readonly words: string;
}

/** The meaning of a connection error by the table of blame; undefined for any other error, and for a request that the runner ended. */
export function networkErrorOf(thrown: unknown): NetworkError | undefined {
  // For a name with several addresses, Node collects the errors of all of them.
  const error: unknown = thrown instanceof AggregateError ? (thrown.errors[0] ?? thrown) : thrown;
  if (!Error.isError(error)) return undefined;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const code = own ?? error.name;
  const row = rowOf(`${code} ${error.message}`) ?? rowOf(code) ?? (own === undefined ? undefined : UNKNOWN);
  if (row === undefined || row.sort === 'ended') return undefined;
  return { code, sort: row.sort, words: row.message ?? meaningOf(row.sort).message.replace('{code}', code) };
}
