import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { builtCode, type FunctionCode } from '../../runner/deploy/build/function-modules.ts';
import type { Printed } from './command.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.cache/built');
/** Longest wait for another process of the tests that builds. */
const BUILT_WITHIN_MS = 300_000;
/** Time since its last use after which a build is removed. */
const OLD_MS = 24 * 3_600_000;
/** Each file that a build of the package reads, apart from the packages, whose versions are in the lock file. */
export const SOURCES = [
  '{runner,reporters,infra,scripts}/**/*.{ts,mjs,json}',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
/** The packages as they are installed, which may not be those of the lock file. */
const INSTALLED = 'node_modules/.package-lock.json';

/**
 * The package `coalmine` as it is installed, built of the sources as they are now: its folder. It is built once for all test files, and kept
 * for the next tests of the same sources. It starts in half of the time that the sources take.
 */
export function builtPackage(): string {
  known ??= buildOnce();
  return known;
}

let known: string | undefined;

/** The command line of the package as it is installed. */
export function builtCommand(): string {
  return join(builtPackage(), 'coalmine.mjs');
}

/** Runs the command line of the package as it is installed, in a process of its own, with these variables alone. */
export async function builtCoalmine(
  argv: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Printed> {
  const child = spawn(process.execPath, [builtCommand(), ...argv], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number];
  return { code, stdout, stderr };
}

/** The code of functions in the package as it is installed: they are bundled in a third of the time that the sources take. */
export function builtFunctionCode(): FunctionCode {
  return builtCode(join(builtPackage(), 'functions'));
}

function buildOnce(): string {
  mkdirSync(FOLDER, { recursive: true });
  const lock = new DatabaseSync(join(FOLDER, 'lock.sqlite'), { timeout: BUILT_WITHIN_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE'); // ends with the process, too
    return builtOf(digestNow());
  } finally {
    lock.close();
  }
}

function digestNow(): string {
  return digestOf([...filesOf(ROOT), INSTALLED], ROOT);
}

/** The folder of the sources with that digest. Sources that change while they are built are built again. */
function builtOf(digest: string): string {
  const folder = join(FOLDER, digest);
  if (!existsSync(folder)) {
    build();
    const after = digestNow();
    if (after !== digest) return builtOf(after);
    renameSync(UNFINISHED, folder);
    removeOld();
  }
  utimesSync(folder, new Date(), new Date());
  return folder;
}

const UNFINISHED = join(FOLDER, 'unfinished');

function build(): void {
  rmSync(UNFINISHED, { recursive: true, force: true });
  execFileSync(process.execPath, ['scripts/build.ts', '.cache/built/unfinished'], {
    cwd: ROOT,
    stdio: 'pipe',
  });
}

function removeOld(): void {
  for (const name of readdirSync(FOLDER)) {
    const other = join(FOLDER, name);
    if (Date.now() - statSync(other).mtimeMs > OLD_MS && name !== 'lock.sqlite')
      rmSync(other, { recursive: true });
  }
}

export function filesOf(root: string): readonly string[] {
  return globSync(SOURCES, { cwd: root, exclude: ['**/dist/**'] }).toSorted();
}

/** A name of the content of files. */
export function digestOf(files: readonly string[], root: string): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}
