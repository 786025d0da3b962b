import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize, relative, resolve, sep } from 'node:path';

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
  /** Given paths without a canary, each as one sentence. */
  readonly faults: readonly string[];
  projectOf(canaryPath: string): TextFile | undefined;
  /** True if all canaries of a project file are among these: its folder or `canaries/` was requested. */
  covers(projectPath: string): boolean;
  read(path: string): TextFile | { readonly refused: string };
}

/** Finds canary files: those named, those below named folders, or those below `canaries/`. Paths are relative to `cwd`. */
export async function fileSources(paths: readonly string[], cwd: string): Promise<FileSources> {
  const asked = paths.length === 0 ? [DEFAULT_FOLDER] : paths;
  const found = await Promise.all(asked.map(async (path) => canariesAt(path, cwd)));
  const files = [...new Set(found.flatMap(({ files: some }) => some))].toSorted();
  const parts = new Map<string, ReturnType<typeof readPart>>(); // one object for each, so that it is parsed once
  return {
    canaries: files.map((path) => ({ path, text: readFileSync(resolve(cwd, path), 'utf8') })),
    faults: found.flatMap(({ fault }) => fault ?? []),
    projectOf: (path) => nearestProject(path, cwd),
    covers: (path) => covers(asked, path, cwd),
    read: (path) => {
      const part = parts.get(path) ?? readPart(path, cwd);
      parts.set(path, part);
      return part;
    },
  };
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
      : { files: [], fault: `'${path}' is not a canary: its name does not end in ${CANARY}.` };
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
    return isIn(folder, full) || full === join(folder, DEFAULT_FOLDER);
  });
}

/** True if a folder is the other one, or lies below it. */
function isIn(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(other.endsWith(sep) ? other : other + sep);
}

function nearestProject(canaryPath: string, cwd: string): TextFile | undefined {
  for (let folder = dirname(resolve(cwd, canaryPath)); ; folder = dirname(folder)) {
    const full = join(folder, PROJECT_FILE);
    if (isFile(full)) return { path: relative(cwd, full), text: readFileSync(full, 'utf8') };
    if (folder === dirname(folder)) return undefined;
  }
}

/** A part must be inside the project: in the folder of the project file or below; without one, of the working folder. */
function readPart(path: string, cwd: string): TextFile | { readonly refused: string } {
  const full = resolve(cwd, path);
  if (!isFile(full)) return { refused: 'is not there' };
  const project = nearestProject(path, cwd);
  const root = realpathSync(project === undefined ? cwd : dirname(resolve(cwd, project.path)));
  const real = realpathSync(full);
  if (!real.startsWith(root + sep)) return { refused: 'lies outside the project' };
  return { path, text: readFileSync(real, 'utf8') };
}

/** False for a folder of that name, and for a broken link. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
