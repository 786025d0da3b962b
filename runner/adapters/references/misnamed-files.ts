import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize, relative, resolve } from 'node:path';

/** A file that is not read because of its name, and the name that it should have. */
export interface MisnamedFile {
  readonly path: string;
  readonly rename: string;
  readonly sort: 'canary' | 'project';
}

const PROJECT_FILE = 'coalmine.config.yaml';
/** Other spellings of the project file's name. */
const PROJECT_LIKE = /^\.?coalmine(\.config)?\.(ya?ml|json)$/i;
/** Files that may be a canary by another name. */
const CANARY_LIKE = /\.(ya?ml|json)(\.txt)?$/i;
/** A name of a canary with another ending. */
const CANARY_NAMED = /\.canary\.(ya?ml|json)(\.txt)?$/i;
const GOOD_NAME = /(\.canary|\.part|^coalmine\.config)\.yaml$/;
const MOST_BYTES = 65_536;

/** The files below some folders that look like a canary, but by their name are none. */
export function misnamedCanaries(folders: readonly string[], cwd: string): readonly MisnamedFile[] {
  const names = folders.flatMap((folder) =>
    globSync('**/*.*', {
      cwd: resolve(cwd, folder),
      exclude: (entry) => entry === 'node_modules' || entry.startsWith('.'),
    }).map((name) => normalize(join(relative(cwd, resolve(cwd, folder)), name))),
  );
  return [...new Set(names)]
    .filter(
      (path) =>
        CANARY_LIKE.test(path) && !GOOD_NAME.test(basename(path)) && !PROJECT_LIKE.test(basename(path)),
    )
    .filter((path) => CANARY_NAMED.test(path) || holdsCanary(resolve(cwd, path)))
    .map((path) => ({ path, rename: canaryName(path), sort: 'canary' as const }));
}

/** The name that a canary should have: `order.canary.yml`, `order-canary.yaml` and `order.yaml` are `order.canary.yaml`. */
export function canaryName(path: string): string {
  const stem = basename(path)
    .replace(/(\.txt)?$/i, '')
    .replace(/\.(ya?ml|json)$/i, '');
  return `${stem.replace(/[-_.]canary$/i, '')}.canary.yaml`;
}

/** The misnamed project file in a canary's folder or above, nearer than its project file. */
export function misnamedProject(
  canaryPath: string,
  projectPath: string | undefined,
  cwd: string,
): MisnamedFile | undefined {
  const end = projectPath === undefined ? undefined : dirname(resolve(cwd, projectPath));
  for (let folder = dirname(resolve(cwd, canaryPath)); folder !== end; folder = dirname(folder)) {
    const name = readdirSync(folder).find((one) => PROJECT_LIKE.test(one) && one !== PROJECT_FILE);
    if (name !== undefined)
      return { path: relative(cwd, join(folder, name)), rename: PROJECT_FILE, sort: 'project' };
    if (folder === dirname(folder)) return undefined;
  }
  return undefined;
}

function holdsCanary(full: string): boolean {
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size > MOST_BYTES || !/\.ya?ml$/i.test(full)) return false;
  const text = readFileSync(full, 'utf8');
  return /^["']?canary["']?\s*:\s*\S/m.test(text) && /^["']?steps["']?\s*:/m.test(text);
}
