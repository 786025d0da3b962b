import type { Command } from 'commander';
import type { Io } from '../../setup/io.ts';
import type { ActName, ActOptions } from '../alerts/alert-actions.ts';
import { collect, PATHS, stateful, whole, withInbox } from '../options.ts';
import type { WatchOptions } from './watch.ts';

const WHICH = 'names of canaries, tag: and a tag, or all';

/** The actions on the alerts of canaries. */
const ACTS: readonly {
  readonly name: ActName;
  readonly description: string;
  readonly needs: RequiredOptions;
}[] = [
  {
    name: 'mute',
    description: 'send no notices of canaries for a while; they go on running',
    needs: { reason: true, for: true },
  },
  { name: 'unmute', description: 'notify again, and first of what was held back', needs: {} },
  { name: 'pause', description: 'do not run canaries until they are resumed', needs: { reason: true } },
  { name: 'resume', description: 'run paused canaries again', needs: {} },
  {
    name: 'ack',
    description: 'send no reminders of open incidents for a while, because you work on them',
    needs: { for: true },
  },
];

/** Adds `watch` and the actions on the alerts of canaries. */
export function addWatch(program: Command, io: Io, done: (code: number) => void): void {
  stateful(
    withInbox(program.command('watch'))
      .description('run canaries by their schedules and notify channels, until it is ended')
      .argument('[paths...]', PATHS)
      .option('--concurrency <n>', 'how many at a time', whole, 10)
      .option(
        '--heartbeat <url>',
        'a URL to call each minute, so that a monitor there notices when this ends',
      )
      .option(
        '--reporter <name[:target]>',
        'prometheus:PORT or cloudwatch, in addition to those of the project file; may be repeated',
        collect,
        [],
      )
      .option(
        '--pages [address]',
        'serve pages of the fleet at this port or HOST:PORT; at 127.0.0.1:7373 if left out',
      )
      .option(
        '--pages-token <reference>',
        'the token of readers, such as ${secret:NAME}; COALMINE_PAGES_TOKEN if left out',
      )
      .option('--pages-url <url>', 'the URL of the pages for others, which notices link to')
      .option('--allow-shrink', 'half of the canaries are gone, and that is meant'),
  ).action(async (paths: string[], options: WatchOptions) => {
    const { watch } = await import('./watch.ts');
    done(await watch(paths, options, io));
  });
  for (const { name, description, needs } of ACTS) {
    const command = program.command(name).description(description).argument('<canary...>', WHICH);
    if (needs.reason) command.requiredOption('--reason <words>', 'why; others will read it');
    if (needs.for) command.option('--for <time>', 'how long, such as 2h; a day at most, and when left out');
    stateful(command)
      .option('--in <path>', 'where the canaries are; canaries/ when left out', collect, [])
      .action(async (selectors: string[], options: ActOptions) => {
        const { act } = await import('../alerts/alert-actions.ts');
        done(await act(name, selectors, options, io));
      });
  }
}

interface RequiredOptions {
  readonly reason?: true;
  readonly for?: true;
}
