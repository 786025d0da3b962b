import { type FileSources, fileSources } from '../adapters/references/file-sources.ts';
import { didYouMean, suggestion } from '../core/base/did-you-mean.ts';
import type { Environment, Project } from '../core/model/project.ts';
import { type LoadedCanary, type LoadResult, load } from '../load/index.ts';
import { KINDS } from '../registry.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/** The canaries at some paths, and the files that were read for them. */
export interface Selection extends LoadResult {
  readonly files: FileSources;
}

/**
 * Loads the canaries at some paths, or below `canaries/`.
 * @throws UsageError if a path leads to none.
 */
export async function select(
  paths: readonly string[],
  { cwd }: Pick<Surroundings, 'cwd'>,
): Promise<Selection> {
  const files = fileSources(paths, cwd);
  if (files.faults.length > 0) {
    const hasProject = files.projectOf('a.canary.yaml') !== undefined;
    const next = hasProject
      ? " If the canaries are elsewhere, name their folder, such as '.'."
      : " Make a first one with 'coalmine init'.";
    const isEmpty = paths.length === 0 && files.canaries.length === 0;
    throw new UsageError(`${files.faults.join('\n')}${isEmpty ? next : ''}`);
  }
  return { ...load(files, KINDS), files };
}

/** Canaries with at least one of the tags; all, without tags. */
export function tagged(canaries: readonly LoadedCanary[], tags: readonly string[]): readonly LoadedCanary[] {
  const chosen = canaries.filter(
    ({ canary }) => tags.length === 0 || canary.tags.some((tag) => tags.includes(tag)),
  );
  if (chosen.length > 0) return chosen;
  const known = [...new Set(canaries.flatMap(({ canary }) => canary.tags))];
  const odd = tags.find((tag) => didYouMean(tag, known) !== undefined) ?? tags.join(' ');
  const hint = suggestion(odd, known, 'tags');
  throw new UsageError(`No canary has the tag ${tags.map((tag) => `'${tag}'`).join(' or ')}. ${hint}`);
}

/**
 * The environment of a run: the named one, or the only one.
 * `option` writes an environment as the caller's option.
 * @throws UsageError if there are several and none is named, or none of that name.
 */
export function environmentOf(
  { environments }: Project,
  name: string | undefined,
  option: (name: string) => string = (one) => `--env ${one}`,
): Environment {
  const names = environments.map((one) => one.name);
  if (name === undefined) {
    const [only, second] = environments;
    if (only !== undefined && second === undefined) return only;
    throw new UsageError(`There are several environments. Say which: ${names.map(option).join(' or ')}.`);
  }
  const found = environments.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no environment '${name}'. ${suggestion(name, names, 'environments')}`);
}
