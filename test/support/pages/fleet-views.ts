import type { Attention } from '../../../runner/core/fleet/attention.ts';
import type { CanaryView } from '../../../runner/core/fleet/canary-view.ts';
import { effectTimes, type RunCell } from '../../../runner/core/fleet/cells.ts';
import type { FleetRow, FleetView } from '../../../runner/core/fleet/fleet-view.ts';
import type { SlotOutcome } from '../../../runner/core/store/canary-status.ts';
import { runIdOf } from '../run/builders.ts';

export const PAGE_NOW_MS: number = Date.UTC(2026, 10, 30, 12, 0, 20);
const MINUTE_MS = 60_000;

/** A stable series of numbers from 0 to 1. */
function series(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const BY_OUTCOME: Readonly<Record<SlotOutcome, Attention>> = {
  passed: 'passed',
  degraded: 'degraded',
  failed: 'failing',
  error: 'noData',
  lost: 'noData',
  missed: 'noData',
};

/** A row whose runs came every five minutes, as many as are known; one of 200 did not pass. */
export function rowOf(name: string, index: number, known = 288): FleetRow {
  const next = series(index * 7_919 + 13);
  const bad: readonly SlotOutcome[] = ['failed', 'degraded', 'error', 'missed'];
  const cells = Array.from({ length: known }, (_, slot): RunCell => {
    const outcome = next() < 0.005 ? (bad[Math.floor(next() * 4)] as SlotOutcome) : 'passed';
    return {
      atMs: PAGE_NOW_MS - 20_000 - slot * 5 * MINUTE_MS,
      outcome,
      count: 1,
      runId: runIdOf(index * 300 + slot),
      slowestMs: Math.round(300 + next() * 900),
    };
  });
  const outcome = (cells[0] as RunCell).outcome;
  const change = cells.findIndex((cell) => BY_OUTCOME[cell.outcome] !== BY_OUTCOME[outcome]);
  const streak = cells.slice(0, change === -1 ? cells.length : change);
  const effect = effectTimes(cells);
  const row: FleetRow = {
    name,
    about: 'canary',
    owner: 'team-orders',
    tags: ['core'],
    attention: BY_OUTCOME[outcome],
    severity: 'critical',
    outcome,
    sinceMs: (streak.at(-1) as RunCell).atMs,
    isSinceAtLeast: streak.length === cells.length,
    incidents: [],
    cells,
    nextMs: PAGE_NOW_MS + Math.floor(next() * 300_000),
    ...(effect === undefined ? {} : { effect }),
  };
  return row;
}

const EFFECTS = [
  'order-to-invoice',
  'signup-to-mail',
  'refund-to-ledger',
  'upload-to-thumbnail',
  'webhook-to-queue',
];

/** A fleet of so many canaries, most of which are well. Of more than 3,000, sixty runs each are known, as after a first read. */
export function fleetOf(count: number, more: Partial<FleetView> = {}): FleetView {
  const rows = Array.from({ length: count }, (_, index) =>
    rowOf(`${EFFECTS[index % EFFECTS.length]}-${index}`, index, count > 3_000 ? 60 : 288),
  );
  return {
    project: 'shop',
    environment: 'prod',
    nowMs: PAGE_NOW_MS,
    lastTickMs: PAGE_NOW_MS - 12_000,
    rows,
    ...more,
  };
}

/** A canary that fails, with all that can be known of it. */
export function canaryViewOf(): CanaryView {
  const incident = {
    id: 'orders@1a2b3c4d#target1',
    stream: 'target',
    severity: 'critical',
    sinceMs: PAGE_NOW_MS,
  } as const;
  const run = {
    verdict: 'failed',
    reason: 'item: nothing was selected',
    startedAtMs: PAGE_NOW_MS,
    durationMs: 5_000,
  } as const;
  const at = { canary: 'orders', count: 1 };
  return {
    row: {
      ...rowOf('orders', 1),
      attention: 'failing',
      reason: 'item: nothing was selected',
      incidents: [incident],
    },
    environment: 'prod',
    nowMs: PAGE_NOW_MS,
    source: 'canaries/orders.canary.yaml',
    runbook: 'https://wiki.example/orders',
    schedule: { everyMs: 300_000, jitterMs: 0, overlap: 'skip', catchUp: 'latest' },
    nextMs: [PAGE_NOW_MS + 60_000, PAGE_NOW_MS + 360_000],
    entries: [
      { ...at, atMs: PAGE_NOW_MS, what: 'running' },
      { ...at, atMs: PAGE_NOW_MS - 300_000, what: 'done', run: { ...run, runId: runIdOf(1) } },
      { ...at, atMs: PAGE_NOW_MS - 600_000, what: 'missed', count: 3, reason: 'too late' },
      {
        ...at,
        atMs: PAGE_NOW_MS - 900_000,
        what: 'late',
        run: { ...run, verdict: 'passed', reason: '', runId: runIdOf(2) },
      },
    ],
    kept: new Set([runIdOf(1)]),
    hops: [{ name: 'event on bus orders', newestMs: 840, p50Ms: 800, p95Ms: 1_200 }],
    incidents: [incident.id, 'orders@1a2b3c4d#target0'],
  };
}
