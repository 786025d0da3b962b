import { type Dirent, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A file, or a link to a file or to nothing. */
export interface ListedFile {
  readonly path: string;
  readonly isLink: boolean;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Entries that may hold canaries and are not read, each as one sentence. */
  readonly faults: readonly string[];
}

const CANARY = '.canary.yaml';

/** The ends of sentences about a file or folder that is not read. */
export const NOT_READABLE = 'cannot be read. Give this user the right to read it.';
export const LINKED_AWAY =
  'is a link that leads out of its project, so it was not read. Copy the file into the project.';
export const NOT_REGULAR = 'is no regular file, so it was not read. Give it another name, or remove it.';
const LINKED_FOLDER =
  'is a link to a folder with canaries, and links to folders are not followed. Move the folder here, or name it as a path.';

/**
 * Lists the files below a folder, in no order. It leaves out what is hidden, and what lies in node_modules. A link to a folder is not
 * followed, and is a fault if it leads to canaries elsewhere. Paths begin with `shown`, the path of the folder in messages.
 */
export function filesBelow(folder: string, shown: string): Listing {
  const files: ListedFile[] = [];
  const faults: string[] = [];
  const open = [{ folder, shown }];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    const entries = entriesOf(below.folder);
    if (entries === undefined) faults.push(`The folder '${below.shown}' ${NOT_READABLE}`);
    const prefix = below.shown === '.' ? '' : `${below.shown}/`;
    for (const entry of entries ?? []) {
      const { name } = entry;
      if (name.startsWith('.') || name === 'node_modules') continue;
      const path = prefix + name;
      const full = join(below.folder, name);
      if (entry.isDirectory()) open.push({ folder: full, shown: path });
      else if (entry.isFile()) files.push({ path, isLink: false });
      else if (!entry.isSymbolicLink())
        faults.push(...(name.endsWith(CANARY) ? [`'${path}' ${NOT_REGULAR}`] : []));
      else if (!isFolder(full)) files.push({ path, isLink: true });
      else if (!isIn(realpathSync(folder), realpathSync(full)) && holdsCanaries(full))
        faults.push(`'${path}' ${LINKED_FOLDER}`);
    }
  }
  return { files, faults };
}

/** True for a folder with canaries in itself or one level down: a link may lead to a large one. */
function holdsCanaries(folder: string): boolean {
  const entries = entriesOf(folder) ?? [];
  const inner = entries.flatMap((one) =>
    one.isDirectory() ? (entriesOf(join(folder, one.name)) ?? []) : [],
  );
  return [...entries, ...inner].some(({ name }) => name.endsWith(CANARY));
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

/** True for a folder, or a link to one. */
export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** True for a file, or a link to one; false for a folder of that name, and for a broken link. */
export function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

/** Undefined for what is not there, for links in a circle, and for what lies in a folder that may not be entered. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** True if a path is that of a folder, or lies below it. */
export function isIn(folder: string, path: string): boolean {
  return folder === path || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
