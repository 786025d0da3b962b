import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SOURCES = join(import.meta.dirname, '..', 'collector');
/** Folder of the built receiver, ignored by git. */
const FOLDER = join(ROOT, '.cache', 'collector');
const PROGRAM = join(FOLDER, 'collector');
/** Digest of its sources, and the version of Go. */
const STAMP = join(FOLDER, 'made-of');
const LONGEST_START_MS = 30_000;

/** True if the receiver is built: `npm run test:aws` builds it where Go is installed. */
export const HAS_COLLECTOR = existsSync(PROGRAM);

/**
 * Builds the OpenTelemetry Collector's receiver of OTLP, unless it is built of the same sources. Gives the reason for which it cannot be built on a
 * machine without Go.
 * @throws Error if Go is missing in CI, and if the build fails.
 */
export function makeCollector(): string | undefined {
  const version = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (version.error !== undefined && HAS_COLLECTOR) return undefined;
  if (version.error !== undefined) {
    if (process.env['CI'] !== undefined)
      throw new Error('There is no go here, and in CI the tests on an OpenTelemetry Collector must run.', {
        cause: version.error,
      });
    return 'There is no go here, so the tests on an OpenTelemetry Collector are skipped.';
  }
  const digest = createHash('sha256').update(version.stdout);
  for (const file of ['go.mod', 'go.sum', 'main.go']) digest.update(readFileSync(join(SOURCES, file)));
  const stamp = `${digest.digest('hex')}\n`;
  if (HAS_COLLECTOR && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return undefined;
  mkdirSync(FOLDER, { recursive: true });
  const { status, stderr } = spawnSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', PROGRAM, '.'], {
    cwd: SOURCES,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The OpenTelemetry Collector could not be built: ${stderr.trim()}`);
  writeFileSync(STAMP, stamp);
  return undefined;
}

export interface Collector {
  readonly url: string;
  /** Waits until so many requests were taken, and gives each as the collector writes it: OTLP as JSON. */
  taken(count: number): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

/** Starts the receiver on 127.0.0.1, on a port of its own. */
export async function startCollector(): Promise<Collector> {
  const endpoint = `127.0.0.1:${await freePort()}`;
  const child = spawn(PROGRAM, [endpoint], { stdio: ['ignore', 'pipe', 'pipe'] });
  const requests: unknown[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (errors += text));
  createInterface({ input: child.stdout }).on('line', (line) => void requests.push(JSON.parse(line)));
  const until = async (isReached: () => boolean | Promise<boolean>): Promise<void> => {
    const untilMs = Date.now() + LONGEST_START_MS;
    while (!(await isReached())) {
      if (child.exitCode !== null || Date.now() > untilMs)
        throw new Error(`The collector took ${requests.length} requests. ${errors}`);
      await pause(20);
    }
  };
  const url = `http://${endpoint}`;
  await until(async () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );
  return {
    url,
    taken: async (count) => {
      await until(() => requests.length >= count);
      return requests;
    },
    close: async () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
