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

/** A command that is running. */
export interface Started {
  readonly process: ChildProcess;
  /** Interrupts it and all that it started, as Ctrl-C does in a terminal. */
  interrupt(): void;
}

/** A user's project in a new, empty folder. */
export interface Project {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  /** Runs a command in the folder, as a terminal of the user would; `meanwhile` gets it once it is started. */
  run(argv: readonly string[], meanwhile?: (started: Started) => void): Promise<Ended>;
  /** Runs the installed command line as the package manager starts it. */
  coalmine(...argv: readonly string[]): Promise<Ended>;
  install(...packages: readonly string[]): Promise<Ended>;
}

/** Makes a project whose package manager knows no registry but the given one, and no cache of this machine. */
export function emptyProject(manager: Manager, registry: string, env: NodeJS.ProcessEnv = {}): Project {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-user-'));
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  const elsewhere = mkdtempSync(join(tmpdir(), 'coalmine-cache-'));
  const settings = {
    npm_config_registry: registry,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    ...(manager === 'npm'
      ? { npm_config_cache: elsewhere }
      : { npm_config_store_dir: join(elsewhere, 'store'), npm_config_cache_dir: join(elsewhere, 'cache') }),
  };
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
        env: { ...clean, PATH: path, ...settings, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true, // a process group of its own, as in a terminal
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

async function end(child: ChildProcess, meanwhile: ((started: Started) => void) | undefined): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => void (text.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => void (text.stderr += chunk.toString()));
  meanwhile?.({
    process: child,
    interrupt: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    },
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status));
  });
  return { code, ...text };
}
