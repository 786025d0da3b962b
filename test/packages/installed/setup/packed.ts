import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packBoth, type Tarball } from '../../../../scripts/packages/tarballs.ts';

const LIST = join(import.meta.dirname, '../../../../.cache/packed.json');

/** Packs both packages, once for all test files: they run at the same time, and a build empties the folder of the one before. */
export function packForTests(): void {
  writeFileSync(LIST, JSON.stringify(packBoth('.cache/package-tests')));
}

/** The tarballs that were packed before the tests. */
export function packedTarballs(): readonly Tarball[] {
  return JSON.parse(readFileSync(LIST, 'utf8')) as readonly Tarball[];
}
