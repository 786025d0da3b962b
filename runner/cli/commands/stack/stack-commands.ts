import type { Command } from 'commander';
import type { Io } from '../../setup/io.ts';
import type { BuildOptions } from './build.ts';

const PATHS = 'canary files or folders; canaries/ when left out';

/** Adds the commands that make the stack of deployed canaries. */
export function addStack(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('build')
    .description('write the template and the functions of the stack, for a pipeline that deploys them')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .requiredOption('--out <folder>', 'where to write; files of an earlier build in it are replaced')
    .option(
      '--bucket <name>',
      'the bucket to which you copy the archives: the template then takes the functions from there',
    )
    .action(async (paths: string[], options: BuildOptions) => {
      const { build } = await import('./build.ts');
      done(await build(paths, options, io));
    });
}
