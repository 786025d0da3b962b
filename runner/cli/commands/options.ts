import { type Command, InvalidArgumentError } from 'commander';

/** The help of the paths that a command takes. */
export const PATHS = 'canary files, folders or quoted patterns; canaries/ when left out';

/** Adds the options of every command that reads or changes state. */
export function stateful(command: Command): Command {
  return command
    .option('--env <name>', 'the environment of the project file')
    .option('--state <file>', 'state in this file; in .coalmine/ next to the project file if left out')
    .option('--table <name>', 'state in this DynamoDB table');
}

/** Of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Of an option that is a port. */
function port(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('write a whole number from 1 to 65535');
}

/** Adds the options of a command whose runs may have inboxes. */
export function withInbox(command: Command): Command {
  return command
    .option('--inbox <url>', 'the URL of a tunnel to the inbox of this machine, for ${run.inbox}')
    .option('--inbox-port <n>', 'the port of that inbox; 7374 behind a tunnel, else any free one', port);
}

/** Of an option that is a number from 1 to 10000. */
export function whole(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new InvalidArgumentError('write a whole number from 1 to 10000');
}
