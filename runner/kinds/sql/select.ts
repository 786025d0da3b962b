import type { Duplex } from 'node:stream';
import type { Client, QueryResult } from 'pg';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import type { Json, JsonMap } from '../../core/base/json.ts';
import { parameterOf, unknownTypes, valueOf } from './column-values.ts';

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

/** Every value in one form, whatever the settings of the server, the database and the user are. */
const FORMS = [
  "datestyle = 'ISO'",
  "timezone = 'UTC'",
  "intervalstyle = 'postgres'",
  "bytea_output = 'hex'",
  'extra_float_digits = 1',
  "lc_monetary = 'C'",
]
  .map((setting) => `; SET LOCAL ${setting}`)
  .join('');

/**
 * Reads the rows of one query. The extended protocol takes one statement only, and the transaction no change. After an error the connection
 * cannot be used again.
 */
export async function selectIn(client: Client, selection: Selection): Promise<readonly JsonMap[]> {
  const { longestMs } = selection;
  await client.query(
    `BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${Math.ceil(longestMs)}${FORMS}`,
  );
  const { rows, columns, types } = await answerTo(client, selection);
  refuseTwins(columns);
  const elements = await elementTypes(client, unknownTypes(types, rows));
  await client.query('ROLLBACK');
  const { parse } = await import('postgres-array');
  const of = {
    elements,
    readArray: (text: string, read: (text: string) => Json) =>
      parse(text, (element) => (element === null ? null : read(element))),
  };
  return rows.map((one) =>
    Object.fromEntries(columns.map((name, at) => [name, valueOf(one[at] ?? null, types[at] as number, of)])),
  );
}

interface Answer {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly columns: readonly string[];
  /** OIDs of the columns' types. */
  readonly types: readonly number[];
}

/** The rows as the server prints them. */
async function answerTo(client: Client, { query, params, most }: Selection): Promise<Answer> {
  const { default: Cursor } = await import('pg-cursor');
  const types = { getTypeParser: () => (text: string) => text };
  const cursor = client.query(
    new Cursor(query, params.map(parameterOf), { rowMode: 'array', types } as never),
  );
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  cursor.read(most, (error: Error | undefined, rows: (string | null)[][], result: QueryResult) => {
    if (error) return reject(error);
    const { fields } = result;
    const [columns, oids] = [fields.map(({ name }) => name), fields.map(({ dataTypeID }) => dataTypeID)];
    return resolve({ rows, columns, types: oids });
  });
  const answer = await promise;
  await cursor.close();
  return answer;
}

/** The types of the elements of those types that are arrays. */
async function elementTypes(client: Client, types: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (types.length === 0) return new Map();
  const { rows } = await client.query<{ readonly oid: number; readonly typelem: number }>(
    "SELECT oid, typelem FROM pg_catalog.pg_type WHERE oid = ANY ($1) AND typcategory = 'A'",
    [types],
  );
  return new Map(rows.map(({ oid, typelem }) => [oid, typelem]));
}

/** Ends the connection if one answer is larger than 8 MiB, also before the server has signed us in. */
export function limitReads(client: Client, place: string): void {
  // The types leave the connection out; after `sslconnect` its stream is the one that TLS decodes.
  const { connection } = client as unknown as {
    readonly connection: NodeJS.EventEmitter & { stream: Duplex };
  };
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      connection.stream.destroy(
        new ObserverError(
          `An answer of database ${place} is larger than ${MOST_BYTES / 1_048_576} MiB. Select fewer columns or rows.`,
          { permanent: true },
        ),
      );
  };
  const plain = connection.stream;
  plain.on('data', count);
  connection.once('sslconnect', () => {
    plain.off('data', count);
    connection.stream.on('data', count);
  });
  client.on('drain', () => {
    bytes = 0;
  });
}

/** Two columns of one name would be one in the row that a check sees. */
function refuseTwins(columns: readonly string[]): void {
  const twin = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twin !== undefined)
    throw new DefinitionError(`Two columns of the query are named '${twin}'. Name one of them with AS.`);
}
