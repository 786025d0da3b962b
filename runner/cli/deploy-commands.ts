import { type Command, Option } from 'commander';
import type { CostOptions } from './cost.ts';
import type { IamOptions } from './iam.ts';
import type { Io } from './io.ts';
import { whole } from './watch-commands.ts';

const PATHS = 'canary files or folders; canaries/ when left out';

/** Adds what people ask before they deploy: what is needed, and what it costs. */
export function addDeploying(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('iam')
    .description('the permissions that canaries and channels need, and on what')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .addOption(format())
    .action(async (paths: string[], options: IamOptions) => {
      const { iam } = await import('./iam.ts');
      done(await iam(paths, options, io));
    });
  program
    .command('cost')
    .description('what canaries cost a month when they are deployed, and on CloudWatch Synthetics')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'only those that run in this environment')
    .option('--run-seconds <n>', 'how long a run takes', whole)
    .option('--at-once <n>', 'how many a worker runs at a time', whole)
    .option('--step-metrics', 'with metrics for each step')
    .addOption(format())
    .action(async (paths: string[], options: CostOptions) => {
      const { cost } = await import('./cost.ts');
      const { systemClock } = await import('../adapters/system-clock.ts');
      done(await cost(paths, { ...options, nowMs: systemClock().nowMs() }, io));
    });
}

function format(): Option {
  return new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text');
}
