import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package manager, as a pipeline uses it. None of its commands fetches a package that is not locked. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn';
  readonly lock: string;
  /** Commands before `install` on a machine that has Node alone. */
  readonly prepare: readonly string[];
  /** Installs what the lock file lists. */
  readonly install: string;
  /** Begins a command with the installed `coalmine`. */
  readonly coalmine: string;
  /** Adds a dependency, which follows. */
  readonly add: string;
}

const NPM: PackageManager = {
  name: 'npm',
  lock: 'package-lock.json',
  prepare: [],
  install: 'npm ci',
  coalmine: 'npx --no-install coalmine',
  add: 'npm install --save-dev',
};

const MANAGERS: readonly PackageManager[] = [
  NPM,
  {
    name: 'pnpm',
    lock: 'pnpm-lock.yaml',
    prepare: ['corepack enable pnpm'],
    install: 'pnpm install --frozen-lockfile',
    coalmine: 'pnpm exec coalmine',
    add: 'pnpm add --save-dev',
  },
  {
    name: 'yarn',
    lock: 'yarn.lock',
    prepare: ['corepack enable yarn'],
    install: 'yarn install --frozen-lockfile',
    coalmine: 'yarn run coalmine',
    add: 'yarn add --dev',
  },
];

/** The package manager of a folder, by the nearest lock file up to the root of the repository; npm without one. */
export function packageManagerOf(
  folder: string,
  root: string,
): { readonly manager: PackageManager; readonly folder: string } {
  const found = MANAGERS.find(({ lock }) => existsSync(join(folder, lock)));
  if (found !== undefined) return { manager: found, folder };
  const parent = dirname(folder);
  return folder === root || parent === folder ? { manager: NPM, folder } : above(folder, parent, root);
}

/** The package manager of the folders above, if one has a lock file; else npm in the folder itself. */
function above(folder: string, parent: string, root: string): ReturnType<typeof packageManagerOf> {
  const outer = packageManagerOf(parent, root);
  return existsSync(join(outer.folder, outer.manager.lock)) ? outer : { manager: NPM, folder };
}
