import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../runner/core/base/json.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { row } from '../../runner/kinds/nouns/data/row.ts';
import { openDatabase } from '../../runner/kinds/sql/database.ts';
import type { DatabaseAddress } from '../../runner/kinds/sql/database-address.ts';
import { coalmine, folderWith } from '../support/command.ts';
import { selfSigned } from '../support/network/certificate.ts';
import { type Postgres, startPostgres } from './setup/postgres.ts';

const TLS = selfSigned('localhost');
const PASSWORD = 'reader-password';
let server: Postgres;
let address: DatabaseAddress;

beforeAll(async () => {
  server = await startPostgres(TLS);
  await server.run(`
    CREATE TABLE orders (id text PRIMARY KEY, status text NOT NULL, total numeric(20, 2), note jsonb);
    INSERT INTO orders VALUES ('ord_1', 'PLACED', 12.50, '{"by": "canary"}'), ('ord_2', 'PLACED', 9007199254740993, NULL);
    CREATE TABLE secrets (id text);
    CREATE TYPE mood AS ENUM ('NEW', 'PAID');
    CREATE FUNCTION tenant() RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no tenant set'; END$$;
    CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}';
    GRANT SELECT ON orders TO reader;
    ALTER ROLE reader SET extra_float_digits = -3;
    ALTER ROLE reader SET intervalstyle = 'iso_8601';
    CREATE FUNCTION store() RETURNS text LANGUAGE sql AS 'INSERT INTO orders VALUES (''x'', ''y'') RETURNING id';
  `);
  address = {
    host: 'localhost',
    port: server.port,
    name: 'shop',
    user: 'reader',
    password: PASSWORD,
    ca: TLS.cert,
  };
});
afterAll(async () => server.close());

const LIMITS = { params: [], most: 101, longestMs: 10_000 };
const never = new AbortController().signal;

async function rowsOf(query: string, more: Partial<typeof LIMITS & { params: never[] }> = {}, at = address) {
  const database = await openDatabase(at, { signal: never });
  try {
    return await database.select({ ...LIMITS, ...more, query }, never);
  } finally {
    await database.close();
  }
}

