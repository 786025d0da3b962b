import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root of the Git repository around a folder: the nearest one that holds `.git`; undefined outside of a repository. */
export function repositoryRoot(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : repositoryRoot(parent);
}
