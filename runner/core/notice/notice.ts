import type { RunId } from '../base/run-id.ts';
import type { Blame, Verdict } from '../base/verdict.ts';
import type { AlertPolicy, SourcePosition } from '../model/canary.ts';
import type { Check, TrailEntry } from '../model/run-result.ts';

/** How bad an incident is, as its canary says. */
export type Severity = AlertPolicy['severity'];

/** What is wrong: the watched system (`service`), or our sight of it (`blind`). The two never open or close each other. */
export type AlertStream = 'target' | 'observer';

/** What a run showed, small enough to be kept with an incident and read in a message. Free of secrets. */
export interface RunDigest {
  readonly runId?: RunId;
  readonly slotAtMs: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly verdict: Verdict;
  readonly blame?: Blame;
  /** Why, in one sentence: the run's own reason, or that of the step below. */
  readonly reason: string;
  /** The first step that did not pass. */
  readonly step?: {
    readonly name: string;
    readonly kind: string;
    readonly hop: string;
    readonly at: SourcePosition;
    /** The checks that were lost; at most three. */
    readonly lost: readonly Check[];
    /** Lines in which the system said why, of what carries the run's id or was selected by a value of its own; at most three. */
    readonly said: readonly string[];
  };
  /** The furthest place at which the run's id was seen. */
  readonly lastSeen?: Pick<TrailEntry, 'hop' | 'afterMs' | 'note'>;
}

/** What a message says of the canary itself. */
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

/** Why an incident ended. */
export type CloseReason = 'resolved' | 'deleted' | 'paused';

/** One thing to tell people about an incident. */
export interface Notice {
  /** Stable and unique: the idempotency key of its delivery, `<incident>:<kind>:<number>`. */
  readonly id: string;
  /** `<canary>@<incarnation>#<machine><number>`: the key under which PagerDuty and others fold notices together. */
  readonly incident: string;
  readonly stream: AlertStream;
  /**
   * `combined` tells of an opening and a closing at once, where the channel was away in between; `standing` says again
   * how things stand, after a delivery whose outcome is unknown.
   */
  readonly kind: 'opened' | 'upgraded' | 'reminder' | 'closed' | 'combined' | 'statusUpdate';
  /** How many of this kind the incident has had, this one included; from 1. */
  readonly number: number;
  readonly severity: Severity;
  /** When it was decided, epoch milliseconds. */
  readonly atMs: number;
  readonly openedAtMs: number;
  readonly closedAtMs?: number;
  readonly closeReason?: CloseReason;
  /** Runs that told against the system (or could not tell) since the incident began, those that opened it included. */
  readonly runs: number;
  /** True where the canary has not passed once since it was first seen. */
  readonly neverPassed: boolean;
  /** True where it opens and closes so often that it is held open until it is quiet. */
  readonly flapping: boolean;
  readonly about: CanaryFacts;
  /** The run that decided it; absent where no run did (a deletion, a broken channel). */
  readonly run?: RunDigest;
  /** One sentence where there is no run to speak for itself. */
  readonly reason?: string;
  /** A sample, sent by hand to try a channel: every medium says so. */
  readonly test?: true;
}
