import { answersOf, type GivenAnswers } from '../../init/answers.ts';
import { findDependency } from '../../init/dependency.ts';
import { nextSteps } from '../../init/next-steps.ts';
import { defaultsOf, placeOf } from '../../init/place.ts';
import { wantedFiles } from '../../init/wanted-files.ts';
import { writeFiles } from '../../init/write-files.ts';
import { EXIT, type Io } from '../../setup/io.ts';

export interface InitOptions extends GivenAnswers {
  /** The dependency as the package.json is to have it. @default as it is installed */
  readonly dependency?: string;
  /** Takes the defaults, and asks nothing. */
  readonly yes?: true;
}

/**
 * `coalmine init`: a working project in an empty folder or an existing repository. It replaces no file, and puts no project into another.
 * @throws UsageError for a faulty option, and for a file that cannot be written.
 */
export async function init({ dependency: asked, yes, ...given }: InitOptions, io: Io): Promise<number> {
  const place = placeOf(io.cwd);
  const answers = await answersOf(given, defaultsOf(place, io.env), yes === true ? undefined : io.ask);
  const found = findDependency(place.packageFolder, place.root, place.packageFile ?? {});
  const dependency = asked === undefined ? found : { ...found, spec: asked };
  const written = writeFiles(wantedFiles(place, answers, dependency), place.cwd);
  for (const { outcome, path } of written) io.stdout.write(`${outcome.padEnd(8)} ${path}\n`);
  io.stdout.write(`\n${nextSteps({ place, answers, dependency, written })}`);
  return EXIT.good;
}
