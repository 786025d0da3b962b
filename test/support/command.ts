import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { main } from '../../runner/cli/main.ts';
import type { Io } from '../../runner/cli/setup/io.ts';

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process. */
export async function coalmine(argv: readonly string[], more: Partial<Io> = {}): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  const io: Io = {
    stdout: { write: (text) => void (printed.stdout += text) },
    stderr: { write: (text) => void (printed.stderr += text) },
    env: {},
    cwd: process.cwd(),
    who: { user: 'anna', host: 'laptop', pid: 1 },
    onInterrupt: () => () => {},
    ...more,
  };
  const code = await main(argv, io, '0.0.0-test');
  return { code, ...printed };
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'coalmine-'));
}

/** A new folder with these files, by path. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = emptyFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
