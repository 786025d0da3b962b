import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../../adapters/runtime/make-folder.ts';
import { thrownMessage } from '../../../core/base/errors.ts';
import type { SchemaSort } from '../../../load/index.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { SCHEMA_FILES, SCHEMA_SORTS, schemaText } from '../../files/schema-files.ts';
import { EXIT, type Io } from '../../setup/io.ts';

/** The folder of schema files, if none is named. */
const DEFAULT_FOLDER = 'canaries';

export interface SchemaOptions {
  /** A folder, or true for the default one. */
  readonly write?: string | true;
}

/**
 * `coalmine schema`: the JSON Schema of canaries, parts or project files, for editors. With `--write` it writes the named one, or all, into a
 * folder, over what is there.
 * @throws UsageError if a file cannot be written.
 */
export function schema(sort: SchemaSort | undefined, { write }: SchemaOptions, io: Io): number {
  if (write === undefined) {
    io.stdout.write(schemaText(sort ?? 'canary'));
    return EXIT.good;
  }
  const folder = write === true ? DEFAULT_FOLDER : write;
  for (const one of sort === undefined ? SCHEMA_SORTS : [sort]) {
    const path = join(folder, SCHEMA_FILES[one]);
    writeInto(resolve(io.cwd, folder), resolve(io.cwd, path), schemaText(one));
    io.stdout.write(`wrote   ${path}\n`);
  }
  return EXIT.good;
}

function writeInto(folder: string, path: string, text: string): void {
  try {
    makeFolder(folder);
    writeFileSync(path, text);
  } catch (thrown) {
    throw new UsageError(`The schema cannot be written: ${thrownMessage(thrown)}.`);
  }
}
