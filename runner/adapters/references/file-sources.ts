import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import {
  filesBelow,
  isFile,
  isFolder,
  isIn,
  LINKED_AWAY,
  type ListedFile,
  NOT_READABLE,
  NOT_REGULAR,
  readText,
} from './files-below.ts';
import { memoize } from './memoize.ts';
import { canaryName, type MisnamedFile, misnamedCanaries } from './misnamed-files.ts';
import { projectFiles, type TextFile } from './project-files.ts';
import { pathsMatching, patternOf, shownPath } from './shown-path.ts';

const CANARY = '.canary.yaml';
/** Default folder of canaries. */
const DEFAULT_FOLDER = 'canaries';

/** The reason why a part cannot be used, and the remedy if there is one of its own. */
interface RefusedPart {
  readonly refused: string;
  readonly hint?: string;
}

/** The files of canaries, as they lie on disk. */
export interface FileSources {
  readonly canaries: readonly TextFile[];
  /** Files that are not read because of their names. */
  readonly misnamed: readonly MisnamedFile[];
  /** Given paths without a canary, each as one sentence. */
  readonly faults: readonly string[];
  projectOf(canaryPath: string): TextFile | undefined;
  /** True if all canaries of a project file are among these: its folder or `canaries/` was requested. */
  covers(projectPath: string): boolean;
  /** A part, as the canary at that path may read it. */
  read(path: string, canary: string): TextFile | RefusedPart;
  /** The paths of all parts, and of files that look like parts, below the folders that were asked for. */
  partsNear(): readonly string[];
}

/**
 * Finds canary files: those named, those that match a named pattern, those below named folders, or those below `canaries/`. Paths are
 * relative to `cwd`. A file that cannot be
 * read, or that is a link out of its project, is a fault.
 */
export function fileSources(given: readonly string[], cwd: string): FileSources {
  const asked = given.length === 0 ? [DEFAULT_FOLDER] : given.flatMap((path) => expanded(path, cwd));
  const found = asked.map((path) => filesAt(path, cwd));
  const listed = [...new Map(found.flatMap(({ files }) => files.map((one) => [one.path, one]))).values()];
  const projects = projectFiles(cwd);
  const named = listed.filter(isCanary).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const paths = listed.map(({ path }) => path);
  const misnamed = [
    ...misnamedCanaries(paths, cwd),
    ...new Set(named.flatMap(({ path }) => projects.misnamedNear(path) ?? [])),
  ];
  const canaries = named.map(canaryReader(projects.rootOf, cwd));
  const partOf = memoize((root: string) => memoize((path: string) => readPart(path, root, cwd)));
  return {
    canaries: canaries.flatMap((one) => (typeof one === 'string' ? [] : one)),
    misnamed,
    partsNear: () => paths.filter((path) => basename(path).includes('.part.')),
    faults: [
      ...found.flatMap(({ faults }) => faults.map((fault) => withNames(fault, misnamed))),
      ...canaries.filter((one) => typeof one === 'string'),
      ...new Set(named.flatMap(({ path }) => projects.faultOf(path) ?? [])),
    ],
    projectOf: projects.of,
    covers: (path) => covers(asked, path, cwd),
    read: (path, canary) => partOf(projects.rootOf(canary))(path),
  };
}

/** A path without a canary, with the files below it that look like one. */
function withNames(fault: string, misnamed: readonly MisnamedFile[]): string {
  const renamed = misnamed.filter(({ sort }) => sort === 'canary').slice(0, 3);
  return [fault, ...renamed.map(({ path, rename }) => `Rename ${path} to ${rename}.`)].join(' ');
}

function isCanary({ path }: ListedFile): boolean {
  return path.endsWith(CANARY);
}

interface FilesAt {
  readonly files: readonly ListedFile[];
  readonly faults: readonly string[];
}

/** The folders and canaries that an argument names; the argument itself if it is no pattern, or one that matches none. */
function expanded(argument: string, cwd: string): readonly string[] {
  const pattern = existsSync(resolve(cwd, argument)) ? undefined : patternOf(argument);
  const matching = pattern === undefined ? [] : pathsMatching(pattern, cwd);
  const canaries = matching.filter((path) => path.endsWith(CANARY) || isFolder(resolve(cwd, path)));
  return canaries.length === 0 ? [argument] : canaries;
}

/** The files at a path that was asked for: itself, or those below it. */
function filesAt(path: string, cwd: string): FilesAt {
  const full = resolve(cwd, path);
  if (!existsSync(full)) return { files: [], faults: [missing(path, cwd)] };
  const shown = shownPath(cwd, full);
  if (!statSync(full).isDirectory()) {
    const fault = `'${path}' is not a canary: its name does not end in ${CANARY}. Rename it to ${canaryName(path)}.`;
    return path.endsWith(CANARY)
      ? { files: [{ path: shown, isLink: true }], faults: [] }
      : { files: [], faults: [fault] };
  }
  const { files, faults } = filesBelow(full, shown);
  const none = `There is no canary below '${path}': no file whose name ends in ${CANARY}.`;
  return { files, faults: faults.length > 0 || files.some(isCanary) ? faults : [none] };
}

/** The fault of a path that leads nowhere, with the canary that may be meant: people write the name of one. */
function missing(path: string, cwd: string): string {
  if (patternOf(path) !== undefined) return `No canary and no folder matches '${path}'.`;
  const { files } = filesBelow(resolve(cwd, DEFAULT_FOLDER), DEFAULT_FOLDER);
  const stemOf = (one: string): string => basename(one).replace(/(\.canary)?(\.ya?ml)?$/i, '');
  const near = files.filter(isCanary).map((one) => one.path);
  const stem = didYouMean(stemOf(path), near.map(stemOf));
  const meant = near.find((one) => stemOf(one) === stem);
  return `There is no file or folder '${path}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`}`;
}

/** Reads a canary file, or gives the reason why it is not read. */
function canaryReader(rootOf: (canary: string) => string, cwd: string) {
  const realFolder = memoize((folder: string) => realpathSync(folder));
  return ({ path, isLink }: ListedFile): TextFile | string => {
    const full = resolve(cwd, path);
    if (isLink && !existsSync(full))
      return `'${path}' is a link that leads nowhere. Link it to a file, or remove it.`;
    if (isLink && !isFile(full)) return `'${path}' ${NOT_REGULAR}`;
    const real = isLink ? realpathSync(full) : realFolder(dirname(full));
    if (!isIn(rootOf(path), real)) return `'${path}' ${LINKED_AWAY}`;
    const text = readText(full);
    return text === undefined ? `'${path}' ${NOT_READABLE}` : { path, text };
  };
}

function covers(asked: readonly string[], projectPath: string, cwd: string): boolean {
  const folder = dirname(resolve(cwd, projectPath));
  return asked.some((path) => {
    const full = resolve(cwd, path);
    return isIn(full, folder) || full === join(folder, DEFAULT_FOLDER);
  });
}

/** A part must lie inside the project of the canary that uses it, whatever project it lies in itself. */
function readPart(path: string, root: string, cwd: string): TextFile | RefusedPart {
  const full = resolve(cwd, path);
  if (!isFile(full)) return { refused: 'is not there' };
  const real = realpathSync(full);
  if (!isIn(root, real))
    return { refused: 'lies outside the project', hint: 'copy it into the project of this canary' };
  const text = readText(real);
  return text === undefined
    ? { refused: 'cannot be read', hint: 'give this user the right to read it' }
    : { path, text };
}
