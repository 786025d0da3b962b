import type { Schedule } from '../../runner/core/model/canary.ts';
import { planOf } from '../../runner/engine/schedule/plan.ts';
import { canaryOf } from '../../test/support/run/builders.ts';

/** Ticks that plan for many canaries, each with a cron or an interval of its own: the CPU time of each in milliseconds, as JSON. */
const CANARIES = Number(process.argv[2]);
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

function cpuMsOf(nowMs: number, sleptMs: number): number {
  const before = process.cpuUsage();
  for (const canary of canaries) planOf({ canary, nowMs, watermarkMs: nowMs - sleptMs, running: false });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const YEARS_MS = 10 * 365 * 24 * 60 * MINUTE_MS;
process.stdout.write(
  JSON.stringify({
    first: cpuMsOf(START_MS, MINUTE_MS),
    next: cpuMsOf(START_MS + MINUTE_MS, MINUTE_MS),
    afterYears: cpuMsOf(START_MS + 2 * MINUTE_MS, YEARS_MS),
  }),
);
