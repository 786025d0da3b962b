import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';

/** Where Debian's package has its programs, below its version. */
const VERSIONS = '/usr/lib/postgresql';
const LONGEST_START_MS = 60_000;
/** PostgreSQL refuses to run as root; this user of every Linux owns nothing. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Folder of the programs of a PostgreSQL server; undefined if there is none here. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).toSorted() : [];
  return versions.map((one) => join(VERSIONS, one, 'bin')).findLast((one) => existsSync(join(one, 'initdb')));
}

/** A PostgreSQL server of Debian on loopback, with a database `shop`, its owner `owner`, and TLS. */
export interface Postgres {
  readonly port: number;
  /** Runs statements as the owner. */
  run(sql: string): Promise<pg.QueryResult>;
  /** Ends every connection of the others, as a failover does. */
  disconnectOthers(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server in a folder of its own, as a user without rights. */
export async function startPostgres({
  cert,
  key,
}: {
  readonly cert: string;
  readonly key: string;
}): Promise<Postgres> {
  const programs = postgresPrograms();
  if (programs === undefined)
    throw new Error("There is no PostgreSQL here: install Debian's package postgresql.");
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const user: Partial<typeof NOBODY> = process.getuid?.() === 0 ? NOBODY : {};
  const own = (path: string): void => {
    if (user.uid !== undefined) chownSync(path, user.uid, user.uid);
  };
  own(folder);
  const data = join(folder, 'data');
  const password = join(folder, 'password');
  writeFileSync(password, 'owner-password');
  own(password);
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'owner', '--pwfile', password, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync'],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    own(join(data, name));
  }
  const port = await freePort();
  const settings = ['fsync=off', 'ssl=on', 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', `${port}`, ...settings.flatMap((one) => ['-c', one])],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => void (log += text));
  const at = { host: '127.0.0.1', port, user: 'owner', password: 'owner-password' };
  await untilReady({ ...at, database: 'postgres' }, server, () => log);
  await once({ ...at, database: 'postgres' }, 'CREATE DATABASE shop');
  return {
    port,
    run: async (sql) => once({ ...at, database: 'shop' }, sql),
    disconnectOthers: async () => {
      await once(
        { ...at, database: 'postgres' },
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'coalmine'",
      );
    },
    close: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(at: pg.ClientConfig, server: ChildProcess, log: () => string): Promise<void> {
  const untilMs = Date.now() + LONGEST_START_MS;
  for (;;) {
    const isReady = await once(at, 'SELECT 1').then(
      () => true,
      () => false,
    );
    if (isReady) return;
    if (server.exitCode !== null || Date.now() > untilMs)
      throw new Error(`PostgreSQL did not start: ${log()}`);
    await pause(50);
  }
}

async function once(at: pg.ClientConfig, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client(at);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
