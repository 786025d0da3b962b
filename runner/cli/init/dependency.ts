import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isIn } from '../../adapters/references/files-below.ts';
import type { PackageFile } from './package-file.ts';

/** The way in which `coalmine` is a dependency of a project. */
export interface Dependency {
  /** The version or file, as a package.json has it. Absent if it is not installed. */
  readonly spec?: string;
  /** True if the package.json has it already. */
  readonly isListed: boolean;
  /** The path of its tarball, from the project, if that lies outside of the repository, where a pipeline does not find it. */
  readonly outside?: string;
}

/** Finds `coalmine` in a package.json or among the installed packages of its folder. A registry is never asked: the name may be another's there. */
export function findDependency(
  folder: string,
  root: string,
  { dependencies, devDependencies }: PackageFile,
): Dependency {
  const listed = devDependencies?.['coalmine'] ?? dependencies?.['coalmine'];
  const spec = listed ?? installedSpec(folder);
  if (spec === undefined) return { isListed: false };
  const isListed = listed !== undefined;
  const [, path] = /^file:(.*)$/.exec(spec) ?? [];
  if (path === undefined || isIn(root, resolve(folder, path))) return { spec, isListed };
  return { spec, isListed, outside: path };
}

/** The version or tarball that npm has installed, by the lock file that it keeps among the packages. */
function installedSpec(folder: string): string | undefined {
  try {
    const lock = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as {
      readonly packages?: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>;
    };
    const { version, resolved = '' } = lock.packages?.['node_modules/coalmine'] ?? {};
    return resolved.startsWith('file:') ? resolved : version;
  } catch {
    return undefined; // nothing is installed here
  }
}
