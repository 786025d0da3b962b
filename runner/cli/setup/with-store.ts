import { classifyAwsError } from '../../adapters/aws/errors.ts';
import { CanaryError } from '../../core/base/errors.ts';
import type { StateStore } from '../../core/store/ports.ts';
import { openStore, type StateOptions } from '../../runs/open-store.ts';
import { environmentOf } from '../../runs/selection.ts';
import { EXIT, type Io } from './io.ts';
import { type ProjectAt, projectAt } from './selection.ts';

/** Options of every command that reads state. */
export interface ReadOptions extends StateOptions {
  readonly env?: string;
}

/** Opens the state of the project at some paths for one command. Its faults are printed, and decide the exit code. */
export async function withStore(
  paths: readonly string[],
  options: ReadOptions,
  io: Io,
  work: (store: StateStore) => Promise<number>,
): Promise<number> {
  const at = await projectAt(paths, io);
  return at === undefined ? EXIT.usage : withStoreOf(at, options, io, work);
}

/** Opens the state of a project for one command. Its faults are printed, and decide the exit code. */
export async function withStoreOf(
  at: ProjectAt,
  options: ReadOptions,
  io: Io,
  work: (store: StateStore) => Promise<number>,
): Promise<number> {
  const environment = environmentOf(at.project, options.env);
  return reportingFaults(io, async () => {
    const store = await openStore({ ...options, ...at, environment }, false, io);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  });
}

/** Runs a function with files and state. Their faults are printed, and decide the exit code. */
export async function reportingFaults({ stderr }: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    stderr.write(`${fault.message}\n`);
    return fault.blame === 'definition' ? EXIT.usage : EXIT.error;
  }
}
