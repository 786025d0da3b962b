import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { PYTHON } from './python.ts';

export interface Emulator {
  readonly url: string;
  readonly region: string;
  readonly account: string;
  /** A folder of its own, for its functions. */
  readonly folder: string;
  close(): Promise<void>;
}

const LONGEST_START_MS = 60_000; // about one second on an idle processor

/** Starts MiniStack on 127.0.0.1, on a port of its own. It ends when it is closed, and when this process ends. */
export async function startEmulator(region = 'us-east-1'): Promise<Emulator> {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-emulator-'));
  const port = await freePort();
  const child = spawn(PYTHON, [join(import.meta.dirname, 'emulator.py')], {
    cwd: folder,
    env: { ...environmentFor(port, folder), MINISTACK_REGION: region },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let lines = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lines = (lines + text).slice(-20_000);
  });
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(url, child);
  } catch (cause) {
    await close();
    throw new Error(`MiniStack did not start: ${lines}`, { cause });
  }
  return { url, region, account: '000000000000', folder, close };
}

/** Nothing of ours but the path, on which its functions find this Node. */
function environmentFor(port: number, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    BIND_HOST: '127.0.0.1', // its own choice is every interface
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    LOG_LEVEL: 'WARNING',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DISABLE_REQUEST_COMPRESSION: 'true', // its metrics are lost when they come compressed
  };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const untilMs = Date.now() + LONGEST_START_MS;
  while (child.exitCode === null && Date.now() < untilMs) {
    const answer = await fetch(`${url}/_ministack/health`).catch(() => undefined); // not yet listening
    if (answer?.ok === true) return;
    await pause(50);
  }
  throw new Error(child.exitCode === null ? 'it never answered' : `it ended with ${child.exitCode}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  await Promise.race([gone, pause(5_000, undefined, { ref: false })]);
  child.kill('SIGKILL');
  await gone;
}
