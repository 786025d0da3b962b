import { CanaryError, ObserverError, thrownMessage } from '../../core/base/errors.ts';
import { faultBlaming, faultOf, formatRow, UNKNOWN } from '../../core/blame/faults.ts';
import { meaningOf } from '../../core/blame/sorts.ts';
import { rowOf } from '../../core/blame/table.ts';
import { networkErrorOf } from '../../core/network/network-errors.ts';

/** A code of an answer of the server: five digits and capitals (PostgreSQL, Appendix A). */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * The fault that an error of a database connection is, by the table of blame. A database is observed, and never the target: none of its
 * errors blames the system.
 * @param place the database for people: `shop at db.example.com`
 */
export function databaseFault(thrown: unknown, place: string): CanaryError {
  if (thrown instanceof CanaryError) return thrown;
  const code = codeOf(thrown);
  if (code !== undefined && SQLSTATE.test(code)) {
    const row = rowOf(`SQLSTATE_${code}`) ?? UNKNOWN;
    return faultOf(
      row,
      `${formatRow(row, { code })} Database ${place} says: ${thrownMessage(thrown)} (${code}).`,
      thrown,
    );
  }
  const network = networkErrorOf(thrown);
  if (network === undefined || code === undefined)
    return new ObserverError(`The connection to database ${place} broke: ${thrownMessage(thrown)}.`, {
      cause: thrown,
      retryable: true,
    });
  const { blame, hosted, permanent = false, retryable = false } = meaningOf(network.sort);
  const words = hosted === true ? `Database ${place} ${network.words}` : network.words;
  return faultBlaming(blame, `${words} (${network.code}).`, { cause: thrown, permanent, retryable });
}

function codeOf(thrown: unknown): string | undefined {
  const [first = thrown] = thrown instanceof AggregateError ? (thrown.errors as readonly unknown[]) : [];
  return Error.isError(first) && 'code' in first && typeof first.code === 'string' ? first.code : undefined;
}
