import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A fenced block of a page: its info string, the text in it, and where that text stands in the page. */
export interface Fence {
  readonly info: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Paths of the Markdown pages that users and contributors follow. Decisions and changes are records of their time. */
export function pagePaths(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .trim()
    .split('\n')
    .filter((path) => !/^CHANGELOG|^docs\/decisions\//.test(path));
}

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The fenced blocks of a Markdown page, in order. A fence in a list is indented; its text is not. */
export function fencesOf(page: string): readonly Fence[] {
  return [...page.matchAll(/^( *)```([^\n`]*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const { 1: indent = '', 2: info = '', 3: text = '', index } = match;
    const start = index + indent.length + '```'.length + info.length + 1;
    return {
      info,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      start,
      end: start + text.length,
    };
  });
}

/** The path that the first line of a block names: `# canaries/orders.canary.yaml`. */
export function pathOf({ text }: Pick<Fence, 'text'>): string | undefined {
  return /^# (\S+\.ya?ml)\n/.exec(text)?.[1];
}

/** A command line of a page, in words; `isWhole` if it stands in a block, to be copied as it is. */
export interface PageCommand {
  readonly words: readonly string[];
  readonly isWhole: boolean;
}

/** Programs of which pages show commands. */
const PROGRAMS =
  /^(?:[A-Z_]+=\S+ )*(npx|npm|pnpm|coalmine|sam|cdk|aws|git|node|docker|cd|mkdir|export|sudo|systemctl|systemd-analyze|journalctl|cp|curl|terraform|pulumi)(?= |$)/;

/** True if a block holds commands, and no output. */
export function isCommands({ info, text }: Pick<Fence, 'info' | 'text'>): boolean {
  return info === 'sh' || (info === '' && PROGRAMS.test(text));
}

/** The commands of a page: those of its blocks, and those of Coalmine and npm in its text. */
export function commandsOf(page: string): readonly PageCommand[] {
  const whole = fencesOf(page)
    .filter(isCommands)
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .flatMap((line) => commandsIn(line).map((words) => ({ words, isWhole: true })));
  const filed = fencesOf(page)
    .flatMap(commandsInFile)
    .map((words) => ({ words, isWhole: true }));
  const prose = page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  const inline = [...prose.matchAll(/`((?:(?:npx )?coalmine|npm (?:run|start|test)) [^`]*)`/g)]
    .filter(([, text = '']) => !text.includes('…'))
    .flatMap(([, text = '']) => commandsIn(text).map((words) => ({ words, isWhole: false })));
  return [...whole, ...filed, ...inline];
}

/** The commands in a file for a CI system, a service manager or a container. */
export function commandsInFile({ info, text }: Pick<Fence, 'info' | 'text'>): readonly (readonly string[])[] {
  const pattern = COMMAND_IN[info];
  if (pattern === undefined) return [];
  return [...text.matchAll(pattern)]
    .flatMap(([, command = '']) =>
      command.startsWith('[') ? [JSON.parse(command) as string[]] : commandsIn(command),
    )
    .map((words) => (words[0] === 'npx' ? words.slice(1) : words))
    .map(([program = '', ...words]) => [basename(program), ...words]);
}

/** The place of a command in a file, by the kind of the file. */
const COMMAND_IN: Readonly<Record<string, RegExp>> = {
  yaml: /^ *(?:- )?(?:run: )?((?:npx|npm) .*)$/gm,
  groovy: /\bsh '([^']*)'/g,
  ini: /^Exec\w+=(.*)$/gm,
  dockerfile: /^(?:RUN|CMD) (.*)$/gm,
};

/** The words of each command of a line; assignments before a command and comments behind it are left out. */
function commandsIn(line: string): readonly (readonly string[])[] {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(&&|\|\||[|;>])|(#.*$)|([^\s"';|>]+)/g)];
  const commands: string[][] = [[]];
  for (const [, double, single, joint, comment, plain = ''] of words) {
    if (comment !== undefined) break;
    if (joint !== undefined) commands.push([]);
    else commands.at(-1)?.push(double ?? single ?? plain);
  }
  return commands
    .map((command) => command.slice(command.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter(([program]) => program !== undefined);
}
