import { shownPath } from '../../../adapters/references/shown-path.ts';
import { type BuiltStack, buildStack } from '../../../deploy/build/build-stack.ts';
import { needsOf } from '../../../deploy/needs.ts';
import { EXIT, type Io } from '../../setup/io.ts';

export interface BuildOptions {
  readonly env?: string;
  readonly out: string;
  readonly bucket?: string;
}

/** `coalmine build`: writes the template and the functions of a stack, for a pipeline that deploys them itself. */
export async function build(paths: readonly string[], options: BuildOptions, io: Io): Promise<number> {
  const { env: environment, out, bucket } = options;
  const built = await buildStack({ root: io.cwd, folders: paths, environment, out, bucket });
  if ('faults' in built) {
    io.stderr.write(`${built.faults.join('\n\n')}\n`);
    return EXIT.usage;
  }
  for (const warning of built.warnings) io.stderr.write(`${warning}\n`);
  io.stdout.write(`${formatBuilt(built, `${shownPath(io.cwd, built.folder)}/`)}\n`);
  return EXIT.good;
}

/** The files of a build with their sizes, below the path of their folder, and the parameters that its deployment needs. */
export function formatBuilt({ fleet, template, functions }: BuiltStack, path: string): string {
  const { canaries, project, environment } = fleet;
  const { parameters } = needsOf(fleet);
  const required = parameters.filter((parameter) => parameter.default === undefined);
  return [
    `${canaries.length} ${canaries.length === 1 ? 'canary' : 'canaries'} of project ${project.name} in environment ${environment.name}`,
    '',
    `  ${path}template.yaml  ${kilobytes(template.length)}`,
    ...functions.map(
      ({ archive, bytes, fleetBytes }) =>
        `  ${path}${archive}  ${kilobytes(bytes)}, and ${kilobytes(fleetBytes)} of canaries`,
    ),
    ...(required.length === 0 ? [] : ['', 'To be given at deployment:', '']),
    ...required.map(({ name, description }) => `  ${name}  ${description}`),
  ].join('\n');
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_024)} kB`;
}
