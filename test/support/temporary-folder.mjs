import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives the tests, and the processes that they start, a temporary folder of their own, which is removed at the end of jest. */
export default function ownTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-tests-'));
  chmodSync(folder, 0o755); // some tests act as another user
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
