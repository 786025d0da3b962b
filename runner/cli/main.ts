import { Command, CommanderError, Option } from 'commander';
import { suggestion } from '../core/base/did-you-mean.ts';
import { visibleLines } from '../core/base/format.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import { secretsOf } from '../core/redaction/redact.ts';
import { UsageError } from '../runs/usage-error.ts';
import { addDeploying } from './commands/account/account-commands.ts';
import type { TapOptions } from './commands/account/tap.ts';
import { collect, PATHS, stateful, whole, withInbox } from './commands/options.ts';
import type { HistoryOptions } from './commands/runs/history.ts';
import type { RunOptions } from './commands/runs/run.ts';
import type { ShowOptions } from './commands/runs/show.ts';
import type { SiteOptions } from './commands/runs/site.ts';
import type { StatusOptions } from './commands/runs/status.ts';
import type { SweepOptions } from './commands/runs/sweep.ts';
import { addTrace } from './commands/runs/trace-command.ts';
import { addWatch } from './commands/runs/watch-commands.ts';
import { addScenarios } from './commands/scenarios/scenario-commands.ts';
import { addStack } from './commands/stack/stack-commands.ts';
import { addState } from './commands/state/state-commands.ts';
import { EXIT, type Io } from './setup/io.ts';

/** Executes a command line, and returns its exit code. Modules of a command are loaded on demand. */
export async function main(argv: readonly string[], around: Io, version: string): Promise<number> {
  let code: number = EXIT.good;
  const io = discreet(around);
  const program = programOf(io, version, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.good : EXIT.usage;
    if (!(thrown instanceof UsageError)) return reportBug(thrown, io);
    io.stderr.write(`${thrown.message}\n`);
    return EXIT.usage;
  }
}

/**
 * The io with a redacted standard error, since texts there often come from elsewhere. In both outputs nothing is hidden, whatever a file or
 * an answer holds.
 */
function discreet(io: Io): Io {
  const { secrets = secretsOf(), stdout, stderr } = io;
  return {
    ...io,
    secrets,
    stdout: {
      write: (text) => stdout.write(visibleLines(text)),
      ...omitUndefined({ isTTY: stdout.isTTY }),
      terminal: stdout,
    },
    stderr: { write: (text) => stderr.write(visibleLines(secrets.redactor.text(text))) },
  };
}

/** Prints any other error, a bug of ours, with its stack and without secrets; returns the exit code. */
export function reportBug(thrown: unknown, io: Io): number {
  const words = Error.isError(thrown) ? (thrown.stack ?? thrown.message) : String(thrown);
  discreet(io).stderr.write(`This is a fault of Coalmine itself, please report it:\n${words}\n`);
  return EXIT.error;
}

type ExitWith = (code: number) => void;

/** The command line as data: its commands, arguments and options. `done` gets the exit code of the command that ran. */
export function programOf(io: Io, version: string, done: ExitWith): Command {
  const program = new Command('coalmine')
    .description('End-to-end canaries for event-driven systems on AWS.')
    .version(version)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  addRun(program, io, done);
  addScenarios(program, io, done);
  addWatch(program, io, done);
  addRecollections(program, io, done);
  addTrace(program, io, done);
  addSite(program, io, done);
  addSweep(program, io, done);
  addState(program, io, done);
  addTap(program, io, done);
  addAlert(program, io, done);
  addDeploying(program, io, done);
  addStack(program, io, done);
  addHelp(program);
  nameHelp(program, 'coalmine');
  return program;
}

/** `coalmine help [COMMAND]`: an unknown command is refused. */
function addHelp(program: Command): void {
  program
    .command('help')
    .argument('[command]', 'its name; all commands when left out')
    .description('display help for a command')
    .action((name?: string) => {
      const known = program.commands.map((one) => one.name());
      const named = name === undefined ? program : program.commands.find((one) => one.name() === name);
      if (named === undefined)
        throw new UsageError(`There is no command '${name}'. ${suggestion(String(name), known, 'commands')}`);
      named.outputHelp();
    });
}

/** Lets each command name its own help after an error. */
function nameHelp(command: Command, path: string): void {
  command.showHelpAfterError(`Run '${path} --help'.`);
  for (const one of command.commands) nameHelp(one, `${path} ${one.name()}`);
}

function addRun(program: Command, io: Io, done: ExitWith): void {
  withInbox(program.command('run'))
    .description('run canaries now and show the result of each step')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .option('--tag <tag>', 'only canaries with this tag; may be repeated', collect, [])
    .option(
      '--reporter <name[:file]>',
      'console, html, json, junit, github, cloudwatch or otlp; may be repeated with files',
      collect,
      [],
    )
    .option('--concurrency <n>', 'how many at a time', whole, 10)
    .option('--seed <run id>', 'repeat the generated data of an earlier run')
    .option('--as <name>', "use taps of one's own, made by coalmine tap --as")
    .option('--dry-run', 'resolve everything, do nothing; print references by name')
    .option('--show-values', 'with --dry-run: print the values of references too, except for secrets')
    .option('--keep', 'no cleanup, to look at what is there')
    .option('--state <file>', 'keep the results in this file; else in .coalmine/ next to the project file')
    .option('--table <name>', 'keep them in this DynamoDB table')
    .action(async (paths: string[], options: RunOptions) => {
      const { run } = await import('./commands/runs/run.ts');
      done(await run(paths, options, io));
    });
}

