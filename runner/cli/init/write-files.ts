import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { shownPath } from '../../adapters/references/shown-path.ts';
import { makeFolder } from '../../adapters/runtime/make-folder.ts';
import { thrownMessage } from '../../core/base/errors.ts';
import { UsageError } from '../../runs/usage-error.ts';

/** A file that `init` wants to be there. */
export interface WantedFile {
  /** Its full path. */
  readonly path: string;
  /** Its text if it is new. */
  readonly text: string;
  /** An existing one with what it lacks; the same text if it lacks nothing. @default the same text */
  add?(text: string): string;
}

/** The treatment of a file. */
export interface WrittenFile {
  readonly outcome: 'wrote' | 'added to' | 'kept';
  /** From the working folder. */
  readonly path: string;
}

/**
 * Writes the files that are not there, and adds to those that take an addition. Nothing is replaced.
 * @throws UsageError if a file cannot be written.
 */
export function writeFiles(wanted: readonly WantedFile[], cwd: string): readonly WrittenFile[] {
  return wanted.map((one) => {
    try {
      return { outcome: writeFile(one), path: shownPath(cwd, one.path) };
    } catch (thrown) {
      throw new UsageError(`'${shownPath(cwd, one.path)}' cannot be written: ${thrownMessage(thrown)}.`);
    }
  });
}

function writeFile({ path, text, add }: WantedFile): WrittenFile['outcome'] {
  if (!existsSync(path)) {
    makeFolder(dirname(path));
    writeFileSync(path, text, { flag: 'wx' });
    return 'wrote';
  }
  const before = add === undefined ? '' : readFileSync(path, 'utf8');
  const after = add?.(before) ?? before;
  if (after === before) return 'kept';
  writeFileSync(path, after);
  return 'added to';
}
