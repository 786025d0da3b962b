import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { BREAKS } from '../../examples/shop/breaks.ts';
import { commandLine, leavesOf } from '../../scripts/pages/commands-page.ts';
import { commandsOf, type PageCommand, pagePaths, readPage } from '../support/pages.ts';

const ROOT = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Programs of others, whose commands only their own documentation can check. */
const FOREIGN =
  'sam cdk aws git node docker systemctl journalctl useradd cd mkdir chown test export cp curl jest'.split(
    ' ',
  );

/** Words before the program: it is run from the repository, or as another user. */
const PREFIXES = /^(npx|sudo|-u|canaries)$/;

/** The fault of a command that a page shows; undefined if the program takes it. */
function faultOf({ words, isWhole }: PageCommand): string | undefined {
  const [program = '', ...rest] = words.slice(words.findIndex((word) => !PREFIXES.test(word)));
  if (basename(program) === 'coalmine') return faultOfCoalmine(rest, isWhole);
  if (program === 'npm') return faultOfNpm(rest);
  return FOREIGN.includes(program) ? undefined : `no test knows the program '${program}'`;
}

/** Lets the real command line parse a command, with actions that do nothing. */
function faultOfCoalmine(words: readonly string[], isWhole: boolean): string | undefined {
  const program = commandLine();
  const printed: string[] = [];
  for (const { command } of [{ command: program }, ...leavesOf(program, '')]) {
    command.action(() => {});
    command.exitOverride();
    command.configureOutput({ writeErr: (text) => void printed.push(text), writeOut: () => {} });
  }
  try {
    program.parse([...words], { from: 'user' });
    return undefined;
  } catch (thrown) {
    const { code } = thrown as { readonly code?: string };
    const isShort = code === 'commander.missingArgument' || code === 'commander.optionMissingArgument';
    if (code === 'commander.version' || code === 'commander.helpDisplayed' || (isShort && !isWhole))
      return undefined;
    return printed.join('') || String(thrown);
  }
}

function faultOfNpm([command = '', name = '', ...rest]: readonly string[]): string | undefined {
  if (['ci', 'install', 'update', 'pack', 'init', 'exec', 'uninstall'].includes(command)) return undefined;
  const script = command === 'run' ? name : command;
  if (scripts[script] === undefined) return `package.json has no script '${script}'`;
  const given = command === 'run' ? rest : [name, ...rest];
  if (script === 'start' && given.includes('--break')) {
    const [broken = ''] = given.slice(given.indexOf('--break') + 1);
    return broken in BREAKS || broken === 'NAME' ? undefined : `the shop has no break '${broken}'`;
  }
  if (script !== 'test') return undefined;
  const missing = given.filter((word) => word.startsWith('test/') && !existsSync(join(ROOT, word)));
  return missing.length === 0 ? undefined : `no test is at ${missing.join(', ')}`;
}

describe('the commands of', () => {
  // Made from the command line itself, in the form of a synopsis.
  const paths = pagePaths().filter((path) => path !== 'docs/reference/commands.md');

  it.each(paths)('%s are taken by their programs', (path) => {
    const faults = commandsOf(readPage(path)).flatMap((command) => {
      const fault = faultOf(command);
      return fault === undefined ? [] : [{ command: command.words.join(' '), fault }];
    });

    expect(faults).toEqual([]);
  });

  it.each([
    '```\nnpx coalmine run --no-such-option\n```',
    '```\ncoalmine frobnicate   # do it\n```',
    '```sh\ncoalmine show\n```',
    '```sh\nCOALMINE_ENV=prod npx coalmine validate --format xml\n```',
    '```\nnpm ci && npm run no-such-script\n```',
    '```\nnpm start -- --break nothing\n```',
    '```sh\nfrobnicate\n```',
    'Run `coalmine run --no-such-option`.',
    'Run `npm test -- test/nothing`.',
  ])('a page are refused if a program refuses one: %j', (page) => {
    expect(commandsOf(page).map(faultOf)).toContainEqual(expect.any(String));
  });

  it.each([
    '```\n✓ an output\n```',
    '```sh\n# a comment\n\nnpx coalmine run canaries \\\n  --env prod\n```',
    'Run `coalmine show`, or `coalmine …`.',
  ])('a page are taken if each is whole: %j', (page) => {
    expect(commandsOf(page).flatMap((command) => faultOf(command) ?? [])).toEqual([]);
  });
});
