import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { shellWord } from '../../core/base/format.ts';
import type { Answers } from './answers.ts';
import { githubWorkflow } from './github-workflow.ts';
import { gitlabPipeline } from './gitlab-pipeline.ts';
import { type PackageManager, packageManagerOf } from './package-managers.ts';

/** Facts of a pipeline. */
export interface Pipeline {
  /** The name of its file, without the ending. */
  readonly name: string;
  /** The main branch. */
  readonly branch: string;
  readonly env: string;
  readonly region: string;
  readonly manager: PackageManager;
  /** The folder of the lock file, from the root of the repository; empty for the root itself. */
  readonly installIn: string;
  /** The folder of the project, likewise. */
  readonly workIn: string;
  /** Begins a command with the installed `coalmine`. */
  readonly coalmine: string;
  /** The folder of the canaries as an argument, with a space before it; empty for the default folder. */
  readonly paths: string;
}

/** The default folder of canaries, which commands need no argument for. */
const DEFAULT_FOLDER = 'canaries';

/** A file with a pipeline, by its path from the root of the repository. */
export type PipelineFiles = Readonly<Record<string, string>>;

/** The files of the pipeline that was chosen. */
export function pipelineFiles(
  answers: Answers,
  { cwd, root }: { readonly cwd: string; readonly root: string },
): PipelineFiles {
  const { manager, folder } = packageManagerOf(cwd, root);
  const workIn = slashed(relative(root, cwd));
  const name = workIn === '' ? 'canaries' : `canaries-${answers.project}`;
  const pipeline: Pipeline = {
    ...answers,
    name,
    branch: mainBranch(root),
    manager,
    installIn: slashed(relative(root, folder)),
    workIn,
    coalmine: manager.coalmine,
    paths: pathsArgument(answers.folder),
  };
  switch (answers.ci) {
    case 'github':
      return { [`.github/workflows/${name}.yml`]: githubWorkflow(pipeline) };
    case 'gitlab':
      return {
        [`.gitlab/${name}.yml`]: gitlabPipeline(pipeline),
        '.gitlab-ci.yml': includeOf(name),
      };
    case 'none':
      return {};
  }
}

/** The text of a new `.gitlab-ci.yml`; an existing one needs the same lines. */
export function includeOf(name: string): string {
  return `include:\n  - local: .gitlab/${name}.yml\n`;
}

/** The folder of canaries as an argument of a command, with a space before it. */
export function pathsArgument(folder: string): string {
  return folder === DEFAULT_FOLDER ? '' : ` ${shellWord(folder)}`;
}

/** The pipeline that a repository has already, or that its host suggests. */
export function usualPipeline(root: string): Answers['ci'] {
  if (existsSync(join(root, '.gitlab-ci.yml'))) return 'gitlab';
  return /url\s*=.*gitlab/.test(textOf(join(root, '.git/config'))) ? 'gitlab' : 'github';
}

/** The main branch: that of the remote repository, else the one that is checked out; `main` without a branch. */
export function mainBranch(root: string): string {
  const remote = /^ref: refs\/remotes\/origin\/([\w./-]+)$/m.exec(
    textOf(join(root, '.git/refs/remotes/origin/HEAD')),
  );
  const local = /^ref: refs\/heads\/([\w./-]+)$/m.exec(textOf(join(root, '.git/HEAD')));
  return remote?.[1] ?? local?.[1] ?? 'main';
}

function slashed(path: string): string {
  return path.replaceAll(sep, '/');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // no such file
  }
}
