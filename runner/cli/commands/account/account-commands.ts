import { type Command, Option } from 'commander';
import type { Io } from '../../setup/io.ts';
import { collect, PATHS, whole, withInbox } from '../options.ts';
import type { CostOptions } from './cost.ts';
import type { DoctorOptions } from './doctor.ts';
import type { IamOptions } from './iam.ts';
import type { ParkedOptions } from './parked.ts';

/** Adds the commands that prepare a deployment: permissions, checks of the account, and cost. */
export function addDeploying(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('iam')
    .description('print the permissions that canaries and channels need, with their resources')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .option('--account <id>', 'with json: the account of the resources')
    .option(
      '--parameter <name=value>',
      'with json: a value that only the account knows; may be repeated',
      collect,
      [],
    )
    .addOption(format().choices(['text', 'json', 'cloudformation']))
    .action(async (paths: string[], options: IamOptions) => {
      const { iam } = await import('./iam.ts');
      done(await iam(paths, options, io));
    });
  withInbox(program.command('doctor'))
    .description('check that all that canaries name exists and can be reached; reads only')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .option('--as <name>', "ask about taps of one's own, made by coalmine tap --as")
    .option(
      '--role <arn>',
      'the role whose permissions are asked about: the one that will run them; else your own',
    )
    .option(
      '--stack <name>',
      'the deployed stack that runs them: its taps, its variables, the role of its worker',
    )
    .option('--verbose', 'list what is well, too')
    .option('--show-values', 'print the values of references too, except for secrets')
    .addOption(format())
    .action(async (paths: string[], options: DoctorOptions) => {
      const { doctor } = await import('./doctor.ts');
      done(await doctor(paths, options, io));
    });
  addCost(program, io, done);
  addParked(program, io, done);
}

function addCost(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('cost')
    .description('what canaries cost a month when they are deployed, and on CloudWatch Synthetics')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'only those that run in this environment')
    .option('--run-seconds <n>', 'how long a run takes', whole)
    .option('--at-once <n>', 'how many a worker runs at a time', whole)
    .option('--step-metrics', 'with metrics for each step')
    .option('--site-pages', 'with pages of the state in a bucket')
    .addOption(format())
    .action(async (paths: string[], options: CostOptions) => {
      const { cost } = await import('./cost.ts');
      const { systemClock } = await import('../../../adapters/runtime/system-clock.ts');
      done(await cost(paths, { ...options, nowMs: systemClock().nowMs() }, io));
    });
}

function format(): Option {
  return new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text');
}

function addParked(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('parked')
    .description("list an application's effects whose process died in between, or decide about one of them")
    .argument('[key]', 'the key of a claim, as it is listed')
    .requiredOption('--table <name>', 'the table of claims of @coalmine/trace')
    .addOption(new Option('--done', 'its effect happened').conflicts('release'))
    .option('--release', 'its effect did not happen: the next delivery tries it again')
    .action(async (key: string | undefined, options: ParkedOptions) => {
      const { parked } = await import('./parked.ts');
      const { systemClock } = await import('../../../adapters/runtime/system-clock.ts');
      done(await parked(key, options, io, systemClock().nowMs()));
    });
}
