/** A workflow command, as the runner of GitHub Actions reads it. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/**
 * Reads a line of output as the runner of GitHub Actions does (actions/runner, `ActionCommand.TryParseV2`); undefined for a line that is no
 * command.
 */
export function readCommand(line: string): WorkflowCommand | undefined {
  const text = line.trimStart();
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  const head = text.slice(2, end);
  const space = head.indexOf(' ');
  const name = space < 0 ? head : head.slice(0, space);
  const written = space < 0 ? [] : head.slice(space + 1).split(',');
  const properties = written.map((one) => {
    const [key = '', ...value] = one.split('=');
    const raw = value.join('=').replaceAll('%3A', ':').replaceAll('%2C', ',');
    return [key.trim(), unescaped(raw)] as const;
  });
  return { name, properties: Object.fromEntries(properties), data: unescaped(text.slice(end + 2)) };
}

function unescaped(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
