import { verdictOf } from '../../../../reporters/files/json.ts';
import type { RunResult } from '../../../core/model/run-result.ts';
import { Interrupted } from '../../../engine/steps/classify-error.ts';
import type { InboxOptions } from '../../../runs/local-inbox.ts';
import type { StateOptions } from '../../../runs/open-store.ts';
import { openRuns, type Runs } from '../../../runs/run-canaries.ts';
import { openRunReporters } from '../../../runs/run-reporters.ts';
import { select, tagged } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { settingsFrom } from '../../../settings.ts';
import { formatDryRun } from '../../output/format-dry-run.ts';
import { EXIT, type Io, surroundingsOf } from '../../setup/io.ts';
import { sound } from '../../setup/selection.ts';

export interface RunOptions extends StateOptions, InboxOptions {
  readonly tag: readonly string[];
  readonly reporter: readonly string[];
  readonly concurrency: number;
  readonly env?: string;
  readonly seed?: string;
  readonly as?: string;
  readonly dryRun?: boolean;
  readonly showValues?: boolean;
  readonly keep?: boolean;
}

/** `coalmine run`: runs canaries now, by the same engine as a schedule would. */
export async function run(paths: readonly string[], options: RunOptions, io: Io): Promise<number> {
  const { dryRun = false, showValues = false } = options;
  if (showValues && !dryRun) throw new UsageError('--show-values goes with --dry-run.');
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const canaries = tagged(loaded, options.tag);
  const around = surroundingsOf(io);
  const reporting = await openRunReporters(options.reporter, { settings }, around);
  const { reporters } = reporting;
  const ending = new AbortController();
  const of = { ...options, canaries, settings, reporters, signal: ending.signal, store: true };
  const runs = openRuns(of, around);
  const stopListening = io.onInterrupt({
    message: 'Ending: cleaning up. Press Ctrl-C again to leave at once.',
    act: () => ending.abort(new Interrupted('The run was interrupted.')),
  });
  try {
    if (dryRun) return await dry(runs, showValues, io);
    const results = await runs.make(options.concurrency);
    await reporting.end();
    return ending.signal.aborted ? EXIT.interrupted : exitCodeOf(results);
  } finally {
    stopListening();
    reporting.close();
    await runs.close();
  }
}

async function dry(runs: Runs, showValues: boolean, io: Io): Promise<number> {
  const plans = await runs.plan({ showValues });
  io.stdout.write(`${plans.map(formatDryRun).join('\n\n')}\n`);
  return plans.some(({ faults }) => faults.length > 0) ? EXIT.error : EXIT.good;
}

function exitCodeOf(results: readonly RunResult[]): number {
  const verdict = verdictOf(results);
  if (results.some((one) => one.verdict === 'failed')) return EXIT.failed;
  return verdict === 'error' ? EXIT.error : EXIT.good;
}
