import { programOf } from '../../runner/cli/main.ts';
import { EXIT } from '../../runner/cli/setup/io.ts';
import { processIo } from '../../runner/cli/setup/process-io.ts';
import { code, sentence, table } from './markdown.ts';

type Command = ReturnType<typeof programOf>;
type Argument = Command['registeredArguments'][number];
type Option = Command['options'][number];

/** The meaning of exit code 1, by the command that gives it. */
export const MEANING_OF_FAILED: Readonly<Record<string, string>> = {
  run: 'a canary failed',
  status: 'a canary is failing',
  doctor: 'a problem was found',
  tap: 'with `--show`: a tap does not exist',
  trace: 'nothing is known of the id, and every source was read',
  sweep: 'something is left that could not be removed',
  parked: 'effects are parked, and a person must decide on them',
};

/** The meaning of each exit code, for every command. */
const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  good: 'the command did its work, and found nothing wrong',
  failed:
    'the watched system failed, or something is missing; the table below has the meaning for each command',
  usage: 'a file or the command line is faulty; nothing was done',
  error:
    'the command could not do its work, or could not check: a permission, the network, or a fault of Coalmine itself',
  interrupted: 'a signal ended the command; cleanup ran all the same',
};

const INTRODUCTION = `# Commands

This page is made from the command line by \`npm run generate\`. \`coalmine help COMMAND\` prints the same.

\`<name>\` is an argument that must be there, \`[name]\` one that may be left out, and \`...\` means that several are taken.
`;

/** `docs/reference/commands.md`: every command with its arguments and options. */
export function commandsPage(): string {
  const commands = leavesOf(commandLine(), '');
  return [
    INTRODUCTION,
    table(
      ['command', ''],
      commands.map(({ path, command }) => [
        `[\`${path}\`](#coalmine-${path.replaceAll(' ', '-')})`,
        command.description(),
      ]),
    ),
    '',
    '## Exit codes',
    '',
    table(
      ['code', 'meaning'],
      Object.entries(EXIT).map(([name, number]) => [String(number), MEANINGS[name as keyof typeof EXIT]]),
    ),
    '',
    table(
      ['command', 'meaning of 1'],
      Object.entries(MEANING_OF_FAILED).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    '',
    ...commands.flatMap(section),
  ].join('\n');
}

/** The command line of this release. It runs nothing. */
export function commandLine(): Command {
  return programOf(processIo(), '', () => {});
}

interface Leaf {
  /** Its words after `coalmine`. */
  readonly path: string;
  readonly command: Command;
}

/** The commands that do something; one that only holds others is left out. */
export function leavesOf(command: Command, above: string): readonly Leaf[] {
  return command.commands.flatMap((one) => {
    const path = `${above} ${one.name()}`.trim();
    return one.commands.length === 0 ? [{ path, command: one }] : leavesOf(one, path);
  });
}

function section({ path, command }: Leaf): readonly string[] {
  const takes = command.registeredArguments;
  return [
    `## coalmine ${path}`,
    '',
    sentence(command.description()),
    '',
    code(`coalmine ${path} ${usageOf(command)}`.trimEnd()),
    '',
    ...(takes.length + command.options.length === 0
      ? []
      : [
          table(['argument or option', 'meaning'], [...takes.map(argument), ...command.options.map(option)]),
          '',
        ]),
  ];
}

/** The words behind the name; a command without options has no `[options]`. */
function usageOf(command: Command): string {
  return command.options.length > 0 ? command.usage() : command.usage().replace(/\[options\] ?/, '');
}

function argument(one: Argument): readonly string[] {
  const name = one.variadic ? `${one.name()}...` : one.name();
  return [`\`${one.required ? `<${name}>` : `[${name}]`}\``, one.description];
}

function option(one: Option): readonly string[] {
  const { flags, description, argChoices, mandatory } = one;
  const byDefault = String((one.defaultValue as unknown) ?? '');
  const notes = [
    argChoices === undefined ? undefined : `one of ${argChoices.map((word) => `\`${word}\``).join(', ')}`,
    mandatory ? 'required' : undefined,
    byDefault === '' ? undefined : `\`${byDefault}\` by default`,
  ].filter((note) => note !== undefined);
  return [`\`${flags}\``, [description, ...notes].join('; ')];
}
