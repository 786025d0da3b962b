import { createHash } from 'node:crypto';
import type { CanaryState, PendingNotice } from '../../../runner/core/alert/alert-state.ts';
import { KNOWN_MS } from '../../../runner/core/alert/grouping/plan-groups.ts';
import type { AlertPolicy, Canary } from '../../../runner/core/model/canary.ts';
import type { AlertStream, Notice } from '../../../runner/core/notice/notice.ts';
import type { SlotRecord } from '../../../runner/core/store/slots.ts';

export type FaultKind =
  | 'refused'
  | 'answer lost'
  | 'slow'
  | 'frozen'
  | 'standstill'
  | 'crash'
  | 'store away'
  | 'clock stepped'
  | 'tick lost'
  | 'tick doubled'
  | 'message doubled'
  | 'message dropped'
  | 'channel refused'
  | 'channel gone'
  | 'channel slow'
  | 'channel answer lost'
  | 'run error'
  | 'outage';

/** State of the service that a run meets: up, down, slower than the canary's deadline, or unobservable. */
export type Finds = 'up' | 'down' | 'slow' | 'nothing';

/** Events of a simulation, for the checkers. */
export type Entry = { readonly atMs: number } & (
  | { readonly what: 'slot'; readonly record: SlotRecord; readonly before?: SlotRecord }
  | {
      readonly what: 'saved';
      readonly runner: string;
      readonly canary: string;
      readonly before?: CanaryState;
      readonly next: CanaryState;
      /** The policy known to the writer; absent if it knew no such canary. */
      readonly policy?: AlertPolicy;
    }
  | {
      readonly what: 'applied';
      readonly canary: string;
      readonly slotAtMs: number;
      readonly runner: string;
      readonly isKnown: boolean;
    }
  | {
      readonly what: 'acted';
      readonly runner: string;
      readonly canary: string;
      readonly slotAtMs: number;
      readonly runId: string;
      readonly finds: Finds;
      readonly overlap: 'skip' | 'queue';
    }
  | { readonly what: 'rested'; readonly runner: string; readonly canary: string; readonly slotAtMs: number }
  | { readonly what: 'sent'; readonly canary: string; readonly slotAtMs: number }
  | {
      readonly what: 'heard';
      readonly runner: string;
      readonly channel: string;
      readonly address: string;
      /** The notice of one incident. */
      readonly notice: Notice;
      /** Id of the message that held it, perhaps with others. */
      readonly message: string;
      /** The dedup key of the message. */
      readonly key: string;
      /** False if the message ended what has that key. */
      readonly isOpen: boolean;
    }
  | { readonly what: 'undelivered'; readonly notice: Notice }
  | { readonly what: 'advanced'; readonly canary: string; readonly fromMs?: number; readonly toMs: number }
  | {
      readonly what: 'fault';
      readonly kind: FaultKind;
      readonly runner: string;
      readonly about: string;
      readonly untilMs?: number;
    }
  | { readonly what: 'gave up'; readonly runner: string; readonly about: string }
  | { readonly what: 'bug'; readonly runner: string; readonly message: string }
);

/** The log of a finished simulation. */
export interface EventLog {
  readonly seed: number;
  readonly entries: readonly Entry[];
  readonly endedAtMs: number;
  readonly canaries: readonly Canary[];
  /** True if channels were renamed, removed or moved to other addresses meanwhile. */
  readonly channelsChanged: boolean;
  readonly fallbacks: ReadonlyMap<string, string>;
  /** Channels that page a person. Each has a fallback that does not. */
  readonly paging: ReadonlySet<string>;
  /** The state of each canary, and of the runner's own alerts, by name. */
  readonly states: ReadonlyMap<string, CanaryState>;
  /** Number of final records that were never applied to the alerts. */
  readonly unapplied: number;
}

export const STREAMS: readonly AlertStream[] = ['target', 'observer'];

/** Digest of a log: equal for two simulations only if every entry is. */
export function hashOf({ entries }: EventLog): string {
  const hash = createHash('sha256');
  for (const entry of entries) hash.update(`${JSON.stringify(entry)}\n`);
  return hash.digest('hex');
}

/** Number of injected faults by kind. */
export function faultsIn({ entries }: EventLog): ReadonlyMap<FaultKind, number> {
  const counts = new Map<FaultKind, number>();
  for (const entry of entries)
    if (entry.what === 'fault') counts.set(entry.kind, (counts.get(entry.kind) ?? 0) + 1);
  return counts;
}

/** The entries of one sort. */
export function only<What extends Entry['what']>(
  { entries }: EventLog,
  what: What,
): readonly (Entry & { readonly what: What })[] {
  return entries.filter((entry): entry is Entry & { readonly what: What } => entry.what === what);
}

/** Time for which a new notice may wait for others with the same cause: the longest hold, and two ticks of five minutes. */
const MAY_WAIT_MS = KNOWN_MS + 10 * 60_000;

/** The notices that still wait in the end, and may: they were decided a short time before, and wait for others. */
export function heldIn({ entries, states }: EventLog): ReadonlySet<PendingNotice> {
  const endMs = entries.at(-1)?.atMs ?? 0;
  const rows = [...states.values()].flatMap(({ outbox }) => outbox);
  return new Set(rows.filter((row) => row.attempts === 0 && row.createdAtMs >= endMs - MAY_WAIT_MS));
}
