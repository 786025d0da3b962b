import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { builtCommand } from './built.ts';

/** A step of a workflow or of a composite action. */
export interface WorkflowStep {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

/** Outcome of a command. */
export interface StepOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Installs this Coalmine into a folder, as a package manager would; commands such as `npm ci` there only print their names. */
export function installInto(folder: string): Readonly<Record<string, string>> {
  const bin = join(folder, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'coalmine'), `#!/bin/sh\nexec "${process.execPath}" "${builtCommand()}" "$@"\n`);
  chmodSync(join(bin, 'coalmine'), 0o755);
  const stubs = join(folder, 'node_modules/.stubs');
  mkdirSync(stubs);
  symlinkSync(process.execPath, join(stubs, 'node'));
  for (const [name, run] of Object.entries({ npm: '', corepack: '', pnpm: EXEC, yarn: EXEC })) {
    writeFileSync(join(stubs, name), `#!/bin/sh\n${run}echo "${name} $*"\n`);
    chmodSync(join(stubs, name), 0o755);
  }
  return { PATH: [stubs, process.env['PATH'] ?? ''].join(delimiter), npm_config_cache: join(folder, '.npm') };
}

/** `exec` and `run` of a package manager begin an installed command. */
const EXEC =
  'case "$1" in exec|run) shift; name=$1; shift; exec "$PWD/node_modules/.bin/$name" "$@";; esac\n';

/** Runs commands as GitHub Actions and GitLab do: by bash, which ends at the first one that fails. */
export async function bash(
  script: string,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<StepOutcome> {
  const printed = { stdout: '', stderr: '' };
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd, env });
  child.stdout.on('data', (chunk: Buffer) => void (printed.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (printed.stderr += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? -1)));
  return { code, ...printed };
}

/** The value of each expression of GitHub Actions in a text, by a table. Only `env` and `with` may hold one. */
export function substituted(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const value = values[expression];
    if (value === undefined) throw new Error(`no value for the expression ${expression}`);
    return value;
  });
}
