import { dirname } from 'node:path';
import { fileSources } from '../../adapters/references/file-sources.ts';
import { shellWord } from '../../core/base/format.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { NO_PROJECT, type Project } from '../../core/model/project.ts';
import { formatDiagnostics, type LoadedCanary, type LoadResult, readProject } from '../../load/index.ts';
import { KINDS } from '../../registry.ts';
import { environmentOf } from '../../runs/selection.ts';
import { UsageError } from '../../runs/usage-error.ts';
import type { Io } from './io.ts';

/** A project, and the path of its file. */
export interface ProjectAt {
  readonly project: Project;
  /** Absent for canaries without a project file. */
  readonly projectFile?: string;
}

/**
 * The one project at some paths, or around the working folder: for commands about the past, whatever the canaries are now. Errors of its
 * file are printed, and the result is undefined.
 * @throws UsageError if a path leads nowhere, and if they lead to several projects.
 */
export async function projectAt(
  paths: readonly string[],
  { cwd, stderr }: Io,
): Promise<ProjectAt | undefined> {
  const files = fileSources(paths, cwd);
  if (paths.length > 0 && files.faults.length > 0) throw new UsageError(files.faults.join('\n'));
  const around = files.canaries.length === 0 ? ['a.canary.yaml'] : files.canaries.map(({ path }) => path);
  const found = new Map(around.map((path) => files.projectOf(path)).map((file) => [file?.path, file]));
  const [file, ...others] = found.values();
  if (others.length > 0) throw severalProjects(found.keys());
  if (file === undefined) return { project: NO_PROJECT };
  const { project, diagnostics } = readProject(file, KINDS);
  if (project === undefined) stderr.write(formatDiagnostics(diagnostics)); // commands that load canaries print its warnings
  return project === undefined ? undefined : { project, projectFile: file.path };
}

/**
 * The one project of some canaries, as they were loaded with it.
 * @throws UsageError if they are of several.
 */
export function projectOf(loaded: readonly LoadedCanary[]): ProjectAt {
  const found = new Map(loaded.map(({ project, projectFile }) => [projectFile, project]));
  if (found.size > 1) throw severalProjects(found.keys());
  const [[projectFile, project] = [undefined, NO_PROJECT]] = found;
  return { project, ...omitUndefined({ projectFile }) };
}

function severalProjects(files: Iterable<string | undefined>): UsageError {
  const folders = [...files].map((file) => (file === undefined ? '.' : dirname(file)));
  return new UsageError(
    `There are several projects here. Name the canaries of one: ${folders.join(' or ')}.`,
  );
}

/** The canaries of a selection, if no file is faulty; otherwise undefined, and the faults are printed. */
export function sound(
  { canaries, diagnostics }: LoadResult,
  { stderr }: Io,
): readonly LoadedCanary[] | undefined {
  stderr.write(formatDiagnostics(diagnostics));
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return canaries;
  stderr.write(`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was run.\n`);
  return undefined;
}

/**
 * The one project file that some canaries have in common.
 * @throws UsageError if they have none, or several.
 */
export function oneProject(canaries: readonly LoadedCanary[]): Project {
  const [first, ...others] = new Map(canaries.map((one) => [one.projectFile, one])).values();
  if (first?.projectFile !== undefined && others.length === 0) return first.project;
  throw new UsageError(
    'Name the canaries of one project: taps and channels are listed in its coalmine.config.yaml.',
  );
}

/**
 * The canaries that run in an environment, with and without a schedule, of their one project, for a command such as `trace ord_1`.
 * @throws UsageError if there are none, and if they belong to several projects: then with the command for each.
 */
export function oneFleet(loaded: readonly LoadedCanary[], env: string | undefined, command: string) {
  const [first, ...others] = new Map(loaded.map((one) => [one.projectFile, one])).values();
  if (first === undefined) throw new UsageError('There are no canaries here. Name their folder.');
  if (others.length > 0) {
    const each = [first, ...others].flatMap(({ projectFile }) =>
      projectFile === undefined ? [] : `coalmine ${command} ${shellWord(dirname(projectFile))}`,
    );
    throw new UsageError(`The canaries belong to several projects. Name one: ${each.join(', ')}.`);
  }
  const { project } = first;
  const environment = environmentOf(project, env);
  const canaries = loaded
    .map(({ canary }) => canary)
    .filter(({ only }) => only === undefined || only.includes(environment.name));
  return { project, environment, canaries };
}
