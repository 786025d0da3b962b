import { Argument, type Command, Option } from 'commander';
import type { SchemaSort } from '../../../load/index.ts';
import type { Io } from '../../setup/io.ts';
import type { ActOptions } from '../alerts/alert-actions.ts';
import { collect, PATHS, stateful } from '../options.ts';
import type { InitOptions } from './init.ts';
import type { ListOptions } from './list.ts';
import type { SchemaOptions } from './schema.ts';
import type { ValidateOptions } from './validate.ts';

type ExitWith = (code: number) => void;

/** Adds the commands that write files of canaries, read them and describe them. */
export function addScenarios(program: Command, io: Io, done: ExitWith): void {
  addInit(program, io, done);
  addValidate(program, io, done);
  addDescriptions(program, io, done);
  addSchema(program, io, done);
}

function addInit(program: Command, io: Io, done: ExitWith): void {
  program
    .command('init')
    .description(
      'write a first canary, the project around it and a pipeline; existing files are kept or added to',
    )
    .option('--project <name>', "the project's name; that of the package or folder when left out")
    .option('--url <url>', 'the address that the first canary requests')
    .option('--owner <name>', 'the person or team to call')
    .option('--env <name>', 'the environment; staging when left out')
    .option('--region <region>', 'its AWS region; $AWS_REGION when left out')
    .option('--folder <folder>', 'where the canaries are; canaries when left out')
    .addOption(
      new Option('--ci <pipeline>', 'the pipeline; that of the repository when left out').choices([
        'github',
        'gitlab',
        'none',
      ]),
    )
    .option(
      '--dependency <version or file>',
      'coalmine in the package.json; as it is installed when left out',
    )
    .option('--yes', 'ask nothing; without a terminal nothing is asked in any case')
    .action(async (options: InitOptions) => {
      const { init } = await import('./init.ts');
      done(await init(options, io));
    });
}

function addValidate(program: Command, io: Io, done: ExitWith): void {
  program
    .command('validate')
    .description('check files without running them: no network, no credentials')
    .argument('[paths...]', PATHS)
    .addOption(format(['github', 'sarif']))
    .action(async (paths: string[], options: Pick<ValidateOptions, 'format'>) => {
      const { validate } = await import('./validate.ts');
      done(await validate(paths, { ...options, version: program.version() ?? '' }, io));
    });
}

function addDescriptions(program: Command, io: Io, done: ExitWith): void {
  stateful(program.command('explain'))
    .description('describe canaries: their steps, their longest run and their permissions')
    .argument('[paths...]', `${PATHS}; with --alert, names of canaries`)
    .option('--alert', 'why channels were notified of a canary, or were not')
    .option('--in <path>', 'with --alert: where the canaries are', collect, [])
    .action(async (paths: string[], options: ActOptions & { alert?: boolean }) => {
      if (options.alert !== true) {
        const { explain } = await import('./explain.ts');
        const { systemClock } = await import('../../../adapters/runtime/system-clock.ts');
        return done(await explain(paths, io, systemClock().nowMs()));
      }
      const { explainAlert } = await import('../alerts/alert-actions.ts');
      return done(await explainAlert(paths.length === 0 ? ['all'] : paths, options, io));
    });
  stateful(program.command('list'))
    .description('list canaries, and when they run next')
    .argument('[paths...]', PATHS)
    .option('--tag <tag>', 'only canaries with this tag; may be repeated', collect, [])
    .addOption(format())
    .action(async (paths: string[], options: ListOptions) => {
      const { list } = await import('./list.ts');
      const { systemClock } = await import('../../../adapters/runtime/system-clock.ts');
      const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
      const { ZONE_DATA: zoneData } = await import('../../setup/zone-data.ts');
      done(await list(paths, options, io, { nowMs: systemClock().nowMs(), timezone, zoneData }));
    });
}

function addSchema(program: Command, io: Io, done: ExitWith): void {
  program
    .command('schema')
    .description('print or write the JSON Schema of canaries, parts or project files, for editors')
    .addArgument(new Argument('[file]', 'the sort of file; canary when left out').choices(SORTS))
    .option('--write [folder]', 'write it there, or all three; canaries/ when left out')
    .action(async (sort: SchemaSort | undefined, options: SchemaOptions) => {
      const { schema } = await import('./schema.ts');
      done(schema(sort, options, io));
    });
}

const SORTS: readonly SchemaSort[] = ['canary', 'part', 'project'];

function format(more: readonly string[] = []): Option {
  return new Option('--format <format>', 'how to print').choices(['text', 'json', ...more]).default('text');
}
