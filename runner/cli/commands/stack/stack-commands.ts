import type { Command } from 'commander';
import type { Io } from '../../setup/io.ts';
import { collect, PATHS } from '../options.ts';
import type { BuildOptions } from './build.ts';
import type { DeployOptions } from './deploy.ts';

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
  program
    .command('deploy')
    .description('build the stack of the canaries with a schedule, and create or update it by CloudFormation')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .option('--stack <name>', 'the name of the stack; coalmine-<project>-<environment> when left out')
    .option('--region <name>', "the region; else the environment's, or AWS_REGION")
    .option(
      '--parameter <name=value>',
      'a value for a parameter; may be repeated. Others keep the values that the stack has',
      collect,
      [],
    )
    .option('--bucket <name>', 'a bucket of yours for the archives; else one is made')
    .option('--dry-run', 'check and build, print the deployment, send nothing')
    .action(async (paths: string[], options: DeployOptions) => {
      const { deploy } = await import('./deploy.ts');
      done(await deploy(paths, options, io));
    });
}
