import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { added, NOTHING_YET, type SimulationResult, type Tally, tableOf } from './checks/tally.ts';
import { type Seeds, simulationsOf } from './simulations.ts';

/** Extent of a simulation: one seed after another, up to a number of slots. */
export interface SimulateOptions extends Seeds {
  readonly slots: number;
  /** Number of threads; one by default. The tally is independent of it. */
  readonly jobs?: number;
  /** Ends it after the next simulation; the tally covers the simulations until then. */
  readonly signal?: AbortSignal;
  progress?(tally: Tally, simulated: SimulationResult): void;
}

/** Simulates one seed after another, until there are so many slots. */
export async function simulate({
  slots,
  jobs = 1,
  signal,
  progress,
  ...seeds
}: SimulateOptions): Promise<Tally> {
  let tally = NOTHING_YET;
  for await (const simulated of simulationsOf(seeds, jobs)) {
    tally = added(tally, simulated);
    progress?.(tally, simulated);
    if (tally.slots >= slots || signal?.aborted === true) return tally;
  }
  return tally;
}

/** The command that shows a seed again. */
export function replayOf(seed: number): string {
  return `npm run simulate -- --seed ${seed}`;
}

const USAGE =
  'simulate: --slots, --from, --seed and --jobs take whole numbers, the first and the last of at least 1\n';

/**
 * `npm run simulate [-- --slots 200000] [--from SEED] [--jobs 2] [--seed SEED]`: violations and progress on stderr at once, a table on
 * stdout in the end. Ctrl-C ends it early.
 */
async function main(): Promise<void> {
  const asked = askedFor(process.argv.slice(2));
  if (asked === undefined) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const startedAtMs = performance.now();
  const tally = await simulate({ ...asked, signal: stopping.signal, progress: notifyProgress });
  process.stdout.write(tableOf(tally));
  const cpu = process.cpuUsage();
  const wallSeconds = (performance.now() - startedAtMs) / 1_000;
  process.stderr.write(
    `${Math.round(wallSeconds)} s, ${Math.round((cpu.user + cpu.system) / 1e6)} s of processors, ` +
      `${Math.round(tally.slots / wallSeconds)} slots/s\n`,
  );
  process.exitCode = tally.broken.length > 0 ? 1 : stopping.signal.aborted ? 130 : 0;
}

function askedFor(args: string[]): SimulateOptions | undefined {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { slots: option, from: option, seed: option, jobs: option },
  });
  const firstSeed = Number(values.seed ?? values.from ?? 1);
  const slots = values.seed === undefined ? Number(values.slots ?? 10_000_000) : 1;
  const jobs = values.seed === undefined ? Number(values.jobs ?? availableParallelism()) : 1;
  const areWhole = [firstSeed, slots, jobs].every(Number.isSafeInteger);
  return areWhole && slots > 0 && jobs > 0 ? { firstSeed, slots, jobs } : undefined;
}

function notifyProgress(
  { simulations, slots, broken }: Tally,
  { seed, broken: faults }: SimulationResult,
): void {
  if (faults.length > 0)
    process.stderr.write(`seed ${seed}, see it again with: ${replayOf(seed)}\n${listed(faults)}`);
  if (simulations % 50 === 0)
    process.stderr.write(
      `seed ${seed}: ${slots} slots, ${broken.length} broken; go on with --from ${seed + 1}\n`,
    );
}

function listed(faults: readonly string[]): string {
  const shown = faults.slice(0, 20).map((fault) => `  ${fault}\n`);
  return `${shown.join('')}${faults.length > 20 ? `  and ${faults.length - 20} more\n` : ''}`;
}

if (import.meta.main) await main();
