import type { Command } from 'commander';
import type { Io } from '../../setup/io.ts';
import type { FleetOptions } from '../../setup/with-fleet.ts';
import type { ReadOptions } from '../../setup/with-store.ts';
import { collect, stateful } from '../options.ts';
import type { InOptions } from './backup.ts';
import type { ResetClockOptions } from './reset-clock.ts';

const PATHS = 'canaries of the project; canaries/ when left out';

/** Adds `state`, the commands that look after the state itself. */
export function addState(program: Command, io: Io, done: (code: number) => void): void {
  const state = program.command('state').description('back up, restore or repair the kept state');
  stateful(state.command('reset-clock'))
    .description('bring back to now what a clock that was ahead has planned')
    .argument('[paths...]', PATHS)
    .option('--dry-run', 'list it, change nothing')
    .action(async (paths: string[], options: ResetClockOptions) => {
      const { resetClockOf } = await import('./reset-clock.ts');
      done(await resetClockOf(paths, options, io));
    });
  const backups = [
    {
      name: 'backup',
      description: 'copy the state file as it is now; others may use it meanwhile',
      file: 'the backup to write; an existing file is kept',
    },
    {
      name: 'restore',
      description: 'put a backup in the place of the state file, if no process uses that',
      file: 'a backup',
    },
  ] as const;
  for (const { name, description, file } of backups)
    stateful(state.command(name))
      .description(description)
      .argument('<file>', file)
      .option('--in <path>', 'where the canaries are; canaries/ when left out', collect, [])
      .action(async (path: string, options: ReadOptions & InOptions) => {
        const { backupOf, restoreOf } = await import('./backup.ts');
        done(await { backup: backupOf, restore: restoreOf }[name](path, options, io));
      });
  for (const [name, description] of [
    ['adopt', 'continue here the open incidents of an environment that the project no longer has'],
    ['end', 'end the open incidents of an environment that the project no longer has'],
  ] as const) {
    state
      .command(name)
      .description(description)
      .argument('<environment>', 'the former name of the environment')
      .option('--env <name>', 'the present environment')
      .option('--table <name>', 'state in this DynamoDB table')
      .action(async (environment: string, options: FleetOptions) => {
        const { settleFormer } = await import('./former-environment.ts');
        done(await settleFormer(name, environment, options, io));
      });
  }
}
