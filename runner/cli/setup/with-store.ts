import { classifyAwsError } from '../../adapters/aws/errors.ts';
import { CanaryError } from '../../core/base/errors.ts';
import type { StateStore } from '../../core/store/ports.ts';
import { openStore, type StateOf, type StateOptions } from '../../runs/open-store.ts';
import { environmentOf } from '../../runs/selection.ts';
import { EXIT, type Io } from './io.ts';
import { type ProjectAt, projectAt } from './selection.ts';
import { tableOfStack } from './state-of-stack.ts';

/** Options of every command that reads state. */
export interface ReadOptions extends StateOptions {
  readonly env?: string;
}

/** Opens the state of the project at some paths for a command that reads it, as {@link withStoreOf} does. */
export async function withStore(
  paths: readonly string[],
  options: ReadOptions,
  io: Io,
  work: (store: StateStore) => Promise<number>,
): Promise<number> {
  const at = await projectAt(paths, io);
  return at === undefined ? EXIT.usage : withStoreOf(at, options, io, work);
}

/**
 * Opens the state of a project for a command that reads it: without a file, that of its own stack. Its faults are printed, and decide
 * the exit code.
 * @throws UsageError for a stack of that name that runs other canaries.
 */
export async function withStoreOf(
  at: ProjectAt,
  options: ReadOptions,
  io: Io,
  work: (store: StateStore) => Promise<number>,
): Promise<number> {
  const of = { ...options, ...at, environment: environmentOf(at.project, options.env) };
  return withState({ ...of, ...(await tableOfStack(of, io)) }, io, work);
}

/** Opens the state of the project at some paths for a command that changes it: that of a stack must be named. */
export async function withOwnState(
  paths: readonly string[],
  options: ReadOptions,
  io: Io,
  work: (store: StateStore) => Promise<number>,
): Promise<number> {
  const at = await projectAt(paths, io);
  if (at === undefined) return EXIT.usage;
  return withState({ ...options, ...at, environment: environmentOf(at.project, options.env) }, io, work);
}

function withState(of: StateOf, io: Io, work: (store: StateStore) => Promise<number>): Promise<number> {
  return reportingFaults(io, async () => {
    const store = await openStore(of, false, io);
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
