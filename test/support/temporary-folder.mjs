import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives the tests, and the processes that they start, a temporary folder of their own, which is removed at the end of jest. */
export default function ownTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-tests-'));
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
