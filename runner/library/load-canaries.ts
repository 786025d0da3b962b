import { formatDiagnostics, type LoadedCanary as WholeCanary } from '../load/index.ts';
import { select } from '../runs/selection.ts';
import { LoadError } from './load-error.ts';
import { type LoadedCanary, WHOLE } from './loaded-canary.ts';
import type { LoadOptions } from './options.ts';

/** The canary behind one that a program holds; undefined for any other value. */
export function wholeOf(canary: LoadedCanary): WholeCanary | undefined {
  return canary[WHOLE] as WholeCanary | undefined;
}

/**
 * Reads canary files and checks them. Warnings of them are given to `onWarning`.
 * @throws LoadError, UsageError
 */
export async function readCanaries(
  paths: readonly string[],
  { cwd, onWarning }: Required<LoadOptions>,
): Promise<readonly LoadedCanary[]> {
  const { canaries, diagnostics } = await select(paths, { cwd });
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    const count = `${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was run.`;
    throw new LoadError(`${formatDiagnostics(diagnostics)}${count}`, diagnostics);
  }
  for (const one of diagnostics) onWarning(formatDiagnostics([one]).trimEnd());
  return canaries.map((whole) => {
    const { name, owner, tags, source: file } = whole.canary;
    return Object.freeze({ name, owner, tags, file, [WHOLE]: whole });
  });
}
