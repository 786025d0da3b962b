import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';

/** A file that is not read because of its name, and the name that it should have. */
export interface MisnamedFile {
  readonly path: string;
  readonly rename: string;
  readonly sort: 'canary' | 'project';
}

/** The name of the project file. */
export const PROJECT_FILE = 'coalmine.config.yaml';
/** Other spellings of the project file's name. */
export const PROJECT_LIKE = /^(?!coalmine\.config\.yaml$)\.?coalmine(\.config)?\.(ya?ml|json)$/i;
/** Files that may be a canary by another name. */
const CANARY_LIKE = /\.(ya?ml|json)(\.txt)?$/i;
/** A name of a canary with another ending. */
const CANARY_NAMED = /\.canary\.(ya?ml|json)(\.txt)?$/i;
const GOOD_NAME = /(\.canary|\.part|^coalmine\.config)\.yaml$/;
const MOST_BYTES = 65_536;

/** Those of some files that look like a canary, but by their name are none. */
export function misnamedCanaries(paths: readonly string[], cwd: string): readonly MisnamedFile[] {
  return paths.flatMap((path) => {
    const name = basename(path);
    if (!CANARY_LIKE.test(name) || GOOD_NAME.test(name) || PROJECT_LIKE.test(name)) return [];
    if (!CANARY_NAMED.test(name) && !holdsCanary(resolve(cwd, path))) return [];
    return [{ path, rename: canaryName(path), sort: 'canary' as const }];
  });
}

/** The name that a canary should have: `order.canary.yml`, `order-canary.yaml` and `order.yaml` are `order.canary.yaml`. */
export function canaryName(path: string): string {
  const stem = basename(path)
    .replace(/(\.txt)?$/i, '')
    .replace(/\.(ya?ml|json)$/i, '');
  return `${stem.replace(/[-_.]canary$/i, '')}.canary.yaml`;
}

function holdsCanary(full: string): boolean {
  if (!/\.ya?ml$/i.test(full)) return false;
  const text = shortTextOf(full);
  return /^["']?canary["']?\s*:\s*\S/m.test(text) && /^["']?steps["']?\s*:/m.test(text);
}

/** The text of a file that may be a canary by its size; empty for any other, and for one that may not be read. */
function shortTextOf(full: string): string {
  try {
    const stat = statSync(full);
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(full, 'utf8') : '';
  } catch {
    return '';
  }
}
