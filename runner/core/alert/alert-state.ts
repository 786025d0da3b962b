import type { ChangesBefore } from '../model/change.ts';
import type { CanaryFacts, CloseReason, Notice, RunDigest, Severity } from '../notice/notice.ts';

/** A notice on its way to one channel. */
export interface PendingNotice {
  /** `<notice>:<channel>`. */
  readonly id: string;
  readonly channel: string;
  readonly notice: Notice;
  readonly createdAtMs: number;
  /** Number of tries begun; also the fence of the newest lease. */
  readonly attempts: number;
  /** Number of tries that failed while the sender stood still: they do not count against the channel. */
  readonly excused?: number;
  /** Number of tries that the receiver had in whole and did not confirm. */
  readonly unconfirmed?: number;
  /** True if a try has an unknown outcome: the receiver may have the notice, though it refused a later try. */
  readonly unclear?: true;
  /** Moment of the next try, epoch milliseconds. */
  readonly nextAttemptAtMs: number;
  /** Lease of the process that is sending it; no other process may send it until `untilMs`. */
  readonly lease?: { readonly owner: string; readonly fence: number; readonly untilMs: number };
  /** Error of the last try. */
  readonly lastFault?: string;
  /** The channel that it is a fallback for. */
  readonly insteadOf?: string;
  /** The other channels that the same notice goes to, fallbacks included. */
  readonly besides?: readonly string[];
  /** Key under which it was sent, or is being sent, together with others: the incident of their group. */
  readonly group?: string;
  /** Digest of the one address that it must go to: a former one of the channel. Absent: the channel's own. */
  readonly address?: string;
  /** With `address`: the notices of the incident that this address accepted, as its receipt had them. */
  readonly accepted?: Receipt['accepted'];
}

/** Record of a channel's answers to the notices of one incident. */
export interface Receipt {
  readonly channel: string;
  /** Digest of the address that accepted the beginning, or refused it; absent if the address could not be had. */
  readonly address?: string;
  /** Key under which the channel has the incident: that of the first incident of its group. Absent: it is in no group there. */
  readonly group?: string;
  /** The first notice that it accepted, and the newest one; empty if it accepted none. */
  readonly accepted: readonly AcceptedNotice[];
  /** Present if it refused the beginning for good. It may have it nevertheless if the outcome of an earlier try is unknown (`unclear`). */
  readonly refused?: { readonly atMs: number; readonly reason: string; readonly unclear?: true };
}

export interface AcceptedNotice {
  readonly kind: Notice['kind'];
  readonly atMs: number;
  /** The channel's answer, in a few words. */
  readonly answer: string;
}

/** The stored state of a canary's alerts: one record, written as a whole, with a version. */
export interface CanaryState {
  readonly canary: string;
  readonly version: number;
  /** Id of the write that made this version. */
  readonly writer: string;
  /** Its incidents, as `reduce` returned them; JSON, opaque to stores. */
  readonly alert: AlertState;
  /** Undelivered notices, in the order in which they were decided. */
  readonly outbox: readonly PendingNotice[];
}

/** A canary's incidents, as plain JSON of one or two kilobytes. `reduce.ts` owns its form. */
export interface AlertState {
  /** Version of this form; a newer one is refused. */
  readonly form: 2;
  /** Id of this life of the canary; a canary that is created again under an old name gets a new one. */
  readonly incarnation: string;
  /** The canary as of its last run, or of its creation. */
  readonly about: CanaryFacts;
  readonly life: 'active' | 'paused' | 'deleted';
  /** Present while it is paused. */
  readonly pause?: ActionRecord;
  readonly silence?: ActionRecord & { readonly untilMs: number };
  /** The newest pass of this incarnation, epoch milliseconds; absent until it has passed. */
  readonly lastPassedAtMs?: number;
  /** True once a run on demand was found that passed. It is looked for while no slot has passed. */
  readonly passedOnDemand?: true;
  /** Outcomes of its newest slots, oldest slot first. */
  readonly samples: readonly Sample[];
  readonly target: StreamState;
  readonly observer: StreamState;
  /** The channels notified of each incident that was announced and whose end was not, by incident. */
  readonly deliveredTo: Readonly<Record<string, readonly string[]>>;
  /** The answers of channels, by incident: of the newest incident of each stream, and of those whose end is on its way. */
  readonly receipts?: Readonly<Record<string, readonly Receipt[]>>;
  /** Number of notices of kind `statusUpdate` so far. */
  readonly statusUpdates: number;
}

/** Record of an operator's action on a canary's alerts. */
export interface ActionRecord {
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
}

/** Outcome of one slot, as evidence. */
export interface Sample {
  readonly slotAtMs: number;
  /** Start of its run; the slot itself, if there was no run. Epoch milliseconds. */
  readonly atMs: number;
  readonly outcome: 'passed' | 'failed' | 'nothing';
  /** The canary's severity at that time. */
  readonly severity: Severity;
  /** Number of slots that it stands for; more than 1 if missed slots were recorded together. */
  readonly count: number;
}

/** State of one stream: its incident, and the incident that people were last notified of. */
export interface StreamState {
  /** Number of incidents so far, over all incarnations. */
  readonly incidents: number;
  /** Slots up to this moment are no longer evidence: no run counts twice. */
  readonly evidenceAfterMs: number;
  /** Openings of the newest incidents, epoch milliseconds; as many as the flapping rule needs. */
  readonly openings: readonly number[];
  /** Number of consecutive incidents that opened while flapping. */
  readonly flapLevel: number;
  /** The open incident. */
  readonly incident?: Incident;
  /** Absent if no announced incident is open. */
  readonly lastNotified?: LastNotified;
}

/** Cause of a change: a run, or a sentence if there was no run. */
export interface Cause {
  readonly run?: RunDigest;
  readonly reason?: string;
}

/** A period in which a canary fails, or cannot be checked. */
export interface Incident {
  readonly id: string;
  /** Start of the first run that counted against the canary; the opening, if no run did. Epoch milliseconds. */
  readonly sinceMs: number;
  /** The newest pass before the opening, epoch milliseconds. */
  readonly lastPassedAtMs?: number;
  readonly openedAtMs: number;
  readonly severity: Severity;
  readonly flapping: boolean;
  /** True while the canary has not passed in this environment. */
  readonly neverPassed: boolean;
  readonly runs: number;
  /** Moment of the newest evidence against the canary, epoch milliseconds. */
  readonly lastAtMs: number;
  /** Cause of that evidence. */
  readonly because: Cause;
  /** The resource at which the run that opened it failed, or another cause that incidents can have in common. */
  readonly cause?: string;
  /** Changes before it; absent if they were not read. */
  readonly changes?: ChangesBefore;
}

/** End of an incident. */
export interface Ending {
  readonly closedAtMs: number;
  readonly closeReason: CloseReason;
  readonly because: Cause;
}

/** An incident that people were notified of, until they are notified of its end. */
export interface LastNotified {
  readonly incident: string;
  readonly severity: Severity;
  readonly atMs: number;
  readonly upgrades: number;
  readonly reminders: number;
  /** The newest moment at which a reminder was due and was handled, epoch milliseconds. */
  readonly remindedAtMs: number;
  readonly ack?: {
    readonly untilMs: number;
    readonly severity: Severity;
    readonly by: string;
    /** Moment of the acknowledgement; absent in a state that an earlier version wrote. */
    readonly atMs?: number;
  };
  /** The incident and its end, if the end is not notified yet. */
  readonly ended?: Incident & { readonly ending: Ending };
}
