import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { PNPM } from './tools.ts';

export type Manager = 'npm' | 'pnpm';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user's project in a new, empty folder. */
export interface Project {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  /** Runs a command in the folder, as a terminal of the user would; `meanwhile` gets the process once it is started. */
  run(argv: readonly string[], meanwhile?: (child: ChildProcess) => void): Promise<Ended>;
  /** Runs the installed command line as the package manager starts it. */
  coalmine(...argv: readonly string[]): Promise<Ended>;
  install(...packages: readonly string[]): Promise<Ended>;
}

/** Makes a project whose package manager knows no registry but the given one, and no cache of this machine. */
export function emptyProject(manager: Manager, registry: string, env: NodeJS.ProcessEnv = {}): Project {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-user-'));
  const settings = {
    registry,
    audit: 'false',
    fund: 'false',
    'update-notifier': 'false',
    ...(manager === 'npm'
      ? { cache: join(folder, '.npm-cache') }
      : { 'store-dir': join(folder, '.pnpm-store'), 'cache-dir': join(folder, '.pnpm-cache') }),
  };
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  write({
    '.npmrc': Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  });
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|pnpm_|COALMINE_|AWS_|NODE_|CI$|INIT_CWD$)/i.test(name),
    ),
  );
  const path = [dirname(process.execPath), clean['PATH']].join(delimiter);
  const run: Project['run'] = ([command = '', ...argv], meanwhile) =>
    end(
      spawn(command, argv, {
        cwd: folder,
        env: { ...clean, PATH: path, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        shell: process.platform === 'win32',
      }),
      meanwhile,
    );
  const managed: readonly string[] = manager === 'npm' ? ['npm'] : [process.execPath, PNPM];
  return {
    folder,
    write,
    run,
    coalmine: (...argv) =>
      run(
        manager === 'npm'
          ? ['npx', '--no-install', 'coalmine', ...argv]
          : [...managed, 'exec', 'coalmine', ...argv],
      ),
    install: (...packages) =>
      run([
        ...managed,
        ...(manager === 'npm' ? ['install', '--save-dev'] : ['add', '--save-dev']),
        ...packages,
      ]),
  };
}

async function end(
  child: ChildProcess,
  meanwhile: ((child: ChildProcess) => void) | undefined,
): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => void (text.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => void (text.stderr += chunk.toString()));
  meanwhile?.(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status));
  });
  return { code, ...text };
}
