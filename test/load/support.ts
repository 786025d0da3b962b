import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Files, type LoadResult, load, type SourceFile } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';

/** Cached files: the loader need not read an unchanged file again. */
const kept = new Map<string, SourceFile>();

function fileOf(path: string, text: string): SourceFile {
  const known = kept.get(path);
  const file = known?.text === text ? known : { path, text };
  kept.set(path, file);
  return file;
}

/** Files in memory: the canaries among them are loaded; `whole` if a project has no others. */
export function filesOf(texts: Readonly<Record<string, string>>, whole = false): Files {
  const file = (path: string): SourceFile => fileOf(path, texts[path] ?? '');
  const paths = Object.keys(texts).toSorted();
  return {
    canaries: paths.filter((path) => path.endsWith('.canary.yaml')).map(file),
    projectOf: (path) => {
      for (let folder = dirname(path); ; folder = dirname(folder)) {
        const project = normalize(join(folder, 'coalmine.config.yaml'));
        if (texts[project] !== undefined) return file(project);
        if (folder === '.') return undefined;
      }
    },
    covers: () => whole,
    read: (path) => (texts[path] === undefined ? { refused: 'is not there' } : file(path)),
  };
}

/** Loads one canary's text, with the project file of the good ones unless another is given. */
export function loadText(text: string, more: Readonly<Record<string, string>> = {}): LoadResult {
  return load(
    filesOf({
      'coalmine.config.yaml': GOOD['coalmine.config.yaml'] as string,
      'test.canary.yaml': text,
      ...more,
    }),
    KINDS,
  );
}

/** Every file below a folder of these tests, by its path there. */
export function textsIn(folder: string): Readonly<Record<string, string>> {
  const root = join(import.meta.dirname, folder);
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map((entry) => {
      const full = join(entry.parentPath, entry.name);
      return [full.slice(root.length + 1), readFileSync(full, 'utf8')];
    }),
  );
}

/** The files that load without a diagnostic, and use every word there is. */
export const GOOD = textsIn('good');
