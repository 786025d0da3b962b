import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A file, or a link to a file or to nothing. */
export interface ListedFile {
  readonly path: string;
  readonly isLink: boolean;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Paths of the folders that cannot be read. */
  readonly unreadable: readonly string[];
}

/** The ends of sentences about a file or folder that is not read. */
export const NOT_READABLE = 'cannot be read. Give this user the right to read it.';
export const LINKED_AWAY =
  'is a link that leads out of its project, so it was not read. Copy the file into the project.';

/**
 * Lists the files below a folder, in no order. It leaves out links to folders, what is hidden, and what lies in node_modules. Paths begin
 * with `shown`, the path of the folder in messages.
 */
export function filesBelow(folder: string, shown: string): Listing {
  const files: ListedFile[] = [];
  const unreadable: string[] = [];
  const open = [{ folder, shown }];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    const entries = entriesOf(below.folder);
    if (entries === undefined) unreadable.push(below.shown);
    const prefix = below.shown === '.' ? '' : below.shown + sep;
    for (const entry of entries ?? []) {
      const { name } = entry;
      if (name.startsWith('.') || name === 'node_modules') continue;
      const path = prefix + name;
      if (entry.isDirectory()) open.push({ folder: join(below.folder, name), shown: path });
      else if (entry.isFile()) files.push({ path, isLink: false });
      else if (entry.isSymbolicLink() && !isFolder(join(below.folder, name)))
        files.push({ path, isLink: true });
    }
  }
  return { files, unreadable };
}

function entriesOf(folder: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** The text of a file; undefined if it may not be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** True for a file, or a link to one; false for a folder of that name, and for a broken link. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** True if a path is that of a folder, or lies below it. */
export function isIn(folder: string, path: string): boolean {
  return folder === path || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
