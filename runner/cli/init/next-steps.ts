import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Answers } from './answers.ts';
import type { Dependency } from './dependency.ts';
import { packageManagerOf } from './package-managers.ts';
import { mainBranch, pathsArgument, pipelineFiles } from './pipeline.ts';
import { EXAMPLE, type Place } from './place.ts';
import { FIRST_CANARY } from './wanted-files.ts';
import type { WrittenFile } from './write-files.ts';

/** Everything that `init` found and did. */
export interface Initialised {
  readonly place: Place;
  readonly answers: Answers;
  readonly dependency: Dependency;
  readonly written: readonly WrittenFile[];
}

/** The text after the list of files: what is left to do, in order. */
export function nextSteps(done: Initialised): string {
  return `${[...remarks(done).map((remark) => `${remark}\n`), ...steps(done)].join('\n')}\n`;
}

function remarks({ place, answers, dependency }: Initialised): readonly string[] {
  const { cwd, root, packageFile } = place;
  const { manager } = packageManagerOf(cwd, root);
  const { spec, outside } = dependency;
  const [pipeline = ''] = Object.keys(pipelineFiles(answers, { cwd, root }));
  const lacksInclude =
    answers.ci === 'gitlab' && !readFileSync(join(root, '.gitlab-ci.yml'), 'utf8').includes(pipeline);
  return [
    packageFile === undefined
      ? 'package.json is not read as JSON, and was left as it is. Correct it, and run init again.'
      : '',
    spec === undefined
      ? `Coalmine is not a dependency of this project yet. Put its tarball here, and run: ${manager.add} ./coalmine-VERSION.tgz`
      : '',
    outside === undefined
      ? ''
      : `Coalmine is installed from ${outside}, outside of this repository, where a pipeline does not find it. Copy that file here, and run: ${manager.add} ./${basename(outside)}`,
    lacksInclude ? `Add to .gitlab-ci.yml, in its list 'include':\n\n  - local: ${pipeline}` : '',
  ].filter(Boolean);
}

function steps({ place, answers, dependency, written }: Initialised): readonly string[] {
  const { manager } = packageManagerOf(place.cwd, place.root);
  const { url, folder, ci } = answers;
  const wrote = written.filter(({ outcome }) => outcome === 'wrote').map(({ path }) => path);
  const isNew = wrote.some((path) => basename(path) === FIRST_CANARY);
  const hasNewWorkflow = wrote.some((path) => path.includes('.github/workflows/'));
  return [
    'Next:',
    ...(dependency.spec === undefined || dependency.isListed ? [] : [`  ${manager.name} install`]),
    ...(url === EXAMPLE && isNew ? [`  put the address of your site into ${folder}/${FIRST_CANARY}`] : []),
    `  ${manager.coalmine} run${pathsArgument(folder)}`,
    ...(ci === 'none'
      ? []
      : ['  set COALMINE_ROLE in the pipeline: the role that deploys and runs the canaries']),
    ...(hasNewWorkflow
      ? [`  check the branch that the workflow deploys from: ${mainBranch(place.root)}`]
      : []),
  ];
}
