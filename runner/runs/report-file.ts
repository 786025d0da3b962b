import { closeSync, openSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../adapters/runtime/make-folder.ts';
import { DefinitionError, RunnerError, thrownMessage } from '../core/base/errors.ts';

/** A file for a report, which is written once, at the end. */
export interface ReportFile {
  /** @throws RunnerError if it cannot be written. */
  write(text: string): void;
}

/**
 * Makes a file for a report, which replaces or continues what is there. Tries that a report can be written to a path, so that a wrong one ends a command before it acts. Makes missing folders. A file that is
 * there stays as it is until the report is written.
 * @throws DefinitionError if the file cannot be opened for writing.
 */
export function reportFile(cwd: string, path: string, append = false): ReportFile {
  const full = resolve(cwd, path);
  try {
    makeFolder(dirname(full));
    tryToOpen(full);
  } catch (thrown) {
    throw new DefinitionError(
      `The report file ${full} cannot be written (${reasonOf(thrown)}). Nothing was run. Name a file in a folder that can be written.`,
      { cause: thrown },
    );
  }
  return {
    write: (text) => {
      try {
        makeFolder(dirname(full));
        writeFileSync(full, text, { flag: append ? 'a' : 'w' });
      } catch (thrown) {
        throw new RunnerError(`The report file ${full} could not be written (${reasonOf(thrown)}).`, {
          cause: thrown,
        });
      }
    },
  };
}

function tryToOpen(path: string): void {
  const isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
  closeSync(openSync(path, 'a'));
  if (isNew) unlinkSync(path);
}

/** The message of a file system's error, without the call and the path. */
function reasonOf(thrown: unknown): string {
  const message = thrownMessage(thrown);
  return message.replace(/, \w+ '.*$|, \w+$/s, '');
}
