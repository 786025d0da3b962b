import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow } from '../../adapters/references/files-below.ts';
import { SCHEMA_FILES, SCHEMA_SORTS, schemaText } from '../files/schema-files.ts';
import type { Answers } from './answers.ts';
import type { Dependency } from './dependency.ts';
import { firstCanary, projectFile } from './first-files.ts';
import { ignoringState, NEW_IGNORE_FILE } from './ignore-file.ts';
import { type PackageAdditions, withAdditions } from './package-file.ts';
import { pathsArgument, pipelineFiles } from './pipeline.ts';
import type { Place } from './place.ts';
import type { WantedFile } from './write-files.ts';

/** The name of the first canary's file. */
export const FIRST_CANARY = 'site-is-up.canary.yaml';

/** The files of a project, those of its pipeline included. */
export function wantedFiles(place: Place, answers: Answers, dependency: Dependency): readonly WantedFile[] {
  const { cwd, root, projectPath } = place;
  const folder = join(cwd, answers.folder);
  const pipeline = Object.entries(pipelineFiles(answers, { cwd, root }));
  return [
    { path: projectPath, text: projectFile(answers) },
    ...(hasCanaries(folder) ? [] : [{ path: join(folder, FIRST_CANARY), text: firstCanary(answers) }]),
    ...SCHEMA_SORTS.map((sort) => ({ path: join(folder, SCHEMA_FILES[sort]), text: schemaText(sort) })),
    ...packageFileOf(place, answers, dependency),
    { path: join(dirname(projectPath), '.gitignore'), text: NEW_IGNORE_FILE, add: ignoringState }, // the state lies there
    ...pipeline.map(([path, text]) => ({ path: join(root, path), text })),
  ];
}

/** True for a folder with canaries of its own, which needs no first one. */
function hasCanaries(folder: string): boolean {
  return existsSync(folder) && filesBelow(folder, '').files.some(({ path }) => path.endsWith('.canary.yaml'));
}

/** The package.json of the folder itself, with scripts and the dependency. One that cannot be read, and one of a folder above, stay. */
function packageFileOf(
  { cwd, packageFolder, packageFile }: Place,
  answers: Answers,
  { spec }: Dependency,
): readonly WantedFile[] {
  if (packageFile === undefined || packageFolder !== cwd) return [];
  const isListed = packageFile.dependencies?.['coalmine'] !== undefined;
  const additions: PackageAdditions = {
    scripts: scriptsOf(answers),
    devDependencies: spec === undefined || isListed ? {} : { coalmine: spec },
  };
  const fresh = `${JSON.stringify({ name: answers.project, private: true }, null, 2)}\n`;
  const add = (text: string): string => withAdditions(text, additions);
  return [{ path: join(cwd, 'package.json'), text: add(fresh), add }];
}

function scriptsOf({ folder, env }: Answers): Readonly<Record<string, string>> {
  const paths = pathsArgument(folder);
  return {
    'canaries:validate': `coalmine validate${paths}`,
    'canaries:run': `coalmine run${paths} --env ${env}`,
    'canaries:watch': `coalmine watch${paths} --env ${env}`,
    'canaries:deploy': `coalmine deploy${paths} --env ${env}`,
    'canaries:schema': `coalmine schema --write${paths}`,
  };
}
