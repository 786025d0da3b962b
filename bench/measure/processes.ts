import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { resourceUsage } from 'node:process';

/** Resources used by a process. */
export interface Used {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakKilobytes: number;
}

/** Which processor a process is held to, if the machine can hold it: the measured one, or the one of what serves it. */
type Role = 'measured' | 'serving';

const CANNOT_PIN =
  availableParallelism() < 2 || spawnSync('taskset', ['-c', '0,1', 'true']).status !== 0
    ? 'one processor, or no taskset'
    : undefined;

/** A note on pinning, for the report. */
export const PINNING =
  CANNOT_PIN === undefined ? 'each process on one processor' : `not pinned: ${CANNOT_PIN}`;

/** Loaded before a measured program: reports its use of resources at its end. Plain JavaScript, since to read TypeScript takes longer. */
const REPORT_USAGE = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));",
)}`;

export function program(name: string): string {
  return join(import.meta.dirname, '../programs', name);
}

interface Starting {
  readonly role?: Role;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The exit codes of its good ends. @default 0 alone */
  readonly codes?: readonly number[];
}

/** Starts Node, held to a processor. */
export function startNode(
  argv: readonly string[],
  stdio: readonly ('ignore' | 'inherit' | 'pipe')[],
  { role = 'measured', cwd, env = {} }: Starting = {},
): ChildProcess {
  const [file, args] = pinned(process.execPath, argv, role);
  // jest's own options of Node are not those of the measured process.
  const own = { ...process.env, NODE_OPTIONS: '', ...env };
  return spawn(file, args, { env: own, stdio: [...stdio], ...(cwd === undefined ? {} : { cwd }) });
}

function pinned(file: string, argv: readonly string[], role: Role): readonly [string, string[]] {
  if (CANNOT_PIN !== undefined) return [file, [...argv]];
  return ['taskset', ['-c', role === 'measured' ? '0' : '1', file, ...argv]];
}

/**
 * Runs Node with some arguments to its end, and returns its use of resources.
 * @throws if it ends with another exit code, with what it printed as errors.
 */
export async function measureNode(argv: readonly string[], starting: Starting = {}): Promise<Used> {
  const startedAtMs = performance.now();
  const child = startNode(
    ['--import', REPORT_USAGE, ...argv],
    ['ignore', 'ignore', 'pipe', 'pipe'],
    starting,
  );
  const usage = textOf(child, 3);
  await ended(child, argv, starting.codes);
  const wallMs = performance.now() - startedAtMs;
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(await usage) as ReturnType<typeof resourceUsage>;
  return { wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakKilobytes: maxRSS };
}

/** Runs a program of the bench to its end, and returns the JSON that it prints. */
export async function resultOf<T>(name: string, args: readonly (string | number)[] = []): Promise<T> {
  const argv = ['--expose-gc', program(name), ...args.map(String)];
  const child = startNode(argv, ['ignore', 'pipe', 'pipe']);
  const printed = textOf(child, 1);
  await ended(child, argv);
  return JSON.parse(await printed) as T;
}

export interface LocalAws {
  readonly url: string;
  readonly region: string;
}

/** Does some work next to an HTTP server (`programs/http-server.ts`). */
export async function withHttpServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  return nextTo('http-server.ts', async (line) => work((line as { readonly url: string }).url));
}

/** Does some work next to the local AWS. */
export async function withLocalAws<T>(work: (aws: LocalAws) => Promise<T>): Promise<T> {
  return nextTo('local-aws.ts', async (line) => work(line as LocalAws));
}

/** Does some work next to a serving program, which prints a line of JSON once it serves, and ends with its input. */
async function nextTo<T>(name: string, work: (line: unknown) => Promise<T>): Promise<T> {
  const child = startNode([program(name)], ['pipe', 'pipe', 'inherit'], { role: 'serving' });
  try {
    return await work(JSON.parse(await firstLine(child, name)));
  } finally {
    child.stdin?.end();
    await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(null)));
  }
}

/** Does some work with a new empty folder on disk, and removes it. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstLine(child: ChildProcess, name: string): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('close', () => reject(new Error(`${name} ended before it served`)));
  });
}

async function textOf(child: ChildProcess, channel: 1 | 2 | 3): Promise<string> {
  let text = '';
  child.stdio[channel]?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => child.on('close', () => resolve(text)));
}

async function ended(
  child: ChildProcess,
  argv: readonly string[],
  codes: readonly unknown[] = [0],
): Promise<void> {
  const [errors, code] = await Promise.all([
    textOf(child, 2),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  if (!codes.includes(code)) throw new Error(`${argv.join(' ')} ended with ${String(code)}\n${errors}`);
}
