import { basename, dirname, isAbsolute, resolve } from 'node:path';
import type { FileSources } from '../../adapters/references/file-sources.ts';
import { readText } from '../../adapters/references/files-below.ts';
import { shownPath } from '../../adapters/references/shown-path.ts';
import type { Diagnostic, SourceFile } from '../../load/index.ts';
import { isSchema, SCHEMA_FILES, SCHEMA_SORTS } from './schema-files.ts';

/** The comment by which a file names its schema to editors. */
const COMMENT = /^#\s*yaml-language-server:\s*\$schema=(?<path>\S+)/m;

/** Warnings of the schema files that files name to editors, and that are missing or of another version: each file of a schema once. */
export function staleSchemas(files: FileSources, cwd: string): readonly Diagnostic[] {
  const projects = files.canaries.flatMap(({ path }) => files.projectOf(path) ?? []);
  const parts = files.partsNear().flatMap((path) => {
    const part = files.read(path, path);
    return 'refused' in part ? [] : part;
  });
  const found = [...files.canaries, ...projects, ...parts].flatMap((file) => staleIn(file, cwd));
  return [...new Map(found.toReversed().map((one) => [one.message, one])).values()].toReversed();
}

function staleIn(file: SourceFile, cwd: string): readonly Diagnostic[] {
  const { groups, index = 0, 0: comment = '' } = COMMENT.exec(file.text) ?? {};
  const path = groups?.['path'] ?? '';
  const sort = SCHEMA_SORTS.find((one) => SCHEMA_FILES[one] === basename(path));
  if (sort === undefined || isAbsolute(path) || path.includes('://')) return [];
  const full = resolve(cwd, dirname(file.path), path);
  const text = readText(full);
  if (text !== undefined && isSchema(sort, text)) return [];
  const shown = shownPath(cwd, full);
  const before = file.text.slice(0, index);
  return [
    {
      file: file.path,
      line: before.split('\n').length,
      column: comment.indexOf(path) + 1,
      severity: 'warning',
      rule: 'schema',
      message:
        text === undefined
          ? `editors find no schema: '${shown}' is not there, or cannot be read`
          : `'${shown}' is the schema of another version of Coalmine, and editors go by it`,
      hint: `run coalmine schema --write ${dirname(shown)}`,
      length: path.length,
      excerpt: comment,
    },
  ];
}
