import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { HistoryOptions } from './history.ts';
import { EXIT, type Io, UsageError } from './io.ts';
import type { RunOptions } from './run.ts';
import type { ShowOptions } from './show.ts';
import type { TapOptions } from './tap.ts';

/** Carries out a command line, and gives its exit code. What a command needs is loaded when it is asked for. */
export async function main(argv: readonly string[], io: Io, version: string): Promise<number> {
  let code: number = EXIT.good;
  const program = programOf(io, version, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.good : EXIT.usage;
    if (!(thrown instanceof UsageError)) throw thrown;
    io.stderr.write(`${thrown.message}\n`);
    return EXIT.usage;
  }
}

type Done = (code: number) => void;

function programOf(io: Io, version: string, done: Done): Command {
  const program = new Command('coalmine')
    .description('End-to-end canaries for event-driven systems on AWS.')
    .version(version)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError("Run 'coalmine --help', or 'coalmine COMMAND --help'.")
    .addHelpText('after', EXAMPLES);
  addRun(program, io, done);
  addReaders(program, io, done);
  addRecollections(program, io, done);
  addMakers(program, io, done);
  addAlert(program, io, done);
  return program;
}

const PATHS = 'canary files or folders; canaries/ when left out';

function addRun(program: Command, io: Io, done: Done): void {
  program
    .command('run')
    .description('run canaries now, and tell what was seen')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .option('--tag <tag>', 'only canaries with this tag; may be repeated', collect, [])
    .option('--reporter <name[:file]>', 'console, json or junit; may be repeated with files', collect, [])
    .option('--concurrency <n>', 'how many at a time', whole, 10)
    .option('--seed <run id>', 'repeat the generated data of an earlier run')
    .option('--as <name>', "use taps of one's own, made by coalmine tap --as")
    .option('--dry-run', 'resolve everything, do nothing')
    .option('--keep', 'no cleanup, to look at what is there')
    .option('--state <file>', 'keep the results in this file; else in .coalmine/, where a state was begun')
    .option('--table <name>', 'keep them in this DynamoDB table')
    .action(async (paths: string[], options: RunOptions) => {
      const { run } = await import('./run.ts');
      done(await run(paths, options, io));
    });
}

function addReaders(program: Command, io: Io, done: Done): void {
  program
    .command('validate')
    .description('check files without running them: no network, no credentials')
    .argument('[paths...]', PATHS)
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(async (paths: string[], options: { format: 'text' | 'json' }) => {
      const { validate } = await import('./validate.ts');
      done(await validate(paths, options, io));
    });
  program
    .command('explain')
    .description('read canaries aloud: what they do, how long they take, what they need')
    .argument('[paths...]', PATHS)
    .action(async (paths: string[]) => {
      const { explain } = await import('./explain.ts');
      done(await explain(paths, io));
    });
  program
    .command('list')
    .description('list canaries, and when they are next due')
    .argument('[paths...]', PATHS)
    .option('--tag <tag>', 'only canaries with this tag; may be repeated', collect, [])
    .action(async (paths: string[], { tag }: { tag: string[] }) => {
      const [{ list }, { systemClock }] = await Promise.all([
        import('./list.ts'),
        import('../adapters/system-clock.ts'),
      ]);
      done(await list(paths, { tag, nowMs: systemClock().nowMs() }, io));
    });
  program
    .command('schema')
    .description('print the JSON Schema of canary files, for editors')
    .action(async () => {
      const { schema } = await import('./schema.ts');
      done(schema(io));
    });
}

function addRecollections(program: Command, io: Io, done: Done): void {
  const stateful = (command: Command): Command =>
    command
      .option('--env <name>', 'the environment of the project file')
      .option(
        '--state <file>',
        'the state file; .coalmine/state.sqlite beside the project file when left out',
      )
      .option('--table <name>', 'a DynamoDB table instead')
      .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'));
  stateful(program.command('history'))
    .description('list what ran, what it came to, and what did not run, newest first')
    .argument('[paths...]', 'canaries of the project; canaries/ when left out')
    .option('--canary <name>', 'of this canary only')
    .option('--limit <n>', 'how many', whole, 20)
    .action(async (paths: string[], options: HistoryOptions) => {
      const { history } = await import('./history.ts');
      done(await history(paths, options, io));
    });
  stateful(program.command('show'))
    .description('print the report of a run')
    .argument('<run id>', 'as it was printed, or in the spelling of X-Ray')
    .argument('[paths...]', 'canaries of the project; canaries/ when left out')
    .action(async (runId: string, paths: string[], options: ShowOptions) => {
      const { show } = await import('./show.ts');
      done(await show(runId, paths, options, io));
    });
}

function addMakers(program: Command, io: Io, done: Done): void {
  program
    .command('init')
    .description('write a first canary; files that are there are kept')
    .action(async () => {
      const { init } = await import('./init.ts');
      done(init(io));
    });
  program
    .command('tap')
    .description("make the project's taps in an account, so that canaries can wait for events and messages")
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .option('--as <name>', "taps of one's own, beside those of the project")
    .addOption(new Option('--show', 'tell which are there').conflicts('remove'))
    .option('--remove', 'remove them')
    .action(async (paths: string[], options: TapOptions) => {
      const { tap } = await import('./tap.ts');
      done(await tap(paths, options, io));
    });
}

function addAlert(program: Command, io: Io, done: Done): void {
  const alert = program.command('alert').description('who is told when a canary fails');
  alert
    .command('test')
    .description('tell a channel that something is wrong and that it is over, both marked as a test')
    .argument('<channel>', 'its name in the project file')
    .argument('[paths...]', PATHS)
    .option('--env <name>', 'the environment of the project file')
    .action(async (channel: string, paths: string[], options: { env?: string }) => {
      const { testChannel } = await import('./alert-test.ts');
      done(await testChannel(channel, paths, options, io));
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function whole(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new InvalidArgumentError('write a whole number, 1 or more');
}

const EXAMPLES = `
Examples:
  coalmine init                                   write a first canary
  coalmine run                                    run all below canaries/
  coalmine run canaries/orders --env prod         some of them, somewhere
  coalmine run --tag tier-1 --reporter console --reporter junit:report.xml
  coalmine validate --format json                 for editors and CI
  coalmine alert test pager --env prod            is the channel heard?
  coalmine history --canary site-is-up            what became of its last runs

Exit codes of run: 0 all well, 1 a canary failed, 2 a faulty file or command, 3 a canary could not tell, 130 interrupted
`;
