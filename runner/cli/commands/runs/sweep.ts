import { composeApp } from '../../../compose-app.ts';
import { isoSecond } from '../../../core/base/format.ts';
import type { CleanupEntry, CleanupList } from '../../../core/cleanup/pending-cleanups.ts';
import { Interrupted } from '../../../engine/steps/classify-error.ts';
import { openStore } from '../../../runs/open-store.ts';
import {
  formatEntry,
  formatSwept,
  isLeft,
  pendingCleanups,
  type SweepsWith,
  sweepAll,
} from '../../../runs/pending-cleanups.ts';
import { environmentOf } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { settingsFrom } from '../../../settings.ts';
import { onlyOne, readRunId } from '../../setup/find-run.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { projectAt } from '../../setup/selection.ts';
import { type ReadOptions, reportingFaults } from '../../setup/with-store.ts';

export interface SweepOptions extends ReadOptions {
  readonly dryRun?: boolean;
  /** Id of a run whose entry is removed without cleanup. */
  readonly forget?: string;
}

/** `coalmine sweep`: cleans up after runs that died before their cleanup was done. */
export async function sweep(paths: readonly string[], options: SweepOptions, io: Io): Promise<number> {
  const at = await projectAt(paths, io);
  if (at === undefined) return EXIT.usage;
  const environment = environmentOf(at.project, options.env);
  const of = { ...options, ...at, environment };
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const application = composeApp({
    settings,
    project: at.project,
    environment,
    secrets: io.secrets,
    stateTable: options.table,
  });
  const ending = new AbortController();
  const stopListening = io.onInterrupt({
    message: 'Ending after this run. Press Ctrl-C again to leave at once.',
    act: () => ending.abort(new Interrupted('The sweep was interrupted.')),
  });
  try {
    return await reportingFaults(io, async () => {
      const store = await openStore(of, false, io);
      const { cleanups: list } = store;
      const own = { project: at.project, environment, owner: settings.owner, signal: ending.signal };
      try {
        if (options.forget !== undefined) return await forget(options.forget, list, io);
        return await sweepNow({ application, list, ...own }, options, io);
      } finally {
        await store.close();
      }
    });
  } finally {
    stopListening();
    await application.close();
  }
}

const NOTHING_LEFT = 'Nothing is left behind.';

async function sweepNow(given: SweepsWith, { dryRun = false }: SweepOptions, io: Io): Promise<number> {
  const { clock, redactor } = given.application.engine;
  const print = (text: string): void => void io.stdout.write(`${redactor.text(text)}\n`);
  const { over, kept, underWay } = await pendingCleanups(given.list, clock.nowMs(), io.who);
  if ([over, kept, underWay].every(({ length }) => length === 0)) return printed(NOTHING_LEFT, io);
  if (dryRun) {
    for (const entry of over) print(`would sweep  ${formatEntry(entry, clock.nowMs())}`);
    for (const entry of kept) print(`would sweep, kept by --keep  ${formatEntry(entry, clock.nowMs())}`);
  }
  const swept = dryRun ? [] : await sweepAll([...over, ...kept], given);
  for (const one of swept) print(formatSwept(one, clock.nowMs()));
  for (const entry of underWay) print(formatUnderWay(entry));
  const { aborted } = given.signal;
  if (aborted) return EXIT.interrupted;
  return swept.some(isLeft) ? EXIT.failed : EXIT.good;
}

function formatUnderWay({ canary, runId, dueAtMs, late = false }: CleanupEntry): string {
  const until = isoSecond(dueAtMs);
  if (late)
    return `- ${canary}   run ${runId} was cleaned up; after ${until} it is cleaned up again, for late effects`;
  return `- ${canary}   run ${runId} may be under way until ${until}, so it is left alone`;
}

async function forget(runId: string, list: CleanupList, io: Io): Promise<number> {
  const prefix = readRunId(runId);
  const all = await list.due({ byMs: Number.MAX_SAFE_INTEGER, most: 10_000 });
  const matching = all.filter((entry) => entry.runId.startsWith(prefix));
  const found = onlyOne(matching, prefix, ({ runId: id, canary }) => `${id}  ${canary}`);
  if (found === undefined)
    throw new UsageError(
      `No run '${runId}' has left anything. 'coalmine sweep --dry-run' lists those that have.`,
    );
  await list.remove(found);
  return printed(`${found.canary}   run ${found.runId} is off the list; what it left is where it was.`, io);
}

function printed(text: string, io: Io): number {
  io.stdout.write(`${text}\n`);
  return EXIT.good;
}
