import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunResult } from '../runner/core/model/run-result.ts';

/** Lines of a step that are read at most. */
const MOST_LINES = 25;

/** The lines of each step that did not pass, by its id, as its file is now. Steps of files that cannot be read are left out. */
export function stepSources({ steps, cleanup }: RunResult, cwd: string): Readonly<Record<string, string>> {
  const bad = [...steps, ...cleanup].filter(({ verdict }) => verdict === 'failed' || verdict === 'error');
  const found = bad.flatMap(({ stepId, at }): readonly [string, string][] => {
    const lines = linesOf(resolve(cwd, at.file));
    const own = lines.slice(at.line - 1, at.line - 1 + MOST_LINES);
    const end = own.findIndex((line, index) => index > 0 && /^(?: {0,4}- |\S)/.test(line));
    return own.length === 0
      ? []
      : [
          [
            stepId,
            own
              .slice(0, end === -1 ? own.length : end)
              .join('\n')
              .trimEnd(),
          ],
        ];
  });
  return Object.fromEntries(found);
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch {
    return []; // it was moved, or the run was made elsewhere
  }
}
