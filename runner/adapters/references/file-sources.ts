import { existsSync, globSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize, relative, resolve, sep } from 'node:path';
import { canaryName, type MisnamedFile, misnamedCanaries, misnamedProject } from './misnamed-files.ts';

const CANARY = '.canary.yaml';
const PROJECT_FILE = 'coalmine.config.yaml';
/** Default folder of canaries. */
const DEFAULT_FOLDER = 'canaries';

interface TextFile {
  readonly path: string;
  readonly text: string;
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
  read(path: string, canary: string): TextFile | { readonly refused: string };
  /** The paths of all parts, and of files that look like parts, below the folders that were asked for. */
  partsNear(): readonly string[];
}

/**
 * Finds canary files: those named, those below named folders, or those below `canaries/`. Paths are relative to `cwd`. A file that is a link
 * out of its project is a fault, and is not read.
 */
export async function fileSources(paths: readonly string[], cwd: string): Promise<FileSources> {
  const asked = paths.length === 0 ? [DEFAULT_FOLDER] : paths;
  const found = await Promise.all(asked.map(async (path) => canariesAt(path, cwd)));
  const files = [...new Set(found.flatMap(({ files: some }) => some))].toSorted();
  const inside = files.filter((path) => isIn(rootOf(path, cwd), realpathSync(resolve(cwd, path))));
  const projects = new Set(files.flatMap((path) => projectFileOf(path, cwd) ?? []));
  const parts = new Map<string, ReturnType<typeof readPart>>(); // one object for each, so that it is parsed once
  const misnamed = [
    ...misnamedCanaries(
      asked.filter((path) => isFolder(resolve(cwd, path))),
      cwd,
    ),
    ...misnamedProjects(files, cwd),
  ];
  return {
    canaries: inside.map((path) => ({ path, text: readFileSync(resolve(cwd, path), 'utf8') })),
    misnamed,
    partsNear: () => partsIn(asked, cwd),
    faults: [
      ...found.flatMap(({ fault }) => (fault === undefined ? [] : withNames(fault, misnamed))),
      ...files.filter((path) => !inside.includes(path)).map(outside),
      ...[...projects].filter((full) => !isOwn(full)).map((full) => outside(relative(cwd, full))),
    ],
    projectOf: (path) => nearestProject(path, cwd),
    covers: (path) => covers(asked, path, cwd),
    read: (path, canary) => {
      const root = rootOf(canary, cwd);
      const key = `${root} ${path}`;
      const part = parts.get(key) ?? readPart(path, root, cwd);
      parts.set(key, part);
      return part;
    },
  };
}

/** The misnamed project files around some canaries, each folder searched once. */
function misnamedProjects(canaries: readonly string[], cwd: string): readonly MisnamedFile[] {
  const folders = new Map(canaries.map((path) => [dirname(path), path]));
  const found = [...folders.values()].flatMap(
    (path) => misnamedProject(path, nearestProject(path, cwd)?.path, cwd) ?? [],
  );
  return [...new Map(found.map((one) => [one.path, one])).values()];
}

/** A path without a canary, with the files below it that look like one. */
function withNames(fault: string, misnamed: readonly MisnamedFile[]): string {
  const renamed = misnamed.filter(({ sort }) => sort === 'canary').slice(0, 3);
  return [fault, ...renamed.map(({ path, rename }) => `Rename ${path} to ${rename}.`)].join(' ');
}

function partsIn(folders: readonly string[], cwd: string): readonly string[] {
  return folders.flatMap((folder) =>
    isFolder(resolve(cwd, folder))
      ? globSync('**/*.part.*', {
          cwd: resolve(cwd, folder),
          exclude: (entry) => entry === 'node_modules',
        }).map((name) => normalize(join(relative(cwd, resolve(cwd, folder)), name)))
      : [],
  );
}

function outside(path: string): string {
  return `'${path}' is a link that leads out of its project, so it was not read. Copy the file into the project.`;
}

async function canariesAt(
  path: string,
  cwd: string,
): Promise<{ readonly files: readonly string[]; readonly fault?: string }> {
  const full = resolve(cwd, path);
  if (!existsSync(full)) return { files: [], fault: `There is no file or folder '${path}'.` };
  const shown = relative(cwd, full) || '.';
  if (!statSync(full).isDirectory()) {
    return path.endsWith(CANARY)
      ? { files: [shown] }
      : {
          files: [],
          fault: `'${path}' is not a canary: its name does not end in ${CANARY}. Rename it to ${canaryName(path)}.`,
        };
  }
  const files: string[] = [];
  for await (const name of glob(`**/*${CANARY}`, {
    cwd: full,
    exclude: (entry) => entry === 'node_modules',
  })) {
    const one = normalize(join(shown, name));
    if (isFile(resolve(cwd, one))) files.push(one);
  }
  return files.length === 0
    ? { files, fault: `There is no canary below '${path}': no file whose name ends in ${CANARY}.` }
    : { files };
}

function covers(asked: readonly string[], projectPath: string, cwd: string): boolean {
  const folder = dirname(resolve(cwd, projectPath));
  return asked.some((path) => {
    const full = resolve(cwd, path);
    return isIn(full, folder) || full === join(folder, DEFAULT_FOLDER);
  });
}

/** True if a path is that of a folder, or lies below it. */
function isIn(folder: string, path: string): boolean {
  return folder === path || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function nearestProject(canaryPath: string, cwd: string): TextFile | undefined {
  const full = projectFileOf(canaryPath, cwd);
  if (full === undefined || !isOwn(full)) return undefined;
  return { path: relative(cwd, full), text: readFileSync(full, 'utf8') };
}

/** The project file in the folder of a canary or above, the nearest one. */
function projectFileOf(canaryPath: string, cwd: string): string | undefined {
  for (let folder = dirname(resolve(cwd, canaryPath)); ; folder = dirname(folder)) {
    const full = join(folder, PROJECT_FILE);
    if (isFile(full)) return full;
    if (folder === dirname(folder)) return undefined;
  }
}

/** False for a project file that is a link out of its own folder. */
function isOwn(projectFile: string): boolean {
  return isIn(realpathSync(dirname(projectFile)), realpathSync(projectFile));
}

/** The real folder from which a canary may read: that of its project file, or without one the working folder or else its own. */
function rootOf(canaryPath: string, cwd: string): string {
  const full = resolve(cwd, canaryPath);
  const project = projectFileOf(canaryPath, cwd);
  if (project !== undefined) return realpathSync(dirname(project));
  return realpathSync(isIn(cwd, full) ? cwd : dirname(full));
}

/** A part must lie inside the project of the canary that uses it, whatever project it lies in itself. */
function readPart(path: string, root: string, cwd: string): TextFile | { readonly refused: string } {
  const full = resolve(cwd, path);
  if (!isFile(full)) return { refused: 'is not there' };
  const real = realpathSync(full);
  if (!isIn(root, real)) return { refused: 'lies outside the project' };
  return { path, text: readFileSync(real, 'utf8') };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** False for a folder of that name, and for a broken link. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
