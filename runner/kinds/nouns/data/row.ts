import { Type } from 'typebox';
import { formatDuration } from '../../../core/base/duration.ts';
import { ObserverError } from '../../../core/base/errors.ts';
import type { Json, JsonMap } from '../../../core/base/json.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import type { Noun } from '../../kind.ts';
import { LONGEST_POLL_MS, pollLimit } from '../../poll-limit.ts';
import { beyondLimit, type ReadLimit } from '../../read-limit.ts';
import { anyJson, closed, text } from '../../schema.ts';
import { addressFaults } from '../../sql/address-faults.ts';
import { type Database, openDatabase } from '../../sql/database.ts';
import { databasePlace } from '../../sql/database-address.ts';
import { queryFaults } from '../../sql/query-faults.ts';

const database = closed({
  host: text('Name or address of the server'),
  port: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 65_535, description: 'Its port, 1 to 65535; `5432` by default' }),
  ),
  name: text('Name of the database'),
  user: text('The user, who needs SELECT and no more'),
  password: text('The password, by reference'),
  tls: Type.Optional(
    Type.Union([Type.Literal('on'), Type.Literal('off')], {
      description: '`on` or `off`; `on` by default: the certificate of the server is checked',
    }),
  ),
  ca: Type.Optional(text('Certificates of the authorities to trust, in PEM; those of Node.js by default')),
});

const input = closed({
  database: { ...database, description: 'The server, the database and the user' },
  query: text('One SELECT, with $1, $2, … in place of values'),
  params: Type.Optional(Type.Array(anyJson('Any value'), { description: 'The values of $1, $2, …' })),
});

const ROW_LIMIT: ReadLimit = { most: 100, unit: 'rows' };

/** Reads rows of a PostgreSQL database by one query in a read-only transaction. */
export const row = {
  name: 'row',
  summary: 'a row of a PostgreSQL database, or the rows of a query',
  input,
  view: { '*': { description: "the row's columns as plain JSON" } },
  selects: 'address',
  consistency:
    'Consistent with the server that answers; a replica lags behind its primary. It sees the present only: a state that passed between two looks is not seen.',
  reads: ROW_LIMIT,
  pauseMs: { first: 25, longest: 2_000 },
  permissions: () => [],
  hop: (step) => `database ${databasePlace(step.database)}`,
  quotes: ['*'],
  lacksId: () => 'no column of the row has the id',
  example: `expect: row
database:
  host: db.example.com
  name: shop
  user: canary
  password: \${secret:shop/db#password}
query: SELECT status, total FROM orders WHERE id = $1
params: [ord_1]
has:
  status: PLACED
within: 30s
`,
  faults: (step, of) => [...queryFaults(step), ...addressFaults(step.database, of)],
  open: async (step, context) => {
    let connected: Database | undefined;
    const disconnect = async (): Promise<void> => {
      const before = connected;
      connected = undefined;
      await before?.close();
    };
    return {
      poll: async () => {
        const limit = pollLimit(() => lateFault(databasePlace(step.database)), context);
        try {
          connected ??= await openDatabase(step.database, { ...context, signal: limit.signal });
          const rows = await connected.select(selectionOf(step), limit.signal);
          if (rows.length > ROW_LIMIT.most)
            throw beyondLimit(ROW_LIMIT, `database ${databasePlace(step.database)}`, 'Narrow it by WHERE.');
          return { selected: evidenceOf(rows, context.clock.nowMs()), nearby: [], present: true };
        } catch (thrown) {
          await disconnect();
          throw thrown;
        } finally {
          limit.end();
        }
      },
      close: disconnect,
    };
  },
} satisfies Noun<typeof input>;

function selectionOf({ query, params = [] }: { readonly query: string; readonly params?: readonly Json[] }) {
  return { query, params, most: ROW_LIMIT.most + 1, longestMs: LONGEST_POLL_MS };
}

/** A row is known by its first column; rows that share it are numbered. */
function evidenceOf(rows: readonly JsonMap[], takenAtMs: number): readonly Evidence[] {
  const seen = new Map<string, number>();
  return rows.map((data) => {
    const [first = null] = Object.values(data);
    const name = JSON.stringify(first);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { kind: 'row', id: before === 0 ? name : `${name} ${before + 1}`, takenAtMs, data };
  });
}

function lateFault(place: string): ObserverError {
  return new ObserverError(`Database ${place} did not answer within ${formatDuration(LONGEST_POLL_MS)}.`);
}
