import type { Duplex } from 'node:stream';
import type { Client, QueryResult } from 'pg';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import type { Json, JsonMap } from '../../core/base/json.ts';
import { parameterOf, readerOf } from './column-values.ts';

/** One SELECT, and its limits. */
export interface Selection {
  readonly query: string;
  readonly params: readonly Json[];
  /** The most rows that are read. */
  readonly most: number;
  /** The time after which the server ends the query, in milliseconds. */
  readonly longestMs: number;
}

/** Bytes of one answer; a larger one is not held in memory. */
const MOST_BYTES = 8 * 1_048_576;

/** Every value in one form, whatever the server's settings are. */
const FORMS = "SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'";

/**
 * Reads the rows of one query. The extended protocol takes one statement only, and the transaction no change. After an error the connection
 * cannot be used again.
 */
export async function selectIn(client: Client, selection: Selection): Promise<readonly JsonMap[]> {
  const { query, params, most, longestMs } = selection;
  const [{ default: Cursor }, { parse }] = await Promise.all([import('pg-cursor'), import('postgres-array')]);
  const begin = `BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${Math.ceil(longestMs)}; ${FORMS}`;
  await client.query(begin);
  const types = {
    getTypeParser: (oid: number) =>
      readerOf(oid, (text, read) => parse(text, (element) => (element === null ? null : read(element)))),
  };
  const cursor = client.query(
    new Cursor(query, params.map(parameterOf), { rowMode: 'array', types } as never),
  );
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  cursor.read(most, (error: Error | undefined, rows: Json[][], result: QueryResult) =>
    error ? reject(error) : resolve({ rows, columns: result.fields.map(({ name }) => name) }),
  );
  const { rows, columns } = await promise;
  await cursor.close();
  await client.query('ROLLBACK');
  refuseTwins(columns);
  return rows.map((one) => Object.fromEntries(columns.map((name, at) => [name, one[at] as Json])));
}

interface Answer {
  readonly rows: readonly (readonly Json[])[];
  readonly columns: readonly string[];
}

/** Ends the connection if one answer is larger than 8 MiB. */
export function limitReads(client: Client, place: string): void {
  // The types leave the connection out; its stream is the one that TLS has decoded.
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection;
  let bytes = 0;
  client.on('drain', () => {
    bytes = 0;
  });
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      stream.destroy(
        new ObserverError(
          `An answer of database ${place} is larger than ${MOST_BYTES / 1_048_576} MiB. Select fewer columns or rows.`,
          { permanent: true },
        ),
      );
  });
}

/** Two columns of one name would be one in the row that a check sees. */
function refuseTwins(columns: readonly string[]): void {
  const twin = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twin !== undefined)
    throw new DefinitionError(`Two columns of the query are named '${twin}'. Name one of them with AS.`);
}