describe('a row of PostgreSQL', () => {
  it.each<{ sql: string; value: unknown }>([
    { sql: "'text'", value: 'text' },
    { sql: '12.50::numeric', value: 12.5 },
    { sql: '9007199254740993::bigint', value: JSON.rawJSON('9007199254740993') },
    { sql: '0.1::float8', value: 0.1 },
    { sql: "'NaN'::float8", value: 'NaN' },
    { sql: 'true', value: true },
    { sql: 'NULL::text', value: null },
    {
      sql: `'{"a": [1, 12345678901234567890]}'::jsonb`,
      value: { a: [1, JSON.rawJSON('12345678901234567890')] },
    },
    { sql: "'2026-11-30T12:00:00.5+01'::timestamptz", value: '2026-11-30T11:00:00.5Z' },
    { sql: "'2026-11-30 12:00'::timestamp", value: '2026-11-30T12:00:00' },
    { sql: "'2026-11-30'::date", value: '2026-11-30' },
    { sql: "ARRAY['a,b', NULL]", value: ['a,b', null] },
    {
      sql: 'ARRAY[[1, 2], [3, 4]]',
      value: [
        [1, 2],
        [3, 4],
      ],
    },
    { sql: "ARRAY['NEW', 'PAID']::mood[]", value: ['NEW', 'PAID'] },
    { sql: "ARRAY['a']::char(2)[]", value: ['a '] },
    { sql: "'[0:1]={1,2}'::int[]", value: [1, 2] },
    { sql: "'{not an array'", value: '{not an array' },
    { sql: '0.1::float8 + 0.2::float8', value: 0.300_000_000_000_000_04 },
    { sql: "'1 day 02:00'::interval", value: '1 day 02:00:00' },
    { sql: "'\\x0aff'::bytea", value: '\\x0aff' },
  ])('has $sql as $value', async ({ sql, value }) => {
    expect(await rowsOf(`SELECT ${sql} AS it`)).toEqual([{ it: value }]);
  });

  it('is found by the values of its placeholders, whatever their types', async () => {
    const params = ['ord_1', 12.5, { by: 'canary' }, ['PLACED'], null] as never[];

    expect(
      await rowsOf(
        'SELECT id FROM orders WHERE id = $1 AND total = $2 AND note = $3 AND $4::jsonb ? status AND $5::text IS NULL',
        { params },
      ),
    ).toEqual([{ id: 'ord_1' }]);
  });

  it.each([
    {
      query: 'SELECT nothing FROM orders',
      blame: 'definition',
      says: 'does not take the query as it stands',
    },
    { query: 'SELECT * FROM no_table', blame: 'observer', says: 'The table or schema does not exist' },
    { query: 'SELECT * FROM secrets', blame: 'observer', says: 'Grant it SELECT' },
    { query: 'SELECT store()', blame: 'definition', says: 'changes data' },
    {
      query: 'WITH x AS (DELETE FROM orders RETURNING id) SELECT * FROM x',
      blame: 'definition',
      says: 'changes data',
    },
    { query: 'SELECT tenant()', blame: 'observer', says: 'A function of the database raised an error' },
    { query: 'SELECT 1; SELECT 2', blame: 'definition', says: 'multiple commands' },
    { query: 'SELECT 1 AS a, 2 AS a', blame: 'definition', says: "Two columns of the query are named 'a'" },
    { query: "SELECT repeat('x', 9000000)", blame: 'observer', says: 'is larger than 8 MiB' },
  ])('is an error of blame $blame for $query', async ({ query, blame, says }) => {
    await expect(rowsOf(query)).rejects.toMatchObject({ blame, message: expect.stringContaining(says) });
  });

  it.each<{ title: string; at: Partial<DatabaseAddress>; says: string }>([
    {
      title: 'a wrong password',
      at: { password: 'another-password' },
      says: 'does not accept the user or the password',
    },
    { title: 'a database that is not there', at: { name: 'none' }, says: 'The database does not exist' },
    { title: 'a port that nobody listens on', at: { port: 1 }, says: 'refused the connection' },
    {
      title: 'a certificate for another name',
      at: { host: '127.0.0.1' },
      says: 'has a TLS certificate for another name',
    },
    { title: 'an unknown authority', at: { ca: selfSigned('other').cert }, says: 'has a TLS certificate' },
    {
      title: 'the address of the metadata',
      at: { host: '169.254.169.254' },
      says: 'may not be reached from a canary',
    },
  ])('is an error, and never a failure of the system, with $title', async ({ at, says }) => {
    const { ca: _, ...own } = address;
    const asked = rowsOf('SELECT 1', {}, { ...address, ...at });

    await expect(asked).rejects.toMatchObject({ message: expect.stringContaining(says) });
    await expect(asked).rejects.not.toMatchObject({ blame: 'target' });
    await expect(rowsOf('SELECT 1', {}, own)).rejects.toThrow(
      'has a TLS certificate that no trusted authority signed',
    );
  });

  it('is an error after the time of a query, which the server then ends', async () => {
    await expect(rowsOf('SELECT pg_sleep(60)', { longestMs: 50 })).rejects.toThrow(
      'so the database ended it',
    );
  });

  it('is not waited for after an abort', async () => {
    const database = await openDatabase(address, { signal: never });
    const asked = new AbortController();
    const rows = database.select({ ...LIMITS, query: 'SELECT pg_sleep(60)' }, asked.signal);
    asked.abort(new Error('ended by the test'));

    await expect(rows).rejects.toThrow('ended by the test');
  });

  it('is an error if the connection is lost', async () => {
    const database = await openDatabase(address, { signal: never });
    await database.select({ ...LIMITS, query: 'SELECT 1' }, never);
    await server.disconnectOthers();

    await expect(database.select({ ...LIMITS, query: 'SELECT 1' }, never)).rejects.toMatchObject({
      blame: 'observer',
    });
  });
});

