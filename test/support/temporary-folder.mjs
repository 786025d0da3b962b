import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk in memory: a state file waits for the disk some thousand times in the tests, 8 ms each on a common one. */
const MEMORY = '/dev/shm';
const LEAST_FREE_BYTES = 2 ** 30;
const NAME = 'coalmine-tests-';

/** Gives the tests, and the processes that they start, a temporary folder of their own, which is removed at the end of jest. */
export default function ownTemporaryFolder() {
  const folder = inMemory() ?? mkdtempSync(join(tmpdir(), NAME));
  chmodSync(folder, 0o755); // some tests act as another user
  process.env['TMPDIR'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** @returns undefined if the machine has no such disk, too small a one, or one from which nothing may be executed. */
function inMemory() {
  if (!existsSync(MEMORY)) return undefined;
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < LEAST_FREE_BYTES) return undefined;
  const folder = mkdtempSync(join(MEMORY, NAME));
  const probe = join(folder, 'probe');
  writeFileSync(probe, '#!/bin/sh\n', { mode: 0o755 });
  if (spawnSync(probe).status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}
