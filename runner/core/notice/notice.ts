import type { RunId } from '../base/run-id.ts';
import type { Blame, Verdict } from '../base/verdict.ts';
import type { AlertPolicy, SourcePosition } from '../model/canary.ts';
import type { ChangesBefore } from '../model/change.ts';
import type { Check, TrailEntry } from '../model/run-result.ts';

/** Severity of an incident, as its canary sets it. */
export type Severity = AlertPolicy['severity'];

/** Alerts about the watched system (`target`), or about checks without data (`observer`). Neither opens or closes the other. */
export type AlertStream = 'target' | 'observer';

/** Digest of a run, small enough to be stored with an incident and read in a message. Free of secrets. */
export interface RunDigest {
  readonly runId?: RunId;
  readonly slotAtMs: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly verdict: Verdict;
  readonly blame?: Blame;
  /** One sentence: the run's own reason, or that of the step below. */
  readonly reason: string;
  /** The step that gave the run its verdict. */
  readonly step?: {
    readonly name: string;
    readonly kind: string;
    readonly hop: string;
    readonly at: SourcePosition;
    /** The checks that did not hold; at most three. */
    readonly failed: readonly Check[];
    /** Error lines of the system, from evidence that carries the run's id or was selected by a value of its own; at most three. */
    readonly quotes: readonly string[];
  };
  /** The last hop at which the run's id was seen. */
  readonly lastSeen?: Pick<TrailEntry, 'hop' | 'afterMs' | 'note'>;
}

/** Facts about a canary, for messages. */
export interface CanaryFacts {
  readonly canary: string;
  readonly project: string;
  readonly environment: string;
  readonly region?: string;
  readonly owner: string;
  readonly runbook?: string;
  readonly tags: readonly string[];
  /** Its file. */
  readonly source: string;
}

/** Reason for the end of an incident; `moved` ends it at one address only, since its notices go to another one. */
export type CloseReason = 'resolved' | 'deleted' | 'paused' | 'moved';

/** An incident in a notice that joins several. */
export interface GroupMember extends Pick<CanaryFacts, 'canary' | 'owner'> {
  readonly incident: string;
  /** Id of the notice of this incident alone. Absent for an incident that the notice only mentions. */
  readonly notice?: string;
  readonly severity: Severity;
  readonly sinceMs: number;
}

/** Incidents with one cause, which a channel is notified of together. */
export interface NoticeGroup {
  /** The resource at which their runs fail, such as `table orders`; or another cause that they have in common. */
  readonly cause: string;
  /** Those that the notice is about, the oldest first. */
  readonly members: readonly GroupMember[];
  /** Open incidents of other canaries with the same cause, at whatever channel. */
  readonly others: readonly GroupMember[];
  /** True while one of them is open at this channel. An end of some of them does not end the group. */
  readonly isOpen: boolean;
}

/** One notification about an incident, or about several with one cause. */
export interface Notice {
  /** Stable and unique: the idempotency key of its delivery, `<incident>:<kind>:<number>`. */
  readonly id: string;
  /** `<canary>@<incarnation>#<stream><number>`: the dedup key for PagerDuty and others. In a group, that of its first incident. */
  readonly incident: string;
  readonly stream: AlertStream;
  /**
   * `combined` is an opening and a closing at once, after the channel was unavailable in between. `statusUpdate` repeats the
   * current state, after a delivery whose outcome is unknown.
   */
  readonly kind: 'opened' | 'upgraded' | 'reminder' | 'closed' | 'combined' | 'statusUpdate';
  /** Number of this notice among those of its kind in the incident, from 1. */
  readonly number: number;
  readonly severity: Severity;
  /** Moment at which it was decided, epoch milliseconds. */
  readonly atMs: number;
  /** Start of the first run that counted against the canary; the opening, if no run did. Epoch milliseconds. */
  readonly sinceMs: number;
  /** The newest pass before the opening, epoch milliseconds. */
  readonly lastPassedAtMs?: number;
  readonly openedAtMs: number;
  readonly closedAtMs?: number;
  readonly closeReason?: CloseReason;
  /** Number of runs that failed (or gave no data) since the incident began, those that opened it included. */
  readonly runs: number;
  /** True if the canary has never passed in this environment: such a notice pages no one. */
  readonly neverPassed: boolean;
  /** True if it opens and closes so often that it is held open until no run has failed for an hour or more. */
  readonly flapping: boolean;
  readonly about: CanaryFacts;
  /** The resource at which the run that opened the incident failed, or another cause that incidents can have in common. */
  readonly cause?: string;
  /** Changes between the last pass and the first failure; absent if they were not read. */
  readonly changes?: ChangesBefore;
  /** Present in a notice about incidents with one cause. */
  readonly group?: NoticeGroup;
  /** The run that led to it; absent if none did (a deletion, a broken channel). */
  readonly run?: RunDigest;
  /** Number of incidents in a digest; absent in every other notice. */
  readonly incidents?: number;
  /** The channel at which an operator must close the incident by hand; absent in every notice but the one that asks for that. */
  readonly byHand?: string;
  /** One sentence, if there is no run. */
  readonly reason?: string;
  /** A sample, sent by hand to test a channel; every channel marks it as such. */
  readonly test?: true;
}
