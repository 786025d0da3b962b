import { basename, dirname } from 'node:path';
import { Report } from '../yaml/diagnostics.ts';

/** A file that is not read because of its name, and the name that it should have. */
export interface Misnamed {
  readonly path: string;
  readonly rename: string;
  readonly sort: 'canary' | 'project';
}

/** Reports a file that is not read because of its name, at its beginning. */
export function misnamedReport({ path, rename, sort }: Misnamed): Report {
  const report = new Report({ path, text: '' });
  const what = sort === 'canary' ? 'a canary ends in .canary.yaml' : `the project file is called ${rename}`;
  report.error(
    { start: 0, end: 1 },
    { rule: 'file', message: `'${basename(path)}' is not read: ${what}`, hint: `rename it to ${rename}` },
  );
  return report;
}

/** True if a project file with another name lies in the folder of a canary, or above. */
export function isBelowMisnamed(canaryPath: string, misnamed: readonly Misnamed[]): boolean {
  const folder = dirname(canaryPath);
  return misnamed.some(({ path, sort }) => {
    const root = dirname(path);
    return (
      sort === 'project' &&
      (root === '.' || root === folder || root.startsWith('..') || folder.startsWith(`${root}/`))
    );
  });
}