describe('a server that is none', () => {
  /** Serves each connection so, while `work` goes on. */
  const served = async (answer: (socket: Socket) => void, work: (at: DatabaseAddress) => Promise<void>) => {
    const sockets: Socket[] = [];
    const made = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      answer(socket);
    });
    await new Promise<void>((listening) => made.listen(0, '127.0.0.1', listening));
    const { port } = made.address() as AddressInfo;
    try {
      await work({ ...address, host: '127.0.0.1', port, tls: 'off' });
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => made.close(closed));
    }
  };

  it('is left after one answer of 8 MiB, also before it has signed us in', async () => {
    const endless = (socket: Socket): void => {
      socket.write(Buffer.from([0x4e, 0x3f, 0xff, 0xff, 0xff])); // a notice of a gigabyte
      const chunk = Buffer.alloc(1_048_576);
      const more = (): void => void (socket.writable && socket.write(chunk, more));
      more();
    };

    await served(endless, async (at) => {
      await expect(openDatabase(at, { signal: never })).rejects.toThrow('is larger than 8 MiB');
    });
  });

  it('does not hold the end of a watch, if it does not close its side', async () => {
    const upstreams: Socket[] = [];
    const without = (socket: Socket): void => {
      const upstream = connect(server.port, '127.0.0.1').on('error', () => {});
      upstreams.push(upstream);
      upstream.pipe(socket, { end: false });
      socket.on('data', (bytes: Buffer) => {
        if (bytes[0] !== 0x58) upstream.write(bytes); // Terminate goes nowhere
      });
    };

    await served(without, async (at) => {
      const database = await openDatabase(at, { signal: never });
      await database.close();
      await expect(database.select({ ...LIMITS, query: 'SELECT 1' }, never)).rejects.toThrow();
    });
    for (const upstream of upstreams) upstream.destroy();
  });
});

describe('coalmine run', () => {
  const runOf = async (step: string): Promise<RunResult> => {
    const cwd = folderWith({
      'coalmine.config.yaml': 'project: shop\nsecrets: [DB_PASSWORD]\n',
      'orders.canary.yaml': `canary: orders\nowner: shop\nsteps:\n  - ${step.trim().replace(/\n/g, '\n    ')}\n`,
    });
    const env = { DB_PASSWORD: PASSWORD, DB_CA: TLS.cert };
    const { stdout, stderr } = await coalmine(['run', '.', '--reporter', 'json'], { cwd, env });
    expect(stderr).not.toContain(PASSWORD);
    return (JSON.parse(stdout) as { readonly runs: readonly [RunResult] }).runs[0];
  };
  const example = (): string =>
    row.example
      .replace('host: db.example.com', `host: localhost\n  port: ${server.port}\n  ca: "\${env:DB_CA}"`)
      .replace('user: canary', 'user: reader')
      .replace('${secret:shop/db#password}', '${env:DB_PASSWORD}');

  it('passes the example of the kind', async () => {
    expect(await runOf(example())).toMatchObject({ verdict: 'passed' });
  });

  it('fails if the row is another one, and shows it', async () => {
    const run = await runOf(example().replace('status: PLACED', 'status: SHIPPED').replace('30s', '1s'));

    expect(run).toMatchObject({ verdict: 'failed' });
    expect(JSON.stringify(run)).toContain('PLACED');
  });

  it('passes a never while no row is there', async () => {
    const steps = example().replace('expect: row', 'never: row').replace('[ord_1]', '[ord_9]');

    expect(await runOf(steps.replace(/has:\n {2}.*\n/, '').replace('within: 30s', 'for: 1s'))).toMatchObject({
      verdict: 'passed',
    });
  });

  it('is an error if there are more rows than a look reads', async () => {
    const steps = example()
      .replace(/query: .*/, 'query: SELECT g AS status FROM generate_series(1, $1::int) g')
      .replace('[ord_1]', '[101]');

    expect(await runOf(steps)).toMatchObject({ verdict: 'error' });
  });

  it('sees a row that comes later, over one connection', async () => {
    const waiting = runOf(example().replace('[ord_1]', '[ord_3]'));
    setTimeout(() => void server.run("INSERT INTO orders VALUES ('ord_3', 'PLACED')"), 300);
    const run = await waiting;

    expect(run).toMatchObject({ verdict: 'passed' });
    expect((run.steps[0]?.evidence as readonly JsonMap[] | undefined)?.length).not.toBe(0);
  });
});
