import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isFile, isIn, LINKED_AWAY, NOT_READABLE, readText } from './files-below.ts';
import { memoize } from './memoize.ts';
import { type MisnamedFile, PROJECT_FILE, PROJECT_LIKE } from './misnamed-files.ts';
import { shownPath } from './shown-path.ts';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The projects of canaries. Each folder is searched once, and each file read once. */
export interface ProjectFiles {
  /** The nearest project file: in the folder of a canary, or above. Undefined also for one that is not read. */
  of(canaryPath: string): TextFile | undefined;
  /** The fault of the nearest project file, as one sentence: it is not read, or lies in another project, whose lists it would go around. */
  faultOf(canaryPath: string): string | undefined;
  /** The real folder from which a canary may read: that of its project file, or without one the working folder or else its own. */
  rootOf(canaryPath: string): string;
  /** The misnamed project file in the folder of a canary or above, nearer than its project file. */
  misnamedNear(canaryPath: string): MisnamedFile | undefined;
}

/** Finds the projects of canaries, whose paths are relative to `cwd`. */
export function projectFiles(cwd: string): ProjectFiles {
  const nearest = memoize((folder: string): string | undefined => {
    const full = join(folder, PROJECT_FILE);
    return isFile(full) ? full : inParent(folder, nearest);
  });
  const read = memoize((full: string): TextFile | string => {
    const path = shownPath(cwd, full);
    if (!isIn(realpathSync(dirname(full)), realpathSync(full))) return `'${path}' ${LINKED_AWAY}`;
    const text = readText(full);
    return text === undefined ? `'${path}' ${NOT_READABLE}` : { path, text };
  });
  const root = memoize((folder: string): string => {
    const project = nearest(folder);
    if (project !== undefined) return realpathSync(dirname(project));
    return realpathSync(isIn(cwd, folder) ? cwd : folder);
  });
  const misnamed = memoize((folder: string): MisnamedFile | undefined => {
    const project = nearest(folder);
    if (project !== undefined && dirname(project) === folder) return undefined;
    const name = namesIn(folder).find((one) => PROJECT_LIKE.test(one));
    if (name === undefined) return inParent(folder, misnamed);
    return { path: shownPath(cwd, join(folder, name)), rename: PROJECT_FILE, sort: 'project' };
  });
  const folderOf = (canaryPath: string): string => dirname(resolve(cwd, canaryPath));
  const readFor = (canaryPath: string): TextFile | string | undefined => {
    const full = nearest(folderOf(canaryPath));
    return full === undefined ? undefined : read(full);
  };
  return {
    of: (canaryPath) => {
      const found = readFor(canaryPath);
      return typeof found === 'string' ? undefined : found;
    },
    faultOf: (canaryPath) => {
      const found = readFor(canaryPath);
      if (found === undefined || typeof found === 'string') return found;
      const outer = inParent(dirname(resolve(cwd, found.path)), nearest);
      if (outer === undefined) return undefined;
      return `'${found.path}' lies in the project of '${shownPath(cwd, outer)}', and a project holds no other. Move its folder out of that project, or remove one of the two files.`;
    },
    rootOf: (canaryPath) => root(folderOf(canaryPath)),
    misnamedNear: (canaryPath) => misnamed(folderOf(canaryPath)),
  };
}

function inParent<Value>(folder: string, find: (parent: string) => Value | undefined): Value | undefined {
  const parent = dirname(folder);
  return parent === folder ? undefined : find(parent);
}

/** The names in a folder; none if it may not be listed, as others' folders above a project. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
