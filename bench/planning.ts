import type { Schedule } from '../runner/core/model/canary.ts';
import { planOf } from '../runner/engine/schedule/plan.ts';
import { canaryOf } from '../test/support/run/builders.ts';

/** `node bench/planning.ts`: how long one tick plans for ten thousand canaries, each with a cron or an interval of its own. */
const CANARIES = 10_000;
const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-10-24T22:00Z'); // the clocks of Europe are set back in the first night
const ZONES = Intl.supportedValuesOf('timeZone');

const rest = { jitterMs: 30_000, overlap: 'skip', catchUp: 'latest' } as const;
const canaries = Array.from({ length: CANARIES }, (_, index) => {
  const cron = `${index % 60} ${(index >> 6) % 24} * * ${index % 7}-6`;
  const timezone = ZONES[index % ZONES.length] as string;
  const schedule: Schedule =
    index % 3 === 0 ? { everyMs: (1 + (index % 60)) * MINUTE_MS, ...rest } : { cron, timezone, ...rest };
  return { ...canaryOf({ name: `canary-${index}` }), schedule };
});

function tick(nowMs: number, sleptMs: number): string {
  const before = process.cpuUsage();
  let due = 0;
  for (const canary of canaries) {
    const plan = planOf({ canary, nowMs, watermarkMs: nowMs - sleptMs, running: false });
    if (!('fault' in plan)) due += plan.due.length;
  }
  const { user, system } = process.cpuUsage(before);
  return `${Math.round((user + system) / 1_000)} ms of CPU, ${due} due`;
}

const YEARS_MS = 10 * 365 * 24 * 60 * MINUTE_MS;
process.stdout.write(
  `One tick for ${CANARIES} canaries in ${ZONES.length} zones\n` +
    `  the first of a process: ${tick(START_MS, MINUTE_MS)}\n` +
    `  the next:               ${tick(START_MS + MINUTE_MS, MINUTE_MS)}\n` +
    `  after ten years:        ${tick(START_MS + 2 * MINUTE_MS, YEARS_MS)}\n` +
    `  after ten years, again: ${tick(START_MS + 3 * MINUTE_MS, YEARS_MS)}\n`,
);
