import { statSync } from 'node:fs';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import { planOf } from '../../runner/engine/schedule/plan.ts';
import { tick } from '../../runner/engine/schedule/tick.ts';
import { scheduled, TestFleet } from '../../test/support/run/fleet.ts';

/**
 * Ticks of canaries of `every: 5m` over a state file: their writes, the longest block of the process, and their CPU time against planning
 * alone. As JSON.
 */
const [path = '', canaries = '0', ticks = '0'] = process.argv.slice(2);
const MINUTE_MS = 60_000;

const schedule = { everyMs: 5 * MINUTE_MS, jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
const fleet = new TestFleet(
  ...Array.from({ length: Number(canaries) }, (_, index) => scheduled(`canary-${index}`, { schedule })),
);
const { clock } = fleet.harness;
const store = sqliteStore({ path, create: true, project: 'p', environment: 'default' }, { clock });
const context = fleet.monitor({
  runs: store.runs,
  alerts: store.alerts,
  queue: { holds: () => false, send: async () => {} },
});
const written = (): number => statSync(`${path}-wal`).size;

function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The longest time between two turns of the event loop while some work goes on. */
async function longestBlockMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let isOver = false;
  const turn = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  longest = Math.max(longest, performance.now() - last);
  isOver = true;
  return longest;
}

await tick(context);
const begun = written();
const [ours, floor, blocks]: [number[], number[], number[]] = [[], [], []];
for (let n = 0; n < Number(ticks); n += 1) {
  const before = process.cpuUsage();
  blocks.push(await longestBlockMs(() => tick(context)));
  ours.push(cpuMs(before));
  const alone = process.cpuUsage();
  for (const canary of context.fleet.canaries)
    planOf({ canary, nowMs: clock.nowMs(), watermarkMs: clock.nowMs(), running: false, aheadMs: MINUTE_MS });
  floor.push(cpuMs(alone));
}
process.stdout.write(JSON.stringify({ bytes: written() - begun, blocks, ours, floor }));
await store.close();
