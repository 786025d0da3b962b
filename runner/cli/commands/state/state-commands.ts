import type { Command } from 'commander';
import type { Io } from '../../setup/io.ts';
import { stateful } from '../runs/watch-commands.ts';
import type { ResetClockOptions } from './reset-clock.ts';

const PATHS = 'canaries of the project; canaries/ when left out';

/** Adds `state`, the commands that look after the state itself. */
export function addState(program: Command, io: Io, done: (code: number) => void): void {
  const state = program.command('state').description('look after the kept state itself');
  stateful(state.command('reset-clock'))
    .description('bring back to now what a clock that was ahead has planned')
    .argument('[paths...]', PATHS)
    .option('--dry-run', 'list it, change nothing')
    .action(async (paths: string[], options: ResetClockOptions) => {
      const { resetClockOf } = await import('./reset-clock.ts');
      done(await resetClockOf(paths, options, io));
    });
}
