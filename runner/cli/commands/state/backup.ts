import { resolve } from 'node:path';
import { backupStateFile, restoreStateFile } from '../../../adapters/sqlite/backup.ts';
import { stateFileOf } from '../../../runs/open-store.ts';
import { environmentOf } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { projectAt } from '../../setup/selection.ts';
import { type ReadOptions, reportingFaults } from '../../setup/with-store.ts';

/** `coalmine state backup FILE`: copies the state file, while it may be in use. */
export async function backupOf(file: string, options: ReadOptions & InOptions, io: Io): Promise<number> {
  return withFiles(file, options, io, async (of) => {
    await backupStateFile(of);
    io.stdout.write(`${of.path} is backed up in ${of.backup}.\n`);
  });
}

/** `coalmine state restore FILE`: puts a backup in the place of the state file, if no process uses that. */
export async function restoreOf(file: string, options: ReadOptions & InOptions, io: Io): Promise<number> {
  return withFiles(file, options, io, async (of) => {
    const { before, damaged } = await restoreStateFile(of);
    const kept = damaged ? 'The file that was there is damaged; it is' : 'The state that was there is';
    io.stdout.write(`${of.path} is restored from ${of.backup}.\n`);
    if (before !== undefined) io.stdout.write(`${kept} kept in ${before}.\n`);
  });
}

/** Places of the canaries. */
export interface InOptions {
  readonly in: readonly string[];
}

async function withFiles(
  file: string,
  options: ReadOptions & InOptions,
  io: Io,
  work: (of: Parameters<typeof backupStateFile>[0]) => Promise<void>,
): Promise<number> {
  if (options.table !== undefined)
    throw new UsageError('A table is backed up by DynamoDB: its point-in-time recovery is on. Give --state.');
  const at = await projectAt(options.in, io);
  if (at === undefined) return EXIT.usage;
  const environment = environmentOf(at.project, options.env);
  const path = stateFileOf({ ...options, ...at, environment }, io);
  const of = { project: at.project.name, environment: environment.name, path, backup: resolve(io.cwd, file) };
  return reportingFaults(io, async () => {
    await work(of);
    return EXIT.good;
  });
}
