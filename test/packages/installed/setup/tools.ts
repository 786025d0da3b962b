import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../tools');
/** Folder of the installed tools, ignored by git. */
const FOLDER = join(import.meta.dirname, '../../../../.cache/package-tools');
const windows = process.platform === 'win32';

/** The older Nodes, by their major version. */
export const OLD_NODES = {
  20: join(FOLDER, 'node_modules/node-20/bin', windows ? 'node.exe' : 'node'),
  22: join(FOLDER, 'node_modules/node-22/bin', windows ? 'node.exe' : 'node'),
} as const;

export const PNPM: string = join(FOLDER, 'node_modules/pnpm/bin/pnpm.cjs');

/** Installs the tools from the registry, unless those of the same lock file are installed. */
export function installTools(): void {
  const lock = 'package-lock.json';
  const installed = join(FOLDER, 'node_modules', '.installed-lock.json');
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(join(SOURCE, lock)))) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const file of ['package.json', lock]) cpSync(join(SOURCE, file), join(FOLDER, file));
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: 'inherit',
    shell: windows,
  });
  cpSync(join(SOURCE, lock), installed);
}
