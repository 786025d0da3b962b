import type { CanaryFacts, CloseReason, Notice, RunDigest, Severity } from '../notice/notice.ts';

/** A notice on its way to one channel. */
export interface PendingNotice {
  /** `<notice>:<channel>`. */
  readonly id: string;
  readonly channel: string;
  readonly notice: Notice;
  readonly createdAtMs: number;
  /** Tries begun so far; also the fence of the lease under which the last one was made. */
  readonly attempts: number;
  /** The number of them that the sender spoilt by standing still: they do not count against the channel. */
  readonly excused?: number;
  /** Epoch milliseconds before which it is not tried again. */
  readonly nextAttemptAtMs: number;
  /** Who is sending it, and until when nobody else may. */
  readonly lease?: { readonly owner: string; readonly fence: number; readonly untilMs: number };
  /** What the last attempt came to. */
  readonly lastFault?: string;
  /** The channel that it stands in for. */
  readonly insteadOf?: string;
  /** The other channels that are told the same, be it in its stead. */
  readonly besides?: readonly string[];
}

/** All that is kept of a canary in one record: written as a whole, under a version. */
export interface CanaryState {
  readonly canary: string;
  readonly version: number;
  /** Minted for the write that made this version. */
  readonly writer: string;
  /** The life of its incidents: what `core/alert/reduce.ts` gave back; JSON, and opaque to stores. */
  readonly alert: AlertState;
  /** Notices not yet delivered, in the order in which they were decided. */
  readonly outbox: readonly PendingNotice[];
}

/** The life of a canary's incidents, as plain JSON of one or two kilobytes. Its form belongs to `core/alert/reduce.ts`. */
export interface AlertState {
  /** Of the form that this code writes; a newer one is refused, not guessed at. */
  readonly form: 1;
  /** Minted when the canary was made, or made again under an old name. */
  readonly incarnation: string;
  /** The canary as its last run, or its making, knew it. */
  readonly about: CanaryFacts;
  readonly life: 'active' | 'paused' | 'deleted';
  /** Who paused it, and why; while it is paused. */
  readonly pause?: ActionRecord;
  readonly silence?: ActionRecord & { readonly untilMs: number };
  /** True once it has passed in this incarnation. */
  readonly everPassed: boolean;
  /** What its newest slots came to, oldest slot first. */
  readonly samples: readonly Sample[];
  readonly target: StreamState;
  readonly observer: StreamState;
  /** The channels that were told of each incident which people still hold to be open, by incident. */
  readonly deliveredTo: Readonly<Record<string, readonly string[]>>;
  /** Notices of kind `standing` made so far. */
  readonly statusUpdates: number;
}

/** Something that a person did to a canary's alerts. */
export interface ActionRecord {
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
}

/** What one slot came to, as evidence. */
export interface Sample {
  readonly slotAtMs: number;
  readonly outcome: 'passed' | 'failed' | 'nothing';
  /** How bad the canary called it at that time. */
  readonly severity: Severity;
  /** How many slots it stands for: several where missed ones were recorded together. */
  readonly count: number;
}

/** One of the two streams: what is true, and what people were told. */
export interface StreamState {
  /** Incidents so far, over all incarnations. */
  readonly incidents: number;
  /** Slots up to this moment are spent: no run is evidence twice. */
  readonly evidenceAfterMs: number;
  /** When the newest incidents began; as many as flapping looks at. */
  readonly openings: readonly number[];
  /** How often in a row an incident began while it was flapping. */
  readonly flapLevel: number;
  /** The incident that is. */
  readonly incident?: Incident;
  /** What people believe; absent where they believe that all is well. */
  readonly lastNotified?: LastNotified;
}

/** Why something is held to be so: a run, or a sentence where there was none. */
export interface Cause {
  readonly run?: RunDigest;
  readonly reason?: string;
}

/** A period in which a canary is known to fail, or to be blind. */
export interface Incident {
  readonly id: string;
  readonly openedAtMs: number;
  readonly severity: Severity;
  readonly flapping: boolean;
  readonly neverPassed: boolean;
  readonly runs: number;
  /** When a run last told against the canary. */
  readonly lastAtMs: number;
  /** What that run showed. */
  readonly because: Cause;
}

/** How an incident ended. */
export interface Ending {
  readonly closedAtMs: number;
  readonly closeReason: CloseReason;
  readonly because: Cause;
}

/** An incident that people were told of, until they are told of its end. */
export interface LastNotified {
  readonly incident: string;
  readonly severity: Severity;
  readonly atMs: number;
  readonly upgrades: number;
  readonly reminders: number;
  /** The newest moment for a reminder that has been dealt with. */
  readonly remindedAtMs: number;
  readonly ack?: { readonly untilMs: number; readonly severity: Severity; readonly by: string };
  /** The incident and its end, where it has ended and people are yet to hear of it. */
  readonly ended?: Incident & { readonly ending: Ending };
}
