import { renderRunPage } from '../../runner/pages/run/run-page.ts';
import { AROUND } from '../../test/browser/support/sample-runs.ts';
import { RUNS } from '../../test/reporters/real-runs.ts';

/**
 * The cost of the page of a failed run, with all that is known around it: the first of the process, and later ones. In milliseconds of CPU time, as
 * JSON. The argument is the number of rounds.
 */
const [ROUNDS = 0] = process.argv.slice(2).map(Number);
/** Many in a round: the clock of CPU time may go by steps of 10 ms. */
const TIMES = 200;

const run = await (RUNS['failed, with differences'] as (typeof RUNS)[string])();

function cpuMs(times: number): number {
  const before = process.threadCpuUsage();
  for (let time = 0; time < times; time += 1) renderRunPage(run, AROUND);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000 / times;
}

const first = cpuMs(1);
process.stdout.write(JSON.stringify({ first, later: Array.from({ length: ROUNDS }, () => cpuMs(TIMES)) }));
