import { formatResults } from '../../../../reporters/files/json.ts';
import { formatRun } from '../../../../reporters/terminal/format-run.ts';
import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import { runIdsIn } from '../../../core/base/run-id.ts';
import { EXIT, type Io, UsageError } from '../../setup/io.ts';
import { type ReadOptions, withStore } from '../../setup/with-store.ts';

export interface ShowOptions extends ReadOptions {
  readonly format: 'text' | 'json';
}

/** `coalmine show`: the report of one run, as it was printed; the id in any of its spellings. */
export async function show(
  asked: string,
  paths: readonly string[],
  options: ShowOptions,
  io: Io,
): Promise<number> {
  const [runId] = runIdsIn(asked);
  if (runId === undefined) throw new UsageError(`'${asked}' is not a run id: it must hold 32 hex digits.`);
  return withStore(paths, options, io, async ({ runs }) => {
    const result = await runs.result(runId);
    if (result === undefined) {
      io.stderr.write(
        `No run ${runId} is known here; results are kept for 30 days. 'coalmine history' lists those that are.\n`,
      );
      return EXIT.usage;
    }
    if (options.format === 'json') io.stdout.write(formatResults([result]));
    else io.stdout.write(`${formatRun(result, painter(wantsColour(io.env, io.stdout.isTTY === true)))}\n`);
    if (result.truncated === true)
      io.stderr.write('Part of what was seen was too large to keep, and was left out.\n');
    return EXIT.good;
  });
}