function addRecollections(program: Command, io: Io, done: ExitWith): void {
  const recalling = (command: Command): Command =>
    stateful(command).addOption(
      new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'),
    );
  recalling(program.command('history'))
    .description('list what ran, what it came to, and what did not run, newest first')
    .argument('[paths...]', 'canaries of the project; canaries/ when left out')
    .option('--canary <name>', 'of this canary only')
    .option('--notices', 'attempts to send notices, in place of runs')
    .option('--limit <n>', 'how many at a time, up to 10000', whole, 20)
    .option('--before <moment>', 'older ones: before 2026-11-25T12:01Z, or from where a page ended')
    .action(async (paths: string[], options: HistoryOptions) => {
      const { history } = await import('./commands/runs/history.ts');
      done(await history(paths, options, io));
    });
  recalling(program.command('status'))
    .description('show every canary on one screen, what needs attention first')
    .argument('[paths...]', PATHS)
    .option('--tag <tag>', 'only canaries with this tag; may be repeated', collect, [])
    .action(async (paths: string[], options: StatusOptions) => {
      const { status } = await import('./commands/runs/status.ts');
      const { systemClock } = await import('../adapters/runtime/system-clock.ts');
      done(await status(paths, options, io, systemClock().nowMs()));
    });
  recalling(program.command('show'))
    .description('print the report of a run')
    .argument('<run id>', 'its first digits, or all in any spelling')
    .argument('[paths...]', 'canaries of the project; canaries/ when left out')
    .addOption(
      new Option('--html [file]', 'as a page for a browser; on standard output without a file').conflicts(
        'format',
      ),
    )
    .addOption(
      new Option('--dossier', 'everything about it as Markdown, for a person or an assistant').conflicts([
        'format',
        'html',
      ]),
    )
    .action(async (runId: string, paths: string[], options: ShowOptions) => {
      const { show } = await import('./commands/runs/show.ts');
      done(await show(runId, paths, options, io));
    });
}

function addSite(program: Command, io: Io, done: ExitWith): void {
  stateful(program.command('site'))
    .description('write the state as pages into a folder, for a browser or any web server')
    .argument('[paths...]', PATHS)
    .requiredOption('--out <dir>', 'the folder; only pages that changed are written')
    .option('--public', 'only a page of the fleet and a badge, without reasons, ids and people')
    .option('--fresh-for <time>', 'the pages turn grey after this time', '15m')
    .action(async (paths: string[], options: SiteOptions) => {
      const { site } = await import('./commands/runs/site.ts');
      const { systemClock } = await import('../adapters/runtime/system-clock.ts');
      done(await site(paths, options, io, systemClock().nowMs()));
    });
}

function addSweep(program: Command, io: Io, done: ExitWith): void {
  stateful(program.command('sweep'))
    .description('remove leftovers of runs that were killed before their cleanup')
    .argument('[paths...]', 'canaries of the project; canaries/ when left out')
    .option('--dry-run', 'list it, do nothing')
    .addOption(
      new Option(
        '--forget <run id>',
        'take the run off the list (its first digits do), and leave what it left',
      ).conflicts('dryRun'),
    )
    .action(async (paths: string[], options: SweepOptions) => {
      const { sweep } = await import('./commands/runs/sweep.ts');
      done(await sweep(paths, options, io));
    });
}

function addTap(program: Command, io: Io, done: ExitWith): void {
  program
    .command('tap')
    .description("make the project's taps in an account, so that canaries can wait for events and messages")
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .option('--as <name>', 'taps of your own, next to those of the project')
    .addOption(new Option('--show', 'list the taps that exist').conflicts('remove'))
    .option('--remove', 'remove them')
    .action(async (paths: string[], options: TapOptions) => {
      const { tap } = await import('./commands/account/tap.ts');
      done(await tap(paths, options, io));
    });
}

function addAlert(program: Command, io: Io, done: ExitWith): void {
  const alert = program.command('alert').description('channels that are notified when a canary fails');
  alert
    .command('test')
    .description('notify a channel of an incident and of its end, both marked as a test')
    .argument('<channel>', 'its name in the project file')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .action(async (channel: string, paths: string[], options: { env?: string }) => {
      const { testChannel } = await import('./commands/alerts/alert-test.ts');
      done(await testChannel(channel, paths, options, io));
    });
}

const EXAMPLES = `
Examples:
  coalmine init                                   write a first canary
  coalmine run                                    run all below canaries/
  coalmine run canaries/orders --env prod         run some of them in an environment
  coalmine run --tag tier-1 --reporter console --reporter junit:report.xml
  coalmine validate --format json                 check without running
  coalmine alert test pager --env prod            send a test notice
  coalmine status --env prod                      show all canaries, what needs attention first
  coalmine history --canary site-is-up            show its last runs
  coalmine trace ord_1 --env prod                 follow one series of events
  coalmine watch --env prod                       run all by their schedules and notify channels
  coalmine sweep --env prod                       remove leftovers of killed runs
  coalmine mute site-is-up --for 2h --reason release
  coalmine iam --env prod                         print the permissions that canaries need
  coalmine doctor --env prod                      check that all they name exists and can be reached

Exit codes of run and status:
  0    all well
  1    a canary failed
  2    a faulty file or command
  3    a canary could not check
  130  interrupted
`;
