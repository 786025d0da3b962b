import { ObserverError } from '../base/errors.ts';
import type { RunId } from '../base/run-id.ts';
import type { CleanupEntry } from '../cleanup/pending-cleanups.ts';
import type { RunResult } from '../model/run-result.ts';
import type { SlotKey, SlotRecord } from './slots.ts';

/** Reason of a slot, or of a cleanup that failed, whose record cannot be read. */
export const DAMAGED = 'its record in the state was damaged';

/** A record that cannot be read. Another with the next version may take its place. */
export class DamagedRecordError extends ObserverError {
  readonly version: number;

  constructor(what: string, version?: unknown) {
    super(`The record of ${what} in the state is damaged.`, { permanent: true });
    this.name = 'DamagedRecordError';
    this.version = knownVersion(version);
  }
}

/** The stored version; 0, as of a record that is not there, if it is damaged too. */
function knownVersion(version: unknown): number {
  return Number.isSafeInteger(version) ? (version as number) : 0;
}

/** The answer, or undefined for a damaged record. */
export async function unlessDamaged<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof DamagedRecordError) return undefined;
    throw thrown;
  }
}

/** The record of a slot that cannot be read, by what is known of it. The slot is never run again; if it was not running, it is lost. */
export function damagedSlot(
  { canary, slotAtMs }: SlotKey,
  known: { readonly running: boolean; readonly leaseUntilMs: number; readonly applied: boolean },
): SlotRecord {
  const { running, leaseUntilMs, applied } = known;
  return {
    canary,
    slotAtMs: Math.floor(slotAtMs),
    state: running ? 'running' : 'lost',
    owner: '',
    fence: 0,
    leaseUntilMs,
    writtenAtMs: Math.floor(slotAtMs),
    count: 1,
    applied: applied && !running,
    reason: DAMAGED,
  };
}

/** A final slot with the result of its run; with what its summary says, if the result is damaged or no longer kept. */
export function withResult(record: SlotRecord, result: RunResult | undefined): SlotRecord {
  const { canary, slotAtMs, run } = record;
  if (run === undefined) return record;
  return { ...record, result: result ?? { ...BARE, ...run, canary, slotAtMs } };
}

const BARE = {
  environment: '',
  owner: '',
  tags: [],
  steps: [],
  cleanup: [],
  trail: [],
  source: '',
  interrupted: false,
} as const;

/** The cleanup of a run whose record cannot be read: nothing can be done but to notify the operators. */
export function damagedCleanup(runId: RunId, version: unknown): CleanupEntry {
  return {
    runId,
    canary: 'an unknown canary',
    startedAtMs: 0,
    seed: runId,
    owner: { user: '', host: '', pid: 0 },
    vars: {},
    saves: {},
    withheld: [],
    awaited: [],
    steps: [],
    dueAtMs: 0,
    tries: 0,
    damaged: true,
    version: knownVersion(version),
    writer: '',
  };
}

/** The last moment that a date can have, in epoch milliseconds. */
export const LAST_MS = 8.64e15;

/** True for a moment that a date can have. */
export function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_MS;
}
