import { globSync } from 'node:fs';
import path, { type PlatformPath } from 'node:path';

/** A path as messages show it and as files are keyed by it: relative to the working folder, with `/` on every system. */
export function shownPath(
  cwd: string,
  full: string,
  { relative, sep }: Pick<PlatformPath, 'relative' | 'sep'> = path,
): string {
  return relative(cwd, full).replaceAll(sep, '/') || '.';
}

/** The pattern of an argument, with `/` on every system; undefined if it is a plain path. A backslash separates folders on Windows only. */
export function patternOf(argument: string, { sep }: Pick<PlatformPath, 'sep'> = path): string | undefined {
  return /[*?[{]/.test(argument) ? argument.replaceAll(sep, '/') : undefined;
}

/** The paths that match a pattern, in order: the shells of Windows pass patterns on as they are, and so does a quoted one. */
export function pathsMatching(pattern: string, cwd: string): readonly string[] {
  const found = globSync(pattern, { cwd, exclude: ['**/node_modules/**'] });
  return found.map((one) => one.replaceAll(path.sep, '/')).toSorted();
}
