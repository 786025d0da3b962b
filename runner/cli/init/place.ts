import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PROJECT_FILE } from '../../adapters/references/misnamed-files.ts';
import { projectFiles } from '../../adapters/references/project-files.ts';
import { isRegion } from '../../core/aws/region.ts';
import type { Project } from '../../core/model/project.ts';
import { readProject } from '../../load/index.ts';
import { KINDS } from '../../registry.ts';
import { regionIn } from '../../settings.ts';
import { repositoryRoot } from '../files/repository.ts';
import type { Answers } from './answers.ts';
import { type PackageFile, readPackageFile } from './package-file.ts';
import { usualPipeline } from './pipeline.ts';

/** The folder that becomes a project, and what is there. */
export interface Place {
  readonly cwd: string;
  /** The root of the repository, or the folder itself. */
  readonly root: string;
  /** The full path of the project file: the nearest one, or one to write here. */
  readonly projectPath: string;
  /** The project of that file, if it is there and has no error. */
  readonly project: Project | undefined;
  /** The folder of the nearest package.json in the repository; the folder itself without one. */
  readonly packageFolder: string;
  /** Its package.json: empty without one, undefined for one that cannot be read. */
  readonly packageFile: PackageFile | undefined;
}

/** The address of a first canary, until a person gives one. */
export const EXAMPLE = 'https://example.com';

/** Finds out what is in a folder and around it. */
export function placeOf(cwd: string): Place {
  const root = repositoryRoot(cwd) ?? cwd;
  const file = projectFiles(cwd).of('first.canary.yaml');
  const packageFolder = packageFolderOf(cwd, root) ?? cwd;
  const packagePath = join(packageFolder, 'package.json');
  return {
    cwd,
    root,
    projectPath: resolve(cwd, file?.path ?? PROJECT_FILE),
    project: file === undefined ? undefined : readProject(file, KINDS).project,
    packageFolder,
    packageFile: existsSync(packagePath) ? readPackageFile(readFileSync(packagePath, 'utf8')) : {},
  };
}

function packageFolderOf(folder: string, root: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder;
  return folder === root ? undefined : packageFolderOf(dirname(folder), root);
}

/** The defaults of the answers. A project that is there has given some already. */
export function defaultsOf(
  { cwd, root, packageFolder, packageFile, project }: Place,
  env: Readonly<Record<string, string | undefined>>,
): Answers {
  const region = regionIn(env) ?? '';
  const [environment] = project?.environments ?? [];
  const packageName = packageFolder === cwd ? packageFile?.name : undefined;
  return {
    project: project?.name ?? projectName(packageName ?? basename(cwd)),
    url: EXAMPLE,
    owner: 'my-team',
    env: environment?.name ?? 'staging',
    region: environment?.region ?? (isRegion(region) ? region : 'eu-west-1'),
    folder: 'canaries',
    ci: usualPipeline(root),
  };
}

/** A name in lower-case-words, of at most 40 characters, from the name of a package or folder. */
function projectName(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return words === '' ? 'my-project' : words;
}
