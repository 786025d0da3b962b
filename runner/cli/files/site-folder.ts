import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../adapters/runtime/make-folder.ts';
import { RunnerError, thrownMessage } from '../../core/base/errors.ts';

/** A folder of pages, in which a reader finds each file whole: the former one or the new one. */
export interface SiteFolder {
  has(path: string): boolean;
  /** Writes a file unless it is there with the same text. False if it was. @throws RunnerError if it cannot be written. */
  write(path: string, text: string): boolean;
}

export function siteFolder(folder: string): SiteFolder {
  return {
    has: (path) => existsSync(join(folder, path)),
    write: (path, text) => {
      const file = join(folder, path);
      try {
        if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
        makeFolder(dirname(file));
        replaceFile(file, text);
        return true;
      } catch (thrown) {
        throw new RunnerError(`The page ${file} could not be written (${thrownMessage(thrown)}).`, {
          cause: thrown,
        });
      }
    },
  };
}

function replaceFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw thrown;
  }
}
