import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** Folder of the virtual environment, ignored by git. */
const FOLDER = join(ROOT, '.cache', 'emulator');
/** Digest of the environment's inputs. */
const STAMP = join(FOLDER, 'made-of');
const OLDEST = [3, 11] as const;

/** The interpreter in which the emulator is installed. */
export const PYTHON = join(FOLDER, 'bin', 'python');

/**
 * Creates the virtual environment, unless the existing one has the same inputs.
 * @throws Error with one line about the missing part.
 */
export function makeEnvironment(): void {
  const version = versionOf('python3');
  const digest = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  const stamp = `Python ${version}, ${digest}\n`;
  if (existsSync(PYTHON) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
  rmSync(FOLDER, { recursive: true, force: true });
  call('python3', ['-m', 'venv', FOLDER], 'Python has no module venv (Debian: apt install python3-venv)');
  const install = [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    REQUIREMENTS,
  ];
  call(PYTHON, ['-m', 'pip', ...install], 'The Python emulator could not be installed');
  writeFileSync(STAMP, stamp);
}

function versionOf(python: string): string {
  const { stdout, error } = spawnSync(python, ['-c', 'import sys; print(*sys.version_info[:3], sep=".")'], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error(`There is no ${python} here. ${NEEDED}`, { cause: error });
  const version = stdout.trim();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === OLDEST[0] && minor >= OLDEST[1]) return version;
  throw new Error(`${python} is Python ${version}. ${NEEDED}`);
}

const NEEDED = `npm run test:aws runs an emulator in Python ${OLDEST.join('.')} or later; npm test needs none.`;

function call(command: string, words: readonly string[], otherwise: string): void {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${otherwise}: ${stderr.trim()}`);
}
