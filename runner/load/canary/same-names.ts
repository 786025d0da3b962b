import type { Canary } from '../../core/model/canary.ts';
import { type Diagnostic, Report } from '../yaml/diagnostics.ts';
import { entryOf } from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';

interface NamedFile {
  readonly canary: Canary | undefined;
  readonly report: Report;
  readonly root: Tree | undefined;
}

/** Metrics, history and alerts hang on the name, so it is unique over all files. */
export function sameNames(loaded: readonly NamedFile[]): readonly Diagnostic[] {
  const first = new Map<string, string>();
  return loaded.flatMap(({ canary, report, root }) => {
    if (canary === undefined || root === undefined || canary.name === '') return [];
    const other = first.get(canary.name);
    first.set(canary.name, other ?? report.file.path);
    const entry = entryOf(root, 'canary');
    if (other === undefined || entry === undefined) return [];
    const again = new Report(report.file);
    again.error(entry.value.at, {
      rule: 'name',
      message: `'${canary.name}' is the name of ${other} too`,
      hint: 'give each canary a name of its own',
    });
    return again.diagnostics;
  });
}
