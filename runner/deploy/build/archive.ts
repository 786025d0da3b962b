import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/** The code of a function as Lambda takes it. */
export interface Archive {
  readonly bytes: Uint8Array;
  /** SHA-256 of the files, in hexadecimal. */
  readonly digest: string;
}

/** The first moment that the format knows; local, as the format has it. */
const NO_TIME = new Date(1980, 0, 1);
const UNIX = 3;
/** A file that everybody may read: the runtime of Lambda is another user than its unpacker. */
const READABLE = 0o100_644 << 16;

/** Packs a folder of files. The same files make the same archive, on any day and machine. */
export function archiveOf(folder: string): Archive {
  const names = readdirSync(folder).toSorted();
  const files: Zippable = {};
  const digest = createHash('sha256');
  for (const name of names) {
    const bytes = readFileSync(join(folder, name));
    digest.update(`${name}\0${bytes.length}\0`).update(bytes);
    files[name] = [bytes, { mtime: NO_TIME, os: UNIX, attrs: READABLE, level: 9 }];
  }
  return { bytes: zipSync(files), digest: digest.digest('hex') };
}
